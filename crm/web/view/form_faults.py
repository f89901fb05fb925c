"""Why the phone's form is not taken, apart from what a single field cannot be."""

from campaigns.wording.catalogues import N_

NOTHING_SAID, HEALTH_REFUSED, HEALTH_CLOSED = "nothing_said", "health_refused", "health_closed"
MEMBER_CLOSED = "member_closed"

FAULTS = {
    "time_in_future": N_(
        "还没有到这场活动的时候，不能先记。到了那天再交，填好的都在；写错了场，就换一场活动；"
        "活动已经开始了，就请核对手机上的日期和时间。"
    ),
    "stale": N_("这张表放得太久了。内容都在，请再提交一次。"),
    NOTHING_SAID: N_("还没有勾选。请至少勾一项，例如“到场”。"),
    "yes_and_no": N_("同一项又勾了同意，又勾了不同意。请留一个。"),
    "bad_signature": N_("签名没有传完整。请重新签一次，或者改用纸上签字。"),
    HEALTH_REFUSED: N_(
        "本人不同意“记录健康情况”，血压和脉搏就不能记。请清空这几格；本人其实同意，就把“不同意”那一勾去掉，勾上“同意”。"
    ),
    HEALTH_CLOSED: N_(
        "本人以前说过不同意“记录健康情况”，血压和脉搏不能记。请清空这几格；现在同意了，就勾上同意。"
    ),
    MEMBER_CLOSED: N_(
        "这位会员不是你们的账号登记的，由你们记他介绍了谁入不了档。请公司来记这次转介绍；其他内容，清空会员编号、去掉这一勾就能交。"
    ),
}
"""Reason → what is wrong and how to mend it; a reading against a no, said now or before."""
IN_CELLS = {
    HEALTH_REFUSED: N_(
        "“记录健康情况”写着“否”，血压和脉搏就不能记。请清空这几格；本人其实同意，就把那一格改成“是”。"
    ),
    HEALTH_CLOSED: N_(
        "本人以前说过不同意“记录健康情况”，血压和脉搏不能记。请清空这几格；"
        "现在同意了，就在“记录健康情况”写“是”。"
    ),
    "health": N_("量了血压，但“记录健康情况”一格空着。问过本人就写“是”。"),
}
"""What is said of these where a list is typed: there one ticks nothing."""
