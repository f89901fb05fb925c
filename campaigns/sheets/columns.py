"""The columns of a sign-in sheet: headings, drop-downs, widths, and what the example says."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

YES, NO, NOT_ASKED = "是", "否", "未问"
CONSENT_CHOICES = (YES, NO, NOT_ASKED)


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    key: its name in the code.
    heading: what stands above it; a sheet made by hand may use an alias.
    english: the same for those who do not read Chinese.
    width: in characters.
    example: what the example row holds.
    choices: the drop-down.
    bounds: smallest and largest whole number.
    as_text: what is typed stays as typed (numbers would lose digits or turn into dates).
    bad: the reason when the value cannot be what the column wants.
    shared: a merged area passes its value down this column (a couple's address).
    """

    key: str
    heading: str
    english: str
    width: float
    example: str | int | float = ""
    aliases: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    bounds: tuple[int, int] | None = None
    as_text: bool = False
    bad: str = "too_long"
    shared: bool = False


ROW_ID = "row_id"
NUMBER = "number"
REASON = "reason"
NAME = "name"
NOTE = "note"
MEMBER = "member"
"""The code of the member who referred the person; the person agrees that it is written down."""
VERDICT = "verdict"

EXAMPLE_MARK = "（示例）"
"""A name that begins with this marks the example row, which is no person."""

SAME_PERSON, SOMEBODY_ELSE = "更正", "另一个人"
VERDICT_COLUMN = Column(
    *(VERDICT, "更正还是另一个人", "Correction, or someone else", 10),
    choices=(SAME_PERSON, SOMEBODY_ELSE),
    bad="bad_choice",
)
"""Stands in the answer alone: what a row is that looks like one which is no longer there."""

REASON_COLUMN = Column(REASON, "未收下的原因", "Why not taken", 40)

COLUMNS = (
    Column(ROW_ID, "行编号（勿改）", "Row id", 6, aliases=("行编号", "row_id")),
    Column(NUMBER, "序号", "No.", 5, "示例", aliases=("编号", "no")),
    Column(
        *(NAME, "姓名", "Name", 11, f"{EXAMPLE_MARK}王秀英"),
        aliases=(
            *("名字", "患者姓名", "客户姓名", "顾客姓名", "老人姓名", "会员姓名", "长者姓名"),
            *("参加者姓名", "参会者姓名", "参加人姓名", "参会人姓名", "患者名字", "客户名字"),
            *("客户名称", "签到人"),
        ),
    ),
    Column("sex", "性别", "Sex", 5, "女", ("性別",), choices=("男", "女"), bad="bad_sex"),
    Column(
        *("birth", "出生日期/年", "Born", 12, "1950-3-2"),
        aliases=("出生日期", "出生年", "出生年份", "出生年月", "出生年月日", "生日"),
        as_text=True,
        bad="bad_birth",
    ),
    Column(
        *("phones", "手机", "Mobile", 14, "13800000000"),
        aliases=("手机号", "手机号码", "电话", "联系电话", "phone"),
        as_text=True,
        shared=True,
    ),
    Column(
        *("id_number", "身份证号", "ID card", 24, "", ("身份证", "身份证号码")),
        as_text=True,
        bad="bad_id_number",
    ),
    Column("address", "住址", "Address", 20, "示例路1号", ("地址", "家庭住址"), shared=True),
    Column(
        *("region", "地区代码", "Region", 8, "110105", ("行政区划代码", "地区")),
        as_text=True,
        bad="bad_region",
        shared=True,
    ),
    Column("conditions", "病症", "Conditions", 12, "高血压、头晕", ("疾病", "症状")),
    Column("medicines", "在用药", "Medicines", 12, "阿司匹林", ("用药", "在用药物")),
    Column("attended", "到场", "Came", 5, YES, ("签到",), choices=(YES, NO), bad="bad_choice"),
    Column(
        *("systolic", "高压", "Systolic", 7, 135, ("收缩压",)), bounds=(40, 350), bad="bad_reading"
    ),
    Column(
        *("diastolic", "低压", "Diastolic", 7, 85, ("舒张压",)), bounds=(20, 250), bad="bad_reading"
    ),
    Column("pulse", "脉搏", "Pulse", 6, 72, ("心率",), bounds=(20, 300), bad="bad_reading"),
    Column("trial_sku", "试用型号", "Trial: model", 9, "JX-B4"),
    Column("trial_serial", "试用序列号", "Trial: serial", 12, "TD26-00000", as_text=True),
    Column(
        *("quantity", "购买数量", "Bought: units", 6, 1, ("数量",)),
        bounds=(1, 1_000_000),
        bad="bad_quantity",
    ),
    Column("price", "单价（元）", "Unit price, yuan", 9, 693, ("单价",), bad="bad_amount"),
    Column("sku", "购买型号", "Bought: model", 9, "JX-B4", ("型号",)),
    Column(
        *("consent_archive", "同意建立档案", "Consent: archive", 7, YES),
        aliases=("同意建档", "建立档案"),
        choices=CONSENT_CHOICES,
        bad="bad_choice",
    ),
    Column(
        *("consent_health", "同意记录健康情况", "Consent: health", 7, YES),
        aliases=("同意健康信息", "同意健康", "记录健康情况"),
        choices=CONSENT_CHOICES,
        bad="bad_choice",
    ),
    Column(
        *("consent_dealer", "同意交给经销商一份", "Consent: dealer", 7, NO),
        aliases=(
            *("同意共享经销商", "同意经销商", "同意交经销商", "同意交给经销商", "共享经销商"),
            "交给经销商一份",
        ),
        choices=CONSENT_CHOICES,
        bad="bad_choice",
    ),
    Column(
        *("consent_marketing", "同意接收活动通知", "Consent: marketing", 7, NOT_ASKED),
        aliases=("同意营销", "接收活动通知"),
        choices=CONSENT_CHOICES,
        bad="bad_choice",
    ),
    Column(
        *(MEMBER, "推荐会员", "Referred by member", 10, "CL0001"),
        aliases=(
            *("推荐会员编号", "介绍会员", "介绍会员编号", "推荐人编号", "介绍人编号"),
            "介绍人会员编号",
        ),
        as_text=True,
        bad="no_such_member",
    ),
    Column(NOTE, "备注", "Note", 10, "不读入此行"),
    Column("signature", "本人签名", "Signature", 12, aliases=("签名",)),
)

