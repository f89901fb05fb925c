"""What can be said on the page of a person: each act with its form, and the event that it becomes.

One table for the buttons, the forms, the routes and the tests. The door checks what is said; here
stands only which field of a form is which field of an event.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from campaigns.events.consents import CATEGORIES
from campaigns.wording.catalogues import N_
from crm.cards.card import SECTIONS
from crm.web.view.form_fields import PURPOSES
from crm.web.view.form_said import GIVERS
from crm.web.view.region_typed import region_code
from crm.web.view.typed import Typed

InputKind = Literal[
    "text", "lines", "long", "day", "choice", "boxes", "somebody", "card", "signature", "kept"
]


@dataclass(frozen=True, slots=True)
class Input:
    """One field of a form.

    name: as the event calls it, so that a fault finds its place. kind: how it is asked; `lines`
    are a list, one a line; `somebody` is found by search; `card` is another card of the person;
    `kept` travels unseen. codes, group: of a choice, and what they are called. clears: what stands
    may be cleared.
    """

    name: str
    heading: str
    kind: InputKind = "text"
    codes: tuple[str, ...] = ()
    group: str = "value"
    hint: str = ""
    needed: bool = False
    clears: bool = False


@dataclass(frozen=True, slots=True)
class PersonAct:
    """One thing that a page says of a person.

    path: the last part of its address. says: the event's type. data: the form's fields → the
    event's data without the card. changes: what follows, in a sentence. dated: whether it may have
    happened on an earlier day.
    """

    path: str
    says: str
    word: str
    changes: str
    inputs: tuple[Input, ...]
    data: Callable[[Typed], dict[str, Any]]
    dated: bool = False
    in_list: bool = True


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.replace("、", "\n").splitlines() if line.strip()]


_LISTS = frozenset({"phones", "conditions", "medicines", "devices"})
_SECTION = {name: section for section, names in SECTIONS.items() for name in names}


def correction(text: Typed) -> dict[str, Any]:
    """A merge patch of what was written or cleared; nothing else is named."""
    patch: dict[str, Any] = {}
    for each in _CORRECTED:
        value: Any = text(each.name)
        if value and each.name in _LISTS:
            value = _lines(value)
        elif value and each.name == "region":
            value = region_code(value)
        elif value and each.name == "birth_year":
            value = int(value) if value.isdecimal() else value
        if not value and not text(f"clear_{each.name}"):
            continue
        place = patch if each.name == "region" else patch.setdefault(_SECTION[each.name], {})
        place[each.name] = value or None
    return patch


def _named(*names: str) -> Callable[[Typed], dict[str, Any]]:
    """The fields as they stand in the form, without those left empty."""
    return lambda text: {name: text(name) for name in names if text(name)}


def _purpose(text: Typed) -> dict[str, Any]:
    said: dict[str, Any] = {"purpose": text("purpose")}
    if said["purpose"] == "share_with_dealer" and text("dealer"):
        said["dealer"] = text("dealer")
    return said


def consent_data(text: Typed) -> dict[str, Any]:
    """What a form says of a consent."""
    said = _purpose(text) | _named("method", "by", "witness", "expires_on")(text)
    said["notice_version"] = text("notice_version")
    if said["purpose"] == "share_with_dealer":
        said["categories"] = [code for code in CATEGORIES if text(f"categories_{code}")]
    if text("by") not in ("", GIVERS[0]) and text("giver_name"):
        said["private"] = {"giver_name": text("giver_name")}
    if text("evidence_sha256"):
        said["evidence_sha256"] = text("evidence_sha256")
    return said


def _with_text(name: str, note: str) -> Callable[[Typed], dict[str, Any]]:
    def data(text: Typed) -> dict[str, Any]:
        private = {note: text(note)} if text(note) else {}
        return {name: text(name), **({"private": private} if private else {})}

    return data


METHODS = ("paper", "screen", "voice")
RELATIONS = ("spouse", "child", "parent", "sibling", "friend", "carer")
VOID_REASONS = ("typed_wrong", "duplicate_entry", "did_not_happen")
SAME_REASONS = ("confirmed_by_person", "same_document", "known_to_staff")
DIFFERENT_REASONS = ("confirmed_by_person", "relatives_share_phone", "known_to_staff")

_SEX = Input("sex", N_("性别"), "choice", ("female", "male"), "sex", clears=True)
_CORRECTED = (
    Input("name", N_("姓名")),
    _SEX,
    Input("birth_date", N_("出生日期"), "day", clears=True),
    Input("birth_year", N_("出生年份"), hint=N_("不知道日期时只写年份，例如 1950。"), clears=True),
    Input("id_number", N_("身份证号"), clears=True),
    Input(
        "phones",
        N_("电话"),
        "lines",
        hint=N_("一行一个，写全；这里写的会替换原来的。"),
        clears=True,
    ),
    Input("address", N_("住址"), clears=True),
    Input("mail", N_("邮箱"), clears=True),
    Input("region", N_("地区"), hint=N_("写地名或六位代码，例如 北京市朝阳区。"), clears=True),
    Input("conditions", N_("病症"), "lines", hint=N_("一行一项。"), clears=True),
    Input("medicines", N_("用药"), "lines", hint=N_("一行一项。"), clears=True),
    Input("devices", N_("用过的器械"), "lines", hint=N_("一行一项。"), clears=True),
    Input("note", N_("备注"), "long", clears=True),
)
_PURPOSE = Input("purpose", N_("同意用途"), "choice", PURPOSES, "purpose", needed=True)
_DEALER = Input("dealer", N_("哪一家经销商"), "choice", hint=N_("只有“交给经销商一份”要选。"))
_SOMEBODY = Input(
    "other_card_id",
    N_("另一个人"),
    "somebody",
    needed=True,
    hint=N_("姓名、拼音、首字母或手机后四位"),
)

ACTS: tuple[PersonAct, ...] = (
    PersonAct(
        "correct",
        "card.corrected",
        N_("更正档案"),
        N_("只填要改的；没填的照旧。原来写的一直留在经过里。持有副本的经销商会收到更正。"),
        _CORRECTED,
        correction,
    ),
    PersonAct(
        "consent",
        "consent.given",
        N_("记一次同意"),
        N_("先把告知书念给本人听。记下以后，这一项用途从那天起可以用。"),
        (
            _PURPOSE,
            _DEALER,
            Input(
                "categories",
                N_("交给经销商哪些"),
                "boxes",
                CATEGORIES,
                "category",
                hint=N_("都不勾就是身份和联系方式。"),
            ),
            Input("method", N_("怎样同意"), "choice", METHODS, "value", needed=True),
            Input("by", N_("谁同意"), "choice", GIVERS, "giver", needed=True),
            Input(
                "giver_name",
                N_("替本人同意的人是谁（加密保存）"),
                hint=N_("监护人或本人委托的人替本人同意的才写。"),
            ),
            Input("witness", N_("见证人代号")),
            Input("expires_on", N_("到哪天为止"), "day"),
            Input("signature", N_("凭据"), "signature"),
        ),
        consent_data,
        dated=True,
    ),
    PersonAct(
        "refuse",
        "consent.refused",
        N_("记一次不同意"),
        N_("问过了，本人不同意。以后本人愿意，可以再同意。"),
        (_PURPOSE, _DEALER),
        _purpose,
        dated=True,
    ),
    PersonAct(
        "relation",
        "relation.stated",
        N_("记亲友关系"),
        N_("两个人的档案上都会看到。"),
        (
            _SOMEBODY,
            Input("relation", N_("是本人的什么人"), "choice", RELATIONS, "value", needed=True),
        ),
        _named("other_card_id", "relation"),
    ),
    PersonAct(
        "deceased",
        "person.deceased",
        N_("记去世"),
        N_("记下以后，回访、来信和一切联系都停止；经销商的那一份会标明。"),
        (Input("on", N_("哪天去世"), "day"),),
        _named("on"),
    ),
    PersonAct(
        "same",
        "identity.same",
        N_("和另一个人是同一人"),
        N_("两份档案合成一份：经过、同意、奖励放到一起，同意从严。以后可以取消。"),
        (
            _SOMEBODY,
            Input("reason_code", N_("依据"), "choice", SAME_REASONS, "reason", needed=True),
        ),
        _named("other_card_id", "reason_code"),
    ),
    PersonAct(
        "different",
        "identity.different",
        N_("不是同一人"),
        N_("两张卡从此分开，各归各的人；每张卡上的经过、同意、奖励跟着卡走。以后可以取消。"),
        (
            Input("other_card_id", N_("另一张卡"), "card", needed=True),
            Input("reason_code", N_("依据"), "choice", DIFFERENT_REASONS, "reason", needed=True),
        ),
        _named("other_card_id", "reason_code"),
    ),
    PersonAct(
        "undecided",
        "identity.undecided",
        N_("取消身份判断"),
        N_("人工的判断不再算数，一切回到判断之前。"),
        (Input("other_card_id", "", "kept"),),
        _named("other_card_id"),
        in_list=False,
    ),
    PersonAct(
        "resolve",
        "complaint.resolved",
        N_("投诉已解决"),
        N_("记下以后，这件投诉不再列在待办里。"),
        (
            Input("complaint_id", "", "kept"),
            Input("text", N_("怎样解决的（加密保存）"), "long"),
        ),
        _with_text("complaint_id", "text"),
        in_list=False,
    ),
    PersonAct(
        "void",
        "event.voided",
        N_("撤销这一条"),
        N_(
            "这一条从此不算数，由它而来的一切（副本、奖励、回访、人数）跟着改回去。经过里仍看得到它。"
        ),
        (
            Input("of_source", "", "kept"),
            Input("of_id", "", "kept"),
            Input("reason_code", N_("为什么撤销"), "choice", VOID_REASONS, "reason", needed=True),
        ),
        _named("of_source", "of_id", "reason_code"),
        in_list=False,
    ),
)
CORRECTED_BY_CATEGORY: dict[str, tuple[Input, ...]] = {
    category: tuple(
        each
        for each in _CORRECTED
        if (_SECTION.get(each.name) == section or each.name in more)
        and each.name not in ("id_number", "mail")
    )
    for category, section, more in (
        ("identity", "person", ()),
        ("contact", "contact", ("region",)),
        ("health", "health", ()),
    )
}
"""What of a card a dealer may correct by way of a row that holds the category; no row shows an ID
number or a mail address."""
