"""Which known column is most like a heading that is not known: only ever offered."""

import difflib
import re

from campaigns.sheets.columns import (
    BY_KEY,
    COLUMNS,
    NOTE,
    NUMBER,
    PRESSURE,
    ROW_ID,
    column_key,
    plain_heading,
)

_DRESSING = re.compile(r"是否|有无|请填写|请填|您的|本人|患者|顾客|客户|老人|签字|必填|选填")
_ASKED = "(同意|授权|愿意|许可|拒)"
_HINTS = tuple(
    (re.compile(pattern), key)
    for pattern, key in (
        (r"年龄|年齡|岁|周岁|age", NOTE),
        (r"总价|总额|金额|合计|付款|定金|押金|实收|实付|应收|已收", NOTE),
        (r"人员|业务员|经办|导购|店员|负责人|销售员|售货员", NOTE),
        (r"家属|紧急|陪同|推荐|介绍|来源", NOTE),
        (rf"{_ASKED}.*(健康|病|信息)|健康.*{_ASKED}", "consent_health"),
        (rf"{_ASKED}.*(经销|共享|分享|第三方|商)|(经销|共享).*{_ASKED}", "consent_dealer"),
        (rf"{_ASKED}.*(营销|短信|推送|宣传|广告|通知)|(营销|短信).*{_ASKED}", "consent_marketing"),
        (r"同意|授权|愿意|知情|许可|拒|consent|agree", "consent_archive"),
        (r"电话|手机|联系|電話|微信|tel|phone|mobile|cell", "phones"),
        (r"身份|证件|证号|idcard|idno", "id_number"),
        (r"出生|生日|生年|birth|born", "birth"),
        (r"(日期|时间|日子)$", NOTE),
        (r"性別|性别|男女|sex|gender", "sex"),
        (r"区划|邮编|地区|区县|region", "region"),
        (r"住址|地址|住在|小区|门牌|住所|address", "address"),
        (r"药|medic", "medicines"),
        (r"病|症|疾|诊断|既往", "conditions"),
        (r"签到|到场|出席|参加|到会", "attended"),
        (r"高血压|低血压|糖尿|血脂|血糖|中风|卒中|梗", "conditions"),
        (r"血压", PRESSURE),
        (r"收缩|高压", "systolic"),
        (r"舒张|低压", "diastolic"),
        (r"脉|心率|心跳", "pulse"),
        (r"试用.*(序列|机号|编号)|序列号", "trial_serial"),
        (r"试用|试戴|体验", "trial_sku"),
        (r"单价|价", "price"),
        (r"型号|规格|品名|产品", "sku"),
        (r"数量|盒|台数|件数|套数|几台|几个|购|买|售|qty", "quantity"),
        (r"备注|说明|其他|其它|note|remark", NOTE),
        (r"姓名|名字|name", "name"),
    )
)
_OFFERED = tuple(column for column in COLUMNS if column.key not in (ROW_ID, NUMBER))
_NAMES = {
    plain_heading(name): column.key
    for column in _OFFERED
    for name in (column.heading, *column.aliases, column.english)
}
_CLOSE = 0.6
_OF_ONE_THING = re.compile(r"^(?:有无|有没有|是否有|是否患|患有)")
"""Headings below which a yes or a no stands, on a thing of which no column asks."""


def nearest(heading: str) -> str | None:
    """The heading of the known column that is most like this one; None where none is."""
    if _OF_ONE_THING.search(plain_heading(heading)):
        return BY_KEY[NOTE].heading
    bare = _DRESSING.sub("", plain_heading(heading))
    key = column_key(bare)
    if key is None:
        key = next((key for pattern, key in _HINTS if pattern.search(bare)), None)
    if key is None and bare:
        close = difflib.get_close_matches(bare, _NAMES, 1, _CLOSE)
        key = _NAMES[close[0]] if close else None
    return None if key is None or key in (ROW_ID, NUMBER) else BY_KEY[key].heading
