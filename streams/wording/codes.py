"""What the codes of states, reasons and kinds are called, in the words of the field.

JSON keeps the codes; these are for people.
"""

from crm.web.view import labels, policy_labels, reward_labels

CATEGORIES = {
    "identity": "身份",
    "contact": "联系方式",
    "health": "健康",
    "history": "经过",
    "purchases": "购买",
}
TABLES = {
    "progress": "进度",
    "tie": "关联",
    "outcome": "结果",
    "activity": "活动",
    "member": "会员",
    "card": "档案卡",
    "link": "卡与人",
    "person": "人",
    "conflict": "说法不一",
    "copy_row": "副本",
    "contract": "经销合同",
    "wake_day": "到期提醒",
    "follow_up": "回访",
    "claim": "奖励依据",
    "reward": "奖励",
    "payment": "发放",
    "balance": "余额",
    "ledger_entry": "账",
    "journal": "日志",
    "dead_letter": "入档故障",
    "undecodable": "不是事件的消息",
    "outbox": "发件箱",
    "account": "账户",
    "api_token": "接口令牌",
    "access_log": "查看记录",
    "data_key": "密钥",
    "fence": "抹除记录",
}
FIELDS = {
    "source": "来源",
    "id": "编号",
    "type": "类型",
    "outcome": "结果",
    "reason": "原因",
    "marks": "标记",
    "received_at": "收到时间",
    "position": "位置",
    "error": "错误",
    "failed_at": "发生时间",
    "place": "位置",
    "bytes": "字节",
}
METHODS = {code: labels.VALUES[code] for code in ("screen", "paper", "voice", "otp")}
WEBHOOK_STATES = {"ok": "正常", "failing": "不成功，会再试", "given_up": "已放弃"}
WEBHOOK_TROUBLES = {
    "url": "地址不完整",
    "https": "要用 https",
    "private": "是内部地址",
    "unresolved": "域名查不到",
}
WORDS: dict[str, dict[str, str]] = {
    "event": labels.EVENTS,
    "outcome": labels.OUTCOMES,
    "step": labels.STEPS | {"referral.received": "被介绍"},
    "purpose": labels.PURPOSES,
    "consent": labels.CONSENT_WORDS,
    "value": labels.SEXES | {"compliance_breach": "合规问题"} | METHODS,
    "reward_state": labels.REWARD_STATES,
    "reward_reason": labels.REWARD_REASONS,
    "policy_finding": policy_labels.FINDINGS,
    "reward_sum": reward_labels.SUMS,
    "reward_step": reward_labels.STEPS,
    "reward_free": reward_labels.FREES,
    "reward_mode": reward_labels.REWARD_MODES,
    "account": reward_labels.ACCOUNTS,
    "ledger_reason": reward_labels.LEDGER_REASONS,
    "category": CATEGORIES,
    "reason_class": labels.REASON_CLASSES,
    "webhook_state": WEBHOOK_STATES,
    "webhook_trouble": WEBHOOK_TROUBLES,
    "table": TABLES,
    "role": labels.ROLES,
    "field": FIELDS,
    "rights_kind": labels.RIGHTS_KINDS,
    "rights_asker": labels.RIGHTS_ASKERS,
    "rights_channel": labels.RIGHTS_CHANNELS,
    "rights_outcome": labels.RIGHTS_OUTCOMES,
    "rights_reason": labels.RIGHTS_REASONS,
}
