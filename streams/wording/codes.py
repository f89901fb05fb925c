"""What the codes of states, reasons and kinds are called, in the words of the field.

JSON keeps the codes; these are for people.
"""

from crm.web.view import labels

REWARD_MODES = {
    "ALLOWED": "可以发放",
    "HOLD_FOR_REVIEW": "审核后发放",
    "NON_CASH": "非现金",
    "TRACK_ONLY": "仅登记",
    "FORBIDDEN": "不允许",
}
ACCOUNTS = {
    "company:reward_expense": "企业 · 奖励费用",
    "company:bank": "企业 · 银行",
    "held": "冻结期",
    "payable": "可发放",
    "receivable": "应退回",
}
LEDGER_REASONS = {
    "earned": "应得",
    "earned_reversed": "应得冲回",
    "released": "解冻",
    "released_reversed": "解冻冲回",
    "paid": "已发放",
    "paid_reversed": "发放冲回",
    "overpaid": "多发",
    "overpaid_reversed": "多发冲回",
    "clawed_back": "追回",
    "clawed_back_reversed": "追回冲回",
    "set_off": "抵扣",
    "set_off_reversed": "抵扣冲回",
    "moved_reversed": "调整",
}
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
    "reward_mode": REWARD_MODES,
    "account": ACCOUNTS,
    "ledger_reason": LEDGER_REASONS,
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
