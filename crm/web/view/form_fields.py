"""The fields of the phone's form, said once: unit, range and what is usual, for server and phone.

The page carries this description (`described`) to the phone, which checks the same without network
(crm/web/static/checks.js). What cannot be is a fault; what is odd is asked about once.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from campaigns.identifiers import (
    EARLIEST_BIRTH_YEAR,
    OLDEST_YEARS,
    YOUNGEST_YEARS,
    odd_birth_year,
)
from campaigns.products import LIST_PRICES_FEN, PRICE_MAY_DIFFER, list_price_far_off
from campaigns.sentences import refusal_sentence
from campaigns.wording.catalogues import N_, translated
from campaigns.wording.languages import Language
from crm.money import yuan_typed
from crm.web.view.form_doubts import (
    GIVER_UNNAMED,
    GIVER_UNSAID,
    NO_ARCHIVE,
    NO_HEALTH_CONSENT,
    SIGNED_ALONE,
    UNSIGNED,
    Doubt,
    said_values,
)
from crm.web.view.form_faults import (
    FAULTS,
    HEALTH_CLOSED,
    HEALTH_REFUSED,
    MEMBER_CLOSED,
    NOTHING_SAID,
)
from crm.web.view.read_values import BORN_DAY, BORN_YEAR, WHOLE, YUAN, birth, fen, whole

Kind = Literal["text", "phone", "id_number", "born", "whole", "yuan", "choice"]
WANTED: tuple[Kind, ...] = ("whole", "yuan", "choice")
"""Kinds that may not be blank under a tick: what nobody chose is not said for the person."""
SKUS = LIST_PRICES_FEN
"""The devices that a form offers, with the list price of one, fen."""
READING_FIELDS = ("systolic_mmhg", "diastolic_mmhg", "pulse_bpm")

WITH_EVIDENCE = ("screen", "paper")
"""Ways of consenting that leave something to keep: a drawing, a photograph of signed paper."""
PURPOSES = ("archive", "health", "share_with_dealer", "marketing", "club")

_MEND = N_("还没有收下，改好再提交，其他内容都还在：")
_AGAIN = N_("请再看一眼，没错就再点一次“提交”：")
_RANGE = N_("{label}要写 {least}–{most} 的整数，单位{unit}，例如 {example}。")
_ODD = N_("{label} {value} {unit}，少见：没有看错吗？")
_BAD_YUAN = N_("{label}看不懂。请以元为单位，最多两位小数，例如 {example}。")
_BAD_BORN = N_("出生日期看不懂，或者不在 {earliest} 年到今天之间。请写 1950，或者 1950-3-2。")
_MISSING = N_("{label}还没有填，例如 {example}。")
_UNCHOSEN = N_("{label}还没有选。请选一项。")
_ODD_BORN = N_("{value} 年生，少见：没有写错吗？")
_PAIR = N_("高压 {more} 不比低压 {less} 高：没有写反吗？")
_PRICE = N_("单价 {price} 元，定价是 {list} 元：没有写错吗？")
UNTICKED = {
    "trial": N_("填了试用的内容，但没有勾“开始试用”。要记就勾上。"),
    "trial_end": N_("填了结束试用的内容，但没有勾“结束试用”。要记就勾上。"),
    "purchase": N_("填了购买的内容，但没有勾“买了产品”。要记就勾上。"),
    "return": N_("填了退货的内容，但没有勾“退货”。要记就勾上。"),
    "referral": N_("填了介绍人，但没有勾“本人同意记成由他介绍”。"),
}
"""A tick → what is asked where something stands under it, and it is not ticked."""
PHONE_UNUSUAL = N_("电话不像大陆的手机号。")
ID_UNVERIFIED = N_("身份证号核对不上（位数、校验码、性别、生日或出生年）。")
ASKED_OF_THE_DOOR = {
    "id_number_unverified": ID_UNVERIFIED,
    "phone_unusual": PHONE_UNUSUAL,
    "region_unknown": N_("地区代码查不到。"),
}


@dataclass(frozen=True, slots=True)
class FormField:
    """One field. least, most: outside is wrong; usual: outside is asked about; all in its unit.

    under: the tick without which what is typed here says nothing.
    """

    name: str
    label: str
    kind: Kind = "text"
    unit: str = ""
    least: int = 0
    most: int = 0
    usual: tuple[int, int] | None = None
    example: str = ""
    under: str = ""


_PIECES = N_("台")
FIELDS = {
    field.name: field
    for field in (
        FormField("name", N_("姓名")),
        FormField("phone", N_("手机"), "phone", example="13812345678"),
        FormField("born", N_("出生年份或日期"), "born", example="1950"),
        FormField("id_number", N_("身份证号（可不填）"), "id_number"),
        FormField("address", N_("住址（可不填）")),
        FormField("giver_name", N_("替本人同意的人是谁（加密保存）"), example="李小明"),
        FormField("systolic_mmhg", N_("高压"), "whole", "mmHg", 40, 350, (80, 200), "135"),
        FormField("diastolic_mmhg", N_("低压"), "whole", "mmHg", 20, 250, (40, 120), "85"),
        FormField("pulse_bpm", N_("脉搏"), "whole", N_("次/分"), 20, 300, (40, 140), "72"),
        FormField("serial", N_("机身序列号（可不填）"), under="trial"),
        FormField("trial_outcome", N_("觉得怎样"), "choice", under="trial_end"),
        FormField("trial_note", N_("怎么说（可不填）"), under="trial_end"),
        FormField(
            *("quantity", N_("数量"), "whole", _PIECES, 1, 1_000_000, (1, 9), "1"),
            under="purchase",
        ),
        FormField("price", N_("单价（元）"), "yuan", example="693", under="purchase"),
        FormField("purchase_serial", N_("机身序列号（可不填）"), under="purchase"),
        FormField(
            *("return_quantity", N_("退回数量"), "whole", _PIECES, 1, 1_000_000, (1, 9), "1"),
            under="return",
        ),
        FormField("return_reason", N_("为什么"), "choice", under="return"),
        FormField("gift_item", N_("送了什么")),
        FormField("gift_value", N_("值多少（元）"), "yuan", example="30"),
        FormField("complaint_text", N_("本人怎么说（可不填）")),
        FormField("member", N_("介绍人的会员编号"), under="referral"),
    )
}


def out_of_range(field: FormField, text: str) -> bool:
    """Whether what was typed cannot be."""
    if field.kind == "whole":
        number = whole(text)
        return number is None or not field.least <= number <= field.most
    if field.kind == "yuan":
        return fen(text) is None
    if field.kind == "choice":
        return not text
    return field.kind == "born" and not birth(text)


def fault_text(field: FormField, *, is_empty: bool = False) -> str:
    """What is said of a value that cannot be, zh-CN with places for the field's own values."""
    texts = {"whole": _RANGE, "yuan": _BAD_YUAN, "born": _BAD_BORN, "choice": _UNCHOSEN}
    return _MISSING if is_empty and field.kind != "choice" else texts.get(field.kind, "")


