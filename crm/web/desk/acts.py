"""An act: a form of a page becomes events of whoever is signed in, and is answered with a receipt.

A page calls `say` with what the form means, and `done` when it was taken; otherwise it shows
`answer.form` again, in which all that was typed stands, with what is wrong beside its field.
The ids come with the form: a second tap says nothing new.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import uuid4

import orjson
from fastapi.responses import RedirectResponse, Response

from campaigns.catalogue import CATALOGUE, wire_name
from campaigns.cloudevents import Refusal, check
from campaigns.field_labels import last_field
from campaigns.intake import Credential, Receipt
from campaigns.sentences import refusal_sentence
from campaigns.times import day_start_us, rfc3339
from campaigns.wording.catalogues import N_
from crm.copies.row_names import ROW, of_card
from crm.entries.own_events import times_said
from crm.scope import OutOfScope
from crm.storage.database import reading
from crm.web.guards.visit import Posting, Visit

FORM_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

_A_CARD = "card/of-the-row"
_STALE = N_("这张表已经提交过，或者放得太久了。内容都在：请看一眼清单，还没有的再提交一次。")
DOUBTS = {
    "id_number_unverified": N_("身份证号核对不上（位数、校验码、性别、生日或出生年）。"),
    "phone_unusual": N_("电话不像大陆的手机号。"),
    "region_unknown": N_("地区代码查不到。"),
}


@dataclass(frozen=True, slots=True)
class Act:
    """One event that a form says.

    subject: where the type does not tell it (`event.voided`), else None.
    on: the Shanghai day on which it happened, when no more is known; at: the instant, RFC 3339;
        neither: it happens as it is said.
    """

    type_name: str
    data: Mapping[str, Any]
    subject: str | None = None
    on: date | None = None
    at: str | None = None

    def event(self, source: str, event_id: str, place: int, said_at: str) -> dict[str, Any]:
        """As a CloudEvent."""
        event = CATALOGUE[self.type_name]
        named = self.data.get(event.subject_field or "")
        when = {"time": self.at or said_at}
        if self.on is not None:
            when = {"time": rfc3339(day_start_us(self.on)), "timeprecision": "day"}
        return {
            "specversion": "1.0",
            "id": event_id,
            "source": source,
            "type": wire_name(self.type_name),
            "subject": self.subject or f"{event.subject_kind}/{named}",
            "sequence": place,
            **when,
            "data": dict(self.data),
        }


def _nothing_typed(_name: str) -> str:
    return ""


@dataclass(frozen=True)
class ActForm:
    """A form as a page shows it (forms.html draws its fields).

    typed: what stands in a field. faults: field → what is wrong; troubles: with the whole.
    doubts: what looks odd, asked about once; asked: their codes, which the form carries back.
    """

    form_id: str = field(default_factory=lambda: str(uuid4()))
    typed: Callable[[str], str] = _nothing_typed
    faults: Mapping[str, str] = field(default_factory=dict)
    troubles: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    asked: str = ""

    @classmethod
    def of(cls, values: Mapping[str, object] | None = None) -> "ActForm":
        """A new form, with what is known already in its fields."""
        known = {name: str(value) for name, value in (values or {}).items() if value is not None}
        return cls(typed=lambda name: known.get(name, ""))

    @property
    def is_wrong(self) -> bool:
        """Whether it came back with something to mend."""
        return bool(self.faults or self.troubles)


@dataclass(frozen=True)
class Answer:
    """What became of a form: taken, then form is None; or the form to be shown again."""

    form_id: str
    form: ActForm | None
    receipts: tuple[Receipt, ...] = ()

    @property
    def was_said(self) -> bool:
        """Whether it is durable."""
        return self.form is None


def say(
    posting: Posting,
    acts: Iterable[Act],
    *,
    fields: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
    doubts: Iterable[str] = (),
) -> Answer:
    """Hand over what a form means, all of it or nothing; OutOfScope for who may not say it.

    fields: where a JSONPath below `data` is typed in a field of another name (`starts_at` → `day`).
    faults: what the page itself found wrong, by field, as sentences in the visitor's language;
        with any of them nothing is handed over.
    doubts: sentences of the page's own that are asked about once, before anything is said.
    """
    visit, said = posting.visit, list(acts)
    credential = sayer_of(visit, {act.type_name for act in said})
    form_id = posting.text("form_id", 36)
    if not FORM_ID.fullmatch(form_id):
        return _again(posting, ActForm(troubles=(visit.say(_STALE),)))
    if faults:
        return _again(posting, ActForm(form_id, faults=dict(faults)))
    lines = list(_lines(visit, form_id, said))
    faulty = _Faults(visit, fields or {})
    odd = faulty.look_at(lines, credential)
    if faulty.found:
        return _again(posting, faulty.form(form_id))
    own = tuple(doubts)
    # By what they say: another doubt in the same place was not asked about yet.
    asked = [*odd, *(f"page:{sha256(said.encode()).hexdigest()[:12]}" for said in own)]
    if not set(posting.text("asked").split()).issuperset(asked):
        told = (*(visit.say(DOUBTS[code]) for code in odd), *own)
        return _again(posting, ActForm(form_id, doubts=told, asked=" ".join(asked)))
    receipts = take_in(
        visit, credential, form_id, lines, lambda: list(_lines(visit, form_id, said))
    )
    for receipt in receipts:
        if receipt.status == "refused":
            faulty.add(receipt.reason or "", receipt.path or "$")
    if faulty.found:
        return _again(posting, faulty.form(form_id))
    return Answer(form_id, None, tuple(receipts))


def take_in(
    visit: Visit,
    credential: Credential,
    form_id: str,
    lines: list[bytes],
    again: Callable[[], list[bytes]],
) -> list[Receipt]:
    """Hand the events of a form over; made anew by `again` where it was received meanwhile.

    Of a form that is sent twice at once the second is judged before the first is received, and
    takes another instant for that at which it was said.
    """
    receipts = visit.site.intake.accept(lines, credential)
    if any(receipt.status == "refused" for receipt in receipts) and was_said(visit, form_id):
        receipts = visit.site.intake.accept(again(), credential)
    return receipts


def was_said(visit: Visit, form_id: str) -> bool:
    """Whether anything of a form of this account was received."""
    with reading(visit.site.engine) as connection:
        return bool(times_said(connection, visit.account.source, form_id))


def done(visit: Visit, to: str, answer: Answer) -> Response:
    """On to a page, which shows the receipt at its top."""
    mark = visit.signer.receipt_mark(answer.form_id)
    join = "&" if "?" in to else "?"
    return RedirectResponse(f"{to}{join}said={answer.form_id}.{mark}", 303)


def sayer_of(visit: Visit, type_names: Iterable[str]) -> Credential:
    """The credential of whoever is signed in; OutOfScope where it may not say one of the types."""
    credential = visit.account.credential
    if credential is None or not all(map(visit.account.may_say, type_names)):
        raise OutOfScope("who says nothing of the kind")
    return credential


def _lines(visit: Visit, form_id: str, acts: Sequence[Act]) -> Iterator[bytes]:
    """As events; what was said before by this form keeps the instant at which it was said."""
    source = visit.account.source
    with reading(visit.site.engine) as connection:
        before = times_said(connection, source, form_id)
    now = rfc3339(visit.site.now_us())
    for place, act in enumerate(acts, 1):
        event_id = f"{form_id}-{place}"
        yield orjson.dumps(act.event(source, event_id, place, before.get(event_id, now)))


def _of_card(line: bytes) -> bytes:
    """What names a row of a dealer's copy is looked at as if it named the card behind it."""
    event = orjson.loads(line)
    if not event["subject"].startswith(ROW):
        return line
    return orjson.dumps(of_card(event, _A_CARD))


