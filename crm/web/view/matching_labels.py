"""What is compared on two cards, how well it fits, and which views a merge changes, in words."""

from campaigns.wording.catalogues import N_

THINGS = {
    "name": N_("姓名"),
    "birth": N_("出生"),
    "sex": N_("性别"),
    "id": N_("身份证号"),
    "contact": N_("电话或地址"),
    "region": N_("地区"),
}
LEVELS = {
    ("name", "exact"): N_("相同"),
    ("name", "sound"): N_("读音相同"),
    ("name", "near"): N_("像是笔误"),
    ("name", "part"): N_("写到的部分相同"),
    ("name", "half"): N_("姓和一个字相同"),
    ("birth", "same"): N_("相同"),
    ("birth", "near"): N_("差一位"),
    ("birth", "lunar"): N_("像农历和公历"),
    ("birth", "year"): N_("年份相同"),
    ("birth", "about"): N_("年份相近"),
    ("sex", "same"): N_("相同"),
    ("id", "same"): N_("相同"),
    ("id", "near"): N_("差一位"),
    ("contact", "phone"): N_("电话相同"),
    ("contact", "address"): N_("地址相同"),
    ("contact", "near_phone"): N_("电话差一位"),
    ("contact", "street"): N_("地址相近"),
    ("region", "same"): N_("相同"),
    ("region", "prefecture"): N_("同一个地市"),
}
"""By thing and level; what is not named differs."""
VIEWS = {
    "person": N_("患者档案"),
    "link": N_("档案卡归到哪个人"),
    "copy_row": N_("经销商副本的行"),
    "follow_up": N_("回访"),
    "conflict": N_("说法不一"),
    "outcome": N_("事件的结果"),
    "claim": N_("奖励"),
}
"""By table: what would be other if two cards were one person's."""