def fault_sentence(field: FormField, language: Language, *, is_empty: bool = False) -> str:
    """The same in a language: what is wanted, in which range, with an example."""
    said = fault_text(field, is_empty=is_empty)
    return translated(said, language, earliest=EARLIEST_BIRTH_YEAR, **_values(field, language))


def odd_number(field: FormField, text: str) -> Doubt | None:
    """Whether a number is far from what is usual."""
    number = whole(text)
    if field.usual is None or number is None or out_of_range(field, text):
        return None
    if field.usual[0] <= number <= field.usual[1]:
        return None
    values = {"label": field.label, "value": number, "unit": field.unit}
    return Doubt(f"odd:{field.name}", field.name, _ODD, values)


def odd_birth(text: str, today: date) -> Doubt | None:
    """Whether nobody of the season is as old, or as young."""
    found = birth(text)
    year = int(str(found.get("birth_date") or found.get("birth_year") or 0)[:4])
    if not year or not odd_birth_year(year, today):
        return None
    return Doubt("odd:born", "born", _ODD_BORN, {"value": year})


def odd_pressure(systolic: str, diastolic: str) -> Doubt | None:
    """Whether the two stand the wrong way round."""
    more, less = whole(systolic), whole(diastolic)
    if more is None or less is None or more > less:
        return None
    return Doubt("pair:pressure", "systolic_mmhg", _PAIR, {"more": more, "less": less})


