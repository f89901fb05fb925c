"""A whole sheet that was handed over: what became of its rows, and taking all of it back."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import orjson
from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from campaigns.catalogue import wire_name
from campaigns.ids import derived_id
from campaigns.intake import Credential
from campaigns.sheets.wires import KNOWN_CARD
from campaigns.times import rfc3339
from campaigns.wording.catalogues import LISTED, N_
from crm.activities.queries import ActivityRow, activity
from crm.entries.queries import names_written
from crm.entries.sheet_sendings import Sending, SheetWord, sheet_sendings
from crm.masking import masked_name
from crm.outcomes.voids import may_take_back, may_void_anything
from crm.scope import OutOfScope
from crm.storage.database import reading
from crm.web.desk.acts import FORM_ID, ActForm
from crm.web.desk.changes import what_lines_change
from crm.web.desk.names import names_shown
from crm.web.guards.visit import NotFound, SignedIn, SignedInPosting, Visit
from crm.web.pages.own_today import REASONS
from crm.web.view.labels import label

router = APIRouter()

_VOIDED, _SAID = "event.voided", "card.registered"
_LINES_AT_ONCE = 2_000
_MOST_NAMED = 100
_NO_REASON = N_("请选一个原因。")
_STALE = N_("这一页放得太久了，请看一眼现在的样子，再按一次。")
_REFUSED = N_("有 %(n)s 项没有收下，别的已经在撤回。请再按一次；还不行就请总部撤回。")
_ROWS = N_("%(n)s 行会撤回，连同后来交表更正的：%(what)s。")
_COUNTED = N_("%(what)s %(n)s 项")
_MENDED = N_("其中 %(n)s 行后来有别人交表更正过，更正也一起撤回。")
_TAKEN = N_("%(n)s 行之前已经撤回了，不会再撤一次。")
_ERASED = N_("%(n)s 行的档案已经删除，不用撤回。")
_OTHERS = N_(
    "这些人身上还有别处记的，不会跟着撤回：%(what)s。"
    "只有这张表写过的人，这些就要等有档案卡才算；卡补上就接着算。"
)
_KEPT = N_("有 %(n)s 项是公司更正的，你撤不了，会留着。")


@dataclass(frozen=True, slots=True)
class SheetSeen:
    """A sheet as somebody may see it.

    may_go: what they may take back of it; kept: how much stands that they may not.
    """

    sending: Sending
    may_go: tuple[SheetWord, ...]
    kept: int

    @property
    def rows_going(self) -> int:
        """How many rows have something that they may take back."""
        return len({word.subject for word in self.may_go})


def sheets_seen(visit: Visit, found: ActivityRow) -> list[SheetSeen]:
    """The sheets of an activity whose taking back is the visitor's: the own, or anybody's as
    headquarters."""
    credential = visit.account.credential
    if credential is None or not visit.account.may_say(_VOIDED):
        return []
    with reading(visit.site.engine) as connection:
        sendings = sheet_sendings(connection, f"/sheets/{found.activity_id}")
    return [
        _seen(credential, sending)
        for sending in sendings
        if sending.actor == credential.actor or may_void_anything(credential.role)
    ]


@router.get("/sheets/{activity_id}/sent/{key}")
def sending_page(visit: SignedIn, activity_id: str, key: str) -> Response:
    """One sheet: its rows, what stands of them, and what taking them back would change."""
    found, seen = _one(visit, activity_id, key)
    return _page(visit, found, seen, ActForm())


@router.post("/sheets/{activity_id}/sent/{key}")
def take_back(posting: SignedInPosting, activity_id: str, key: str) -> Response:
    """Take all of it back, once it was told what that changes."""
    visit = posting.visit
    found, seen = _one(visit, activity_id, key)
    to = f"/sheets/{activity_id}/sent/{key}"
    if not seen.may_go:
        # The second tap of two, or somebody else was there before: the page tells how it stands.
        return RedirectResponse(to, 303)
    credential, lines = _lines(visit, found, seen, posting.text("reason", 40))
    form = ActForm(posting.text("form_id", 36), posting.text_of)
    if posting.text("reason", 40) not in REASONS:
        form = replace(form, faults={"reason": visit.say(_NO_REASON)})
        return _page(visit, found, seen, form)
    told = _told(visit, found, seen)
    if not FORM_ID.fullmatch(form.form_id) or posting.text("asked", 80) != _mark(seen, told):
        return _page(visit, found, seen, replace(form, doubts=(visit.say(_STALE),)), told)
    refused = 0
    for start in range(0, len(lines), _LINES_AT_ONCE):
        receipts = visit.site.intake.accept(lines[start : start + _LINES_AT_ONCE], credential)
        # What is said already, by another tap or a row that is mended, needs no second word.
        refused += sum(r.status == "refused" and r.reason != "id_reused" for r in receipts)
    if refused:
        trouble = visit.say(_REFUSED) % {"n": refused}
        return _page(visit, *_one(visit, activity_id, key), replace(form, troubles=(trouble,)))
    return RedirectResponse(to, 303)


def _seen(credential: Credential, sending: Sending) -> SheetSeen:
    source = credential.sources[0] if _is_others(credential, sending) else sending.source
    said = (source, credential.journaled_role)
    may_go = tuple(w for w in sending.going if may_take_back(said, (w.source, w.role)))
    return SheetSeen(sending, may_go, len(sending.going) - len(may_go))


def _is_others(credential: Credential, sending: Sending) -> bool:
    """Whether headquarters takes back what somebody else sent: it stays so, whoever sends the
    sheet again; who takes back the own sheet may send it anew."""
    return sending.actor != credential.actor


def _one(visit: Visit, activity_id: str, key: str) -> tuple[ActivityRow, SheetSeen]:
    if not visit.account.may_say(_SAID):
        raise OutOfScope("who writes no cards")
    with reading(visit.site.engine) as connection:
        found = activity(visit.scope, connection, activity_id)
    if found is None:
        raise NotFound
    for seen in sheets_seen(visit, found):
        if f"{seen.sending.key}" == key:
            return found, seen
    raise NotFound


def _lines(
    visit: Visit, found: ActivityRow, seen: SheetSeen, reason: str
) -> tuple[Credential, list[bytes]]:
    """The words that take it back. Their ids follow from what they take back: two taps are one."""
    credential = visit.account.credential
    assert credential is not None
    sending, source = seen.sending, seen.sending.source
    if _is_others(credential, sending):
        source = visit.account.source
    else:
        credential = replace(credential, sources=(*credential.sources, source))
    now = rfc3339(visit.site.now_us())
    return credential, [
        orjson.dumps(
            {
                "specversion": "1.0",
                "id": _void_id(found.activity_id, word),
                "source": source,
                "type": wire_name(_VOIDED),
                "time": now,
                "subject": word.subject,
                "data": {"of_source": word.source, "of_id": word.id, "reason_code": reason},
            }
        )
        for word in seen.may_go
    ]


def _void_id(activity_id: str, word: SheetWord) -> str:
    row = f"{KNOWN_CARD}{word.subject.partition('/')[2]}"
    return derived_id("sheet", activity_id, row, "void", word.id)


def _told(visit: Visit, found: ActivityRow, seen: SheetSeen) -> tuple[str, ...]:
    """What would go, and what would change, in sentences."""
    credential, lines = _lines(visit, found, seen, "typed_wrong")
    return (*_of_rows(visit, seen), *what_lines_change(visit, lines, credential))


def _of_rows(visit: Visit, seen: SheetSeen) -> Iterator[str]:
    sending, own = seen.sending, visit.scope.dealer
    what = _counted(visit, seen.may_go)
    yield visit.say(_ROWS) % {"n": seen.rows_going, "what": what}
    others = [
        word
        for row in sending.rows_standing
        for word in row.others
        if own is None or word.role == f"dealer/{own}"
    ]
    counts = {
        _MENDED: sum(row.mended for row in sending.rows_standing),
        _TAKEN: len(sending.rows_taken),
        _ERASED: sum(row.is_erased for row in sending.rows),
        _KEPT: seen.kept,
    }
    yield from (visit.say(said) % {"n": count} for said, count in counts.items() if count)
    if others:
        yield visit.say(_OTHERS) % {"what": _counted(visit, others)}


def _counted(visit: Visit, words: Sequence[SheetWord]) -> str:
    counts = Counter(visit.say(label("event", word.type)) for word in words)
    said = visit.say(_COUNTED)
    return visit.say(LISTED).join(said % {"what": w, "n": n} for w, n in counts.items())


def _mark(seen: SheetSeen, told: Sequence[str]) -> str:
    """What was told, so that another consequence in between is told again."""
    content = "\n".join((*told, *sorted(word.id for word in seen.may_go)))
    return sha256(content.encode()).hexdigest()[:16]


def _page(
    visit: Visit,
    found: ActivityRow,
    seen: SheetSeen,
    form: ActForm,
    told: Sequence[str] | None = None,
) -> Response:
    if told is None:
        told = _told(visit, found, seen) if seen.may_go else ()
    sending = seen.sending
    rows = sending.rows[:_MOST_NAMED]
    subjects = {row.subject for row in rows}
    actors = {sending.actor, *([sending.taken.actor] if sending.taken else [])}
    with reading(visit.site.engine) as connection:
        names = names_written(connection, visit.site.keyring, sending.source, subjects)
        who = names_shown(visit, connection, actors | {r.taken.actor for r in rows if r.taken})
    context: dict[str, Any] = {
        "title": visit.say(N_("交上来的表")),
        "activity": found,
        "seen": seen,
        "sending": sending,
        "rows": [(row, masked_name(names.get(row.subject, ""))) for row in rows],
        "not_listed": len(sending.rows) - len(rows),
        "names": who,
        "told": told,
        "reasons": REASONS,
        "form": replace(form, asked=_mark(seen, told)),
    }
    return visit.render("sheet_back.html", context, 422 if form.is_wrong else 200)
