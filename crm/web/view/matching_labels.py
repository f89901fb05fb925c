"""What is compared on two cards, and how well it fits, in words."""

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
EVIDENCE = {
    "same": N_("人说是同一个人"),
    "id_number": N_("身份证号相同"),
    "name_and_phone": N_("姓名读音和电话相同"),
    "name_and_birth": N_("姓名、生日和地市相同"),
    "weights": N_("很像是同一个人"),
}
"""On what evidence a card belongs to another of the same person."""