PRESSURE = "pressure"
PRESSURE_COLUMN = Column(
    *(PRESSURE, "血压", "Blood pressure", 9),
    aliases=("血压值", "血压mmhg", "测血压"),
    bad="bad_reading",
)
"""Both readings in one cell, as they are written by hand; no template has it."""

BOUGHT_ON = "bought_on"
BOUGHT_ON_COLUMN = Column(
    *(BOUGHT_ON, "购买日期", "Bought on", 12),
    aliases=("成交日期", "购买时间", "购买日", "下单日期", "下单时间"),
    as_text=True,
    bad="bad_day",
)
"""When it was bought, where that was not at the activity: a dealer's own lists have it."""

NOT_IN_TEMPLATES = (BOUGHT_ON_COLUMN,)
"""What a sheet may have beside the columns of a template."""

CONSENT_PURPOSES = {
    "consent_archive": "archive",
    "consent_health": "health",
    "consent_dealer": "share_with_dealer",
    "consent_marketing": "marketing",
}
"""Column → purpose of the consent that it asks for."""

_ALL = (*COLUMNS, PRESSURE_COLUMN, *NOT_IN_TEMPLATES, REASON_COLUMN, VERDICT_COLUMN)
BY_KEY = {column.key: column for column in _ALL}
_NO_LETTER = re.compile(r"[\W_]+")
_LONGEST_REMEMBERED = 200


def plain_heading(text: str) -> str:
    """A heading without what hands change: width of characters, blanks, brackets, case."""
    # What is longer is no heading, and would fill the memory.
    return _plain(text) if len(text) <= _LONGEST_REMEMBERED else _plain.__wrapped__(text)


@lru_cache(maxsize=4_096)
def _plain(text: str) -> str:
    return _NO_LETTER.sub("", unicodedata.normalize("NFKC", text)).lower()


_BY_HEADING = {
    plain_heading(name): column.key
    for column in _ALL
    for name in (column.heading, *column.aliases, column.english)
}


def column_key(heading: str) -> str | None:
    """The key of the column that a heading names, None for one that is not known."""
    return _BY_HEADING.get(plain_heading(heading))