def odd_price(sku: str, text: str) -> Doubt | None:
    """Whether a price is far from the list's."""
    asked = fen(text)
    listed = None if asked is None else list_price_far_off(sku, asked)
    if asked is None or listed is None:
        return None
    values = {"price": _yuan(asked), "list": _yuan(listed)}
    return Doubt("odd:price", "price", _PRICE, values)


def unticked(tick: str, field: str) -> Doubt:
    """Something stands under a tick that is not ticked."""
    return Doubt(f"unticked:{tick}", field, UNTICKED[tick], {})


_TOLD_BY_THE_PHONE = (NOTHING_SAID, HEALTH_REFUSED, HEALTH_CLOSED, MEMBER_CLOSED)


def described(
    language: Language,
    today: date,
    closed_members: Sequence[str] = (),
    own_words: Mapping[str, str] | None = None,
    fields: Container[str] = FIELDS,
) -> dict[str, Any]:
    """All of it for the phone, as JSON has it, with its sentences in a language.

    closed_members: the codes of whom whoever writes may not speak, as far as the phone is told.
    own_words: what another surface says in its own way. fields: those that it has.
    """
    say = {
        "pair": _PAIR,
        "price": _PRICE,
        "unsigned": UNSIGNED.text,
        "no_archive": NO_ARCHIVE.text,
        "signed_alone": SIGNED_ALONE.text,
        **{each.code: each.text for each in (GIVER_UNNAMED, GIVER_UNSAID)},
        "health": NO_HEALTH_CONSENT.text,
        **{reason: FAULTS[reason] for reason in _TOLD_BY_THE_PHONE},
        "born": _ODD_BORN,
        "phone": PHONE_UNUSUAL,
        "id_number": ID_UNVERIFIED,
        "odd": _ODD,
        "mend": _MEND,
        "again": _AGAIN,
        **(own_words or {}),
    }
    sentences = {name: translated(text, language) for name, text in say.items()}
    sentences["name"] = refusal_sentence("missing_field", "$.data.person.name", language)
    return {
        "fields": {
            name: _described(field, language) for name, field in FIELDS.items() if name in fields
        },
        "patterns": {"whole": WHOLE, "yuan": YUAN, "day": BORN_DAY, "year": BORN_YEAR},
        "earliest": EARLIEST_BIRTH_YEAR,
        "today": f"{today:%Y%m%d}",
        "years": [today.year - OLDEST_YEARS, today.year - YOUNGEST_YEARS],
        "prices": SKUS,
        "price_may_differ": PRICE_MAY_DIFFER,
        "readings": READING_FIELDS,
        "unticked": {tick: translated(text, language) for tick, text in UNTICKED.items()},
        "purposes": PURPOSES,
        "wanted": WANTED,
        "with_evidence": WITH_EVIDENCE,
        "closed_members": list(closed_members),
        "say": sentences,
    }


def _described(field: FormField, language: Language) -> dict[str, Any]:
    told: dict[str, Any] = {"kind": field.kind}
    if fault_text(field):
        if field.kind != "choice":
            told["fault"] = fault_sentence(field, language)
        told["missing"] = fault_sentence(field, language, is_empty=True)
    if field.kind == "whole":
        told |= _values(field, language)
        told |= {"least": field.least, "most": field.most, "usual": field.usual}
    return told | ({"under": field.under} if field.under else {})


def _values(field: FormField, language: Language) -> dict[str, object]:
    values = {"label": field.label, "unit": field.unit, "example": field.example}
    return said_values(values, language) | {"least": field.least, "most": f"{field.most:,}"}


def _yuan(amount_fen: int) -> str:
    return yuan_typed(amount_fen).removesuffix(".00")


def fields_under(tick: str) -> Iterator[str]:
    """The fields that say nothing without a tick."""
    return (field.name for field in FIELDS.values() if field.under == tick)
