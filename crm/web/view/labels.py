"""What codes are called on a page, in the words of the field."""

from campaigns.wording.catalogues import C_, N_
from crm.accounts.roles import ROLES as TABLE
from crm.web.view import policy_labels, reward_labels
from crm.web.view.audit_labels import ACCOUNT_CHANGES, LOOKED_AT
from crm.web.view.desk_labels import (
    CONTRACTS,
    COPY_WAYS,
    END_REASONS,
    LETTER_BATCH_STATES,
    LETTER_PURPOSES,
    LETTER_STATES,
    LETTER_TEMPLATES,
    LETTER_WAYS,
    REASONS,
    THINGS,
    TIMELINE,
)

ACTIVITY_KINDS = {
    "health_lecture": N_("健康讲座"),
    "free_clinic": N_("大型义诊"),
    "expert_consultation": N_("专家咨询"),
    "device_trial": N_("产品试用"),
    "book_gift": N_("赠书"),
    "club_meeting": N_("俱乐部活动"),
    "promotion": N_("促销展销"),
}
EVENTS = {
    "activity.planned": N_("活动计划"),
    "activity.changed": N_("活动改动"),
    "activity.held": N_("活动举办"),
    "activity.cancelled": N_("活动取消"),
    "activity.attended": N_("到场"),
    "card.registered": N_("写档案卡"),
    "card.corrected": N_("更正档案卡"),
    "card.erased": N_("删除个人信息"),
    "person.deceased": N_("去世"),
    "relation.stated": N_("亲友关系"),
    "identity.same": N_("确认同一人"),
    "identity.different": N_("确认不是同一人"),
    "identity.undecided": N_("取消身份判断"),
    "matching.published": N_("识别同一人的权重"),
    "clinic.consulted": N_("测量咨询"),
    "trial.started": N_("开始试用"),
    "trial.ended": N_("结束试用"),
    "gift.given": N_("赠送礼品"),
    "club.joined": N_("加入俱乐部"),
    "club.left": N_("退出俱乐部"),
    "follow_up.done": N_("回访"),
    "complaint.raised": N_("投诉"),
    "complaint.resolved": N_("投诉已解决"),
    "purchase.made": N_("购买"),
    "purchase.returned": N_("退货"),
    "referral.made": N_("转介绍"),
    "consent.given": N_("同意"),
    "consent.refused": N_("不同意"),
    "consent.withdrawn": N_("撤回同意"),
    "member.enrolled": N_("会员登记"),
    "member.changed": N_("会员改动"),
    "member.trained": N_("会员培训"),
    "member.left": N_("会员退出"),
    "value.transferred": N_("给会员的物品或费用"),
    "dealer.contracted": N_("经销商签约"),
    "dealer.ended": N_("经销商合同结束"),
    "copy.acknowledged": N_("经销商确认收到"),
    "reward_policy.published": N_("奖励政策"),
    "reward.approved": N_("奖励批准"),
    "reward.rejected": N_("奖励驳回"),
    "reward.paid": N_("奖励发放"),
    "event.voided": N_("撤销"),
    "day.reached": N_("新的一天"),
}
OUTCOMES = {
    "accepted": N_("已收下"),
    "duplicate": N_("之前已记过"),
    "refused": N_("未收下"),
    "recorded": N_("已入档"),
    "waiting": N_("等待补齐"),
    "rejected": N_("未入档"),
    "voided": N_("已撤销"),
    "failed": N_("入档故障"),
}
STEPS = {
    "reached": N_("触达"),
    "activity.attended": N_("到场"),
    "consent.given:purpose=archive": N_("建档"),
    "trial.started": N_("试用"),
    "purchase.made": N_("购买"),
    "referral.given": N_("转介绍"),
}
PURPOSES = {
    "archive": N_("建立档案"),
    "health": N_("记录健康情况"),
    "share_with_dealer": N_("交给经销商一份"),
    "marketing": N_("接收活动通知"),
    "club": N_("参加俱乐部"),
}
CONSENT_WORDS = {
    "given": N_("已同意"),
    "refused": N_("不同意"),
    "withdrawn": N_("已撤回"),
    "expired": N_("已到期"),
    "overruled": N_("另一张卡上不同意"),
}
CATEGORIES = {
    "identity": C_("category", "身份"),
    "contact": N_("联系方式"),
    "health": N_("健康"),
    "history": N_("经过"),
    "purchases": N_("购买记录"),
}
PACKAGED_POLICY = N_("自带的")
"""The policy that comes with the program, whose code is `default`."""
GIVERS = {"self": N_("本人"), "guardian": N_("监护人"), "agent": N_("本人委托的人")}
REASON_CLASSES = {
    "erased": N_("个人信息已删除"),
    "consent_ended": N_("同意已结束"),
    "entitlement_ended": N_("不再有权持有"),
    "row_replaced": N_("并入另一行"),
    "corrected": N_("更正"),
}
SOURCE_KINDS = {
    "activity": N_("活动现场"),
    "referral": N_("转介绍"),
    "hotline": N_("热线电话"),
    "walk_in": N_("自己上门"),
    "mail_order": N_("邮购"),
    "dealer": N_("经销商"),
    "online": N_("网上"),
}
SEXES = {"male": N_("男"), "female": N_("女")}
REWARD_STATES = {
    "tracked": N_("仅登记"),
    "blocked": N_("不符合"),
    "held": N_("冻结期"),
    "payable": N_("可发放"),
    "rejected": N_("已驳回"),
    "paid": N_("已发放"),
    "clawed_back": N_("已追回"),
}
REWARD_REASONS = {
    "self_referral": N_("介绍的是自己"),
    "compliance_breach": N_("合规问题"),
    "not_trained": N_("还没培训"),
    "erased": N_("个人信息已删除"),
    "forbidden": N_("政策不允许"),
    "late_referral": N_("介绍补报太晚"),
}
ROLES: dict[str, str] = {code: role.word for code, role in TABLE.items()}
VALUES = {
    **{"satisfied": N_("满意"), "unsatisfied": N_("不满意"), "adverse": N_("不良反应")},
    **{"phone": N_("电话"), "visit": N_("上门"), "wechat": N_("微信"), "sms": N_("短信")},
    **{"reached": N_("联系上了"), "not_reached": N_("没联系上"), "refused": N_("不愿再联系")},
    **{"pharmacy": N_("药店"), "counter": N_("专柜"), "hospital": N_("医院")},
    **{"product": N_("产品"), "service": N_("服务"), "effect": N_("效果")},
    **{"adverse_event": N_("不良事件"), "privacy": N_("隐私"), "other": N_("其他")},
    **{"spouse": N_("配偶"), "child": N_("子女"), "parent": N_("父母")},
    **{"sibling": N_("兄弟姐妹"), "friend": N_("朋友"), "carer": N_("照护人")},
    **{"cared_for": N_("由本人照护")},
    **{"quality": N_("质量问题"), "no_effect": N_("没有效果")},
    **{"changed_mind": N_("改变主意"), "wrong_item": N_("发错货")},
    **{"screen": N_("屏幕上确认"), "paper": N_("纸上签字"), "voice": N_("口头同意")},
    **{"otp": N_("验证码"), "confirmed_by_phone": N_("电话核实")},
    **{"compliance_breach": N_("合规问题")},
}
WEBHOOK_REFUSALS = {
    "url": N_("地址看不懂。请写完整，例如 https://erp.example/jinxi。"),
    "https": N_("地址要以 https:// 开头。"),
    "private": N_("这个地址在内部网络里，不能通知。"),
    "unresolved": N_("找不到这个地址。请核对域名。"),
    "known": N_("这家经销商已经有这个地址了。要新的密钥，先撤掉再加。"),
}
WEBHOOK_TROUBLES = {
    "TimeoutError": N_("等了很久没有回答"),
    "ConnectionRefusedError": N_("对方的机器没有在听"),
    "ConnectionResetError": N_("连接被对方断开"),
    "SSLCertVerificationError": N_("对方的证书不对或过期"),
    "SSLError": N_("加密连接没有建成"),
    "unresolved": N_("域名查不到"),
    "private": N_("地址在内部网络里"),
}
"""What failed at a call, by the name of the error; whatever else: it was not reached."""
CANCEL_REASONS = {
    "weather": N_("天气"),
    "venue_lost": N_("场地用不了"),
    "filing_refused": N_("没有拿到备案号"),
    "too_few": N_("报名的人太少"),
    "speaker": N_("专家来不了"),
    "moved": N_("并到另一场"),
    "other": N_("其他"),
}
RIGHTS_KINDS = {
    "know": N_("了解处理情况"),
    "copy": N_("查阅、复制"),
    "transfer": N_("转移到别处"),
    "correct": N_("更正、补充"),
    "erase": N_("删除"),
    "withdraw": C_("rights", "撤回同意"),
    "explain": N_("解释规则"),
}
RIGHTS_ASKERS = {
    "self": N_("本人"),
    "guardian": N_("监护人"),
    "agent": N_("本人委托的人"),
    "relative": N_("近亲属"),
}
RIGHTS_CHANNELS = {
    "phone": N_("电话"),
    "visit": N_("上门"),
    "letter": N_("来信"),
    "online": N_("网上"),
    "dealer": N_("经销商"),
    "activity": N_("活动现场"),
}
RIGHTS_OUTCOMES = {
    "granted": N_("已照办"),
    "refused": N_("已拒绝"),
    "taken_back": N_("提出的人收回了"),
}
RIGHTS_REASONS = {
    "identity_not_proven": N_("无法核实身份"),
    "law_requires_keeping": N_("法律要求保存"),
    "others_rights": N_("涉及他人权利"),
    "nothing_held": N_("没有保存这些信息"),
    "other": N_("其他"),
}
GROUPS: dict[str, dict[str, str]] = {
    "rights_kind": RIGHTS_KINDS,
    "rights_asker": RIGHTS_ASKERS,
    "rights_channel": RIGHTS_CHANNELS,
    "rights_outcome": RIGHTS_OUTCOMES,
    "rights_reason": RIGHTS_REASONS,
    "activity": ACTIVITY_KINDS,
    "event": EVENTS,
    "outcome": OUTCOMES,
    "step": STEPS,
    "purpose": PURPOSES,
    "consent": CONSENT_WORDS,
    "category": CATEGORIES,
    "giver": GIVERS,
    "contract": CONTRACTS,
    "letter_purpose": LETTER_PURPOSES,
    "copy_way": COPY_WAYS,
    "letter_template": LETTER_TEMPLATES,
    "letter_way": LETTER_WAYS,
    "letter_state": LETTER_STATES,
    "letter_batch_state": LETTER_BATCH_STATES,
    "thing": THINGS,
    "end_reason": END_REASONS,
    "looked_at": LOOKED_AT,
    "timeline": TIMELINE,
    "reason": REASONS,
    "reason_class": REASON_CLASSES,
    "source_kind": SOURCE_KINDS,
    "sex": SEXES,
    "role": ROLES,
    "account_change": ACCOUNT_CHANGES,
    **reward_labels.GROUPS,
    **policy_labels.GROUPS,
    "reward_state": REWARD_STATES,
    "reward_standing": {**REWARD_STATES, "to_decide": reward_labels.QUEUES["to_decide"]},
    "reward_reason": REWARD_REASONS,
    "cancel": CANCEL_REASONS,
    "value": {**SOURCE_KINDS, **SEXES, **PURPOSES, **VALUES, **REASONS},
}


def policy_word(code: str) -> str:
    """What a policy is called."""
    return PACKAGED_POLICY if code == "default" else code


def label(group: str, code: str) -> str:
    """What a code of a group is called, in simplified Chinese; the code itself when unknown."""
    return GROUPS[group].get(code, code)