def _again(posting: Posting, form: ActForm) -> Answer:
    """The form with all that was typed."""
    shown = ActForm(
        form.form_id, posting.text_of, form.faults, form.troubles, form.doubts, form.asked
    )
    return Answer(form.form_id, shown)


@dataclass
class _Faults:
    """What is wrong with the events of a form, gathered by the field in which it was typed."""

    visit: Visit
    fields: Mapping[str, str]
    found: dict[str, str] = field(default_factory=dict)
    is_stale: bool = False

    def look_at(self, lines: Sequence[bytes], credential: Credential) -> tuple[str, ...]:
        """Everything that can be said beforehand, so that a form is taken whole or not at all."""
        odd: list[str] = []
        for line in lines:
            checked = check(_of_card(line), self.visit.site.now_us())
            if isinstance(checked, Refusal):
                self.add(checked.reason, checked.path)
                continue
            odd += checked.warnings
            if checked.faults:
                self.add(*checked.faults[0])
            elif (path := credential.forbidden_at(checked)) is not None:
                self.add("not_allowed", path)
        return tuple(dict.fromkeys(odd))

    def add(self, reason: str, path: str) -> None:
        """Of one field the first fault is enough."""
        self.is_stale = self.is_stale or reason == "id_reused"
        below = path.removeprefix("$.data.")
        name = self.fields.get(below) or last_field(path) or ""
        self.found.setdefault(name, refusal_sentence(reason, path, self.visit.language))

    def form(self, form_id: str) -> ActForm:
        """With all of it; a new id where the old one is used up."""
        if self.is_stale:
            return ActForm(troubles=(self.visit.say(_STALE),))
        return ActForm(form_id, faults=self.found)
