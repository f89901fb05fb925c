"""What the audit calls what was looked at, what was taken away, what was done to accounts."""

from campaigns.wording.catalogues import N_

LOOKED_AT = {
    "dispute": N_("会员异议里写的话"),
    "evidence": N_("凭据"),
    "conflict": N_("说法不一"),
    "readings": N_("测量记录"),
    "own_copy": N_("本人的一份"),
    "letter": N_("写信"),
    "letter_sent": N_("发出的信"),
    "event": N_("没入档的一条，为了改好"),
    "gateway_key": N_("信件网关的密钥"),
}
FILES = {
    "people": N_("名单"),
    "activities": N_("活动"),
    "events": N_("事件"),
    "audit": N_("审计"),
    "components": N_("页面的零件"),
    "copy": N_("副本"),
    "members": N_("会员"),
    "statement": N_("对账单"),
    "expected": N_("可能到场的人"),
    "on_phone": N_("手机备下的名单"),
    "accounts": N_("账号"),
    "tokens": N_("令牌"),
    "dealers": N_("经销商的副本"),
    "recalls": N_("未确认的收回"),
    "rights": N_("权利请求"),
    "follow-ups": N_("到期的回访"),
    "own-events": N_("还没有入档的"),
    "rewards": N_("奖励"),
    "transfers": N_("给会员的物品和费用"),
    "letter_people": N_("收信的人"),
    "payees": N_("付款文件"),
    "open_payments": N_("美国公开付款的表，写全名"),
    "efpia": N_("EFPIA 的表，写全名"),
}
"""What is taken away is called, by the name of its table or by what the access log calls it."""
ACCOUNT_CHANGES = {
    "invited": N_("邀请了新账号"),
    "joined": N_("设好了自己的账号"),
    "made": N_("加了账号"),
    "roles": N_("改了身份"),
    "password": N_("重设密码"),
    "factor": N_("重设第二道验证"),
    "closed": N_("关闭了账号"),
    "token_made": N_("发了接口令牌"),
    "token_revoked": N_("停用了接口令牌"),
    "webhook_made": N_("加了通知地址"),
    "webhook_removed": N_("撤了通知地址"),
    "notice_added": N_("加了一版告知书"),
    "link_made": N_("给会员发了查看链接"),
    "link_ended": N_("停用了会员的查看链接"),
}
