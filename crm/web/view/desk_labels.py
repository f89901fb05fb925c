"""What codes are called on the pages of one person, of dealers, of letters."""

from campaigns.wording.catalogues import N_

TIMELINE = {
    "consents": N_("同意"),
    "visits": N_("到场与联系"),
    "sales": N_("试用与购买"),
    "card": N_("档案卡"),
}
REASONS = {
    "typed_wrong": N_("写错了"),
    "duplicate_entry": N_("记重了"),
    "did_not_happen": N_("没有发生"),
    "confirmed_by_person": N_("本人确认"),
    "same_document": N_("证件相同"),
    "known_to_staff": N_("工作人员认识"),
    "relatives_share_phone": N_("家人共用电话"),
}
CONTRACTS = {
    "exclusive": N_("独家"),
    "province_buyout": N_("省级买断"),
    "sub": N_("分销"),
}
END_REASONS = {
    "replaced": N_("换经销商"),
    "expired": N_("合同到期"),
    "breach": N_("违约"),
    "agreed": N_("双方同意"),
    "other": N_("其他"),
}
THINGS = {
    "card": N_("档案卡"),
    "activity": N_("活动"),
    "member": N_("会员"),
    "purchase": N_("购买"),
    "return": N_("退货"),
    "trial": N_("试用"),
    "complaint": N_("投诉"),
    "referral": N_("转介绍"),
    "contract": N_("合同"),
}
LETTER_PURPOSES = {
    "service": N_("试用和购买的事"),
    "marketing": N_("活动通知"),
    "club": N_("俱乐部的事"),
}
LETTER_TEMPLATES = {
    "trial-follow-up": N_("试用回访"),
    "invitation": N_("请来坐坐"),
    "activity-invitation": N_("请来参加活动"),
}
"""The templates that come with the program; another is called as whoever wrote it called it."""
LETTER_WAYS = {
    "print": N_("打印"),
    "mail": N_("邮件"),
    "sms": N_("短信"),
    "wechat": N_("微信"),
}
COPY_WAYS = {
    "changes": N_("系统取走变化"),
    "topic": N_("送到经销商的系统"),
    "rows": N_("系统取走"),
    "workbook": N_("下载 Excel"),
    "fhir": N_("导出 FHIR"),
    "portal": N_("在网页上看"),
    "before": N_("早先取走"),
}
"""How a copy leaves (crm/feed/tables.py)."""
LETTER_BATCH_STATES = {"running": N_("正在发"), "stopped": N_("停下了"), "done": N_("发完了")}
LETTER_STATES = {"sent": N_("已送出"), "failed": N_("没有发出"), "begun": N_("可能没有发出")}
