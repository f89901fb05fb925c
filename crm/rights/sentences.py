"""What a person's own copy says, in plain words and each language."""

from campaigns.wording.catalogues import C_, N_

TITLE = N_("您的个人信息副本")
MADE = N_("制作时间：{time}（北京时间）。依据《个人信息保护法》第四十五条。")
WHO_WE_ARE = N_("一、我们是谁，怎么找到我们")
COMPANY = N_("保管您信息的是：{company}。")
CONTACT = N_("联系方式：{contact}。")
NO_CONTACT = N_("联系方式请问把这份文件交给您的工作人员。")
WHAT_WE_HOLD = N_("二、我们保存着什么")
CARD = N_("档案卡 {card_id}")
ERASED = N_("这张卡上的个人信息已经删除，我们读不到了。")
NOTES = N_(
    "工作人员另外写过 {count} 条备注。备注里可能提到别人，我们核对以后再交给您；您可以向我们要。"
)
NOTHING = C_("own copy", "没有。")
WHERE_FROM = N_("三、每一条从哪里来、什么时候来")
RECEIVED = N_("由{who}记录，我们收到的时间：{time}")
HEADQUARTERS = N_("总部")
STAFF = N_("现场工作人员")
BY_DEALER = N_("经销商 {name}")
WHAT_YOU_SAID = N_("四、您同意过、拒绝过、撤回过什么")
NO_WORD = N_("我们没有您的任何同意记录。")
WHO_HAS_A_COPY = N_("五、谁还有一份")
COPY_OF = N_("{name}（经销商 {dealer}）有一份，包括：{categories}。")
COPY_RECALLED = N_(
    "{name}（经销商 {dealer}）曾经有一份：{when} 已经收回，要对方删掉；对方还没有说已删除。"
)
NO_COPY = N_("除我们以外，没有人有您的这份档案。")
YOUR_RIGHTS = N_("六、您可以要求更正、撤回、删除")
RIGHTS: tuple[str, ...] = (
    N_("写错了、不全：告诉我们，我们核对后更正（第四十六条）。"),
    N_("不想再同意：随时可以撤回，和同意时一样方便；撤回以前做过的不受影响（第十五条）。"),
    N_("不想让我们再保存：可以要求删除，法律要求保留的购买记录除外（第四十七条）。"),
    N_("本人去世后，近亲属可以查阅、复制、更正、删除（第四十九条）。"),
    N_("我们不同意您的要求时，会说明理由；您可以向法院起诉（第五十条）。"),
)
LEFT_OUT = N_("这份副本里没有别人的信息：介绍您的人、付款的人、家人的档案都不在里面。")
RARE = N_("个别少见的字旁边写着它的编码，例如〔U+36C3〕，因为打印时可能缺这个字。")
PAGE = N_("第 {number} 页")
CATEGORIES: dict[str, str] = {
    "identity": C_("own copy", "身份"),
    "contact": C_("own copy", "联系方式"),
    "health": C_("own copy", "健康情况"),
    "history": C_("own copy", "参加活动等经过"),
    "purchases": C_("own copy", "购买"),
}
BY: dict[str, str] = {
    "self": C_("own copy", "本人"),
    "guardian": C_("own copy", "监护人"),
    "agent": C_("own copy", "本人委托的人"),
}
