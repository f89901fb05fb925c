"""What was not recorded is mended in place: the fields of the event, to be said again."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from campaigns.catalogue import CATALOGUE
from campaigns.events.base import PERSONAL_FIELDS
from campaigns.ids import derived_id
from campaigns.sentences import outcome_sentence
from campaigns.times import SHANGHAI, moment_of, rfc3339, shanghai_day
from campaigns.wording.catalogues import N_
from crm.accounts.access import Access, log_accesses
from crm.copies.row_names import ROW
from crm.holdings.queries import health_is_closed
from crm.members.queries import openness
from crm.outcomes.queries import WholeEvent
from crm.outcomes.register import begin_mending, end_mending, say_handled
from crm.outcomes.voids import NEVER_VOIDED
from crm.people.queries import standing_of_card
from crm.scope import HEADQUARTERS_SCOPE, OutOfScope
from crm.storage.database import reading, writing
from crm.web.desk.acts import Act, ActForm, done, say
from crm.web.desk.changes import who_changes, why_refused
from crm.web.guards.visit import NotFound, Posting, SignedIn, SignedInPosting, Visit
from crm.web.pages.event import may_mend, row_key, seen_event
from crm.web.pages.event_links import ids_not_offered
from crm.web.pages.events import sentence
from crm.web.view.event_form import EventField, data_of, desk_of, fields_of, typed_of
from crm.web.view.event_view import CARD_FIELDS, address_of
from crm.web.view.said import VOIDED

router = APIRouter()

_WHEN = "when"
_LOOKED_AT = "event"
"""What the access log calls that the personal words of an event were opened to be mended."""
_TAKEN = frozenset({"card_taken", "already_exists"})
"""Why a thing needs another id before it can be said again."""
_BAD_TIME = N_("时间看不懂，请写成 2026-05-03T09:30。")
_WRONG_BEFORE = "typed_wrong"
_MENDED_BY_ANOTHER = N_("这一条已经有人改好重新交了，或者正在改：请回到这一条看一看。")
_STILL_REFUSED = N_("改成这样也入不了档，所以什么都没有动：%(why)s")
_NOT_THEIR_MEMBER = N_(
    "这位会员不是你们的账号登记的，由你们记他介绍了谁入不了档，所以什么都没有动。请公司来记这次转介绍。"
)
_NO_TO_HEALTH = N_("本人不同意记录健康情况，或者已经撤回：这些不能再记，请清空。")


@dataclass(frozen=True)
class Mending:
    """One event that is mended, with the fields that whoever mends may see.

    row_key: by which row of its copy a dealer says it again; whose card that is stays hidden.
    anew: ids that are others than before, where the form does not show them.
    """

    whole: WholeEvent
    fields: list[EventField]
    known: Mapping[str, str]
    row_key: str | None = None
    anew: Mapping[str, str] = field(default_factory=dict)


@router.get("/event/again")
def again_page(visit: SignedIn, source: str = "", id: str = "") -> Response:
    """Its fields as they were said."""
    mending = _mending(visit, (source, id))
    return _page(visit, mending, ActForm.of(mending.known))


@router.post("/event/again")
def again(posting: SignedInPosting) -> Response:
    """Say it anew; what could still be recorded of the old one is taken back in the same breath."""
    visit = posting.visit
    identity = (posting.text("of_source", 256), posting.text("of_id", 64))
    mending = _mending(visit, identity)
    whole = mending.whole
    said, faults = data_of(whole.said.data, mending.fields, _typed(posting, mending), visit.say)
    said |= mending.anew
    said, closed = _settled(visit, mending, said)
    faults |= closed
    when, fault = _when(posting, whole)
    if fault:
        faults[_WHEN] = visit.say(fault)
    acts = [_anew(mending, said, when)]
    if whole.said.type_name not in NEVER_VOIDED:
        back = {"of_source": identity[0], "of_id": identity[1], "reason_code": _WRONG_BEFORE}
        acts.append(Act(VOIDED, back, whole.said.subject))
    # Before anything is taken back: else neither the old word would count nor the new one.
    faults |= {} if faults else _foreseen(visit, mending, said, when, acts[1:])
    doubts = () if faults else who_changes(visit, acts)
    paths = {field.path: field.path for field in mending.fields}
    form_id = posting.text("form_id", 36)
    if not faults and not _begin(visit, whole, form_id):
        taken = ActForm(form_id=form_id, troubles=(visit.say(_MENDED_BY_ANOTHER),))
        return _page(visit, mending, replace(taken, typed=_typed(posting, mending)))
    answer = say(posting, acts, fields=paths, faults=faults, doubts=doubts)
    said_it, now_us, position = answer.form is None, visit.site.now_us(), whole.said.position
    with writing(visit.site.engine) as connection:
        end_mending(visit.scope, connection, position, form_id, now_us, said=said_it)
    if answer.form is not None:
        typed = replace(answer.form, typed=_typed(posting, mending))
        return _page(visit, mending, typed)
    _close(visit, whole)
    return done(visit, address_of(*identity), answer)


def _anew(mending: Mending, said: dict[str, Any], when: dict[str, Any]) -> Act:
    """The mended word; of a row as the door takes it, which finds the card itself."""
    of = mending.whole.said
    if mending.row_key is not None:
        key = mending.row_key
        named = {name: value for name, value in said.items() if name not in CARD_FIELDS}
        return Act(of.type_name, {"row_key": key, **named}, ROW + key, **when)
    subject = None if CATALOGUE[of.type_name].subject_field else of.subject
    return Act(of.type_name, said, subject, **when)


def _foreseen(
    visit: Visit, mending: Mending, said: dict[str, Any], when: dict[str, Any], rest: list[Act]
) -> dict[str, str]:
    """What the recording would surely reject, by field where it is known."""
    code = str(said.get("member", ""))
    if code and visit.scope.dealer is not None and visit.scope.may("members"):
        with reading(visit.site.engine) as connection:
            closed = openness(visit.scope, connection, code) == "closed"
        if closed:
            return {"member": visit.say(_NOT_THEIR_MEMBER)}
    whole = _anew(replace(mending, row_key=None), said, when)
    why = why_refused(visit, [whole, *rest], by_row=mending.row_key is not None)
    if why is None:
        return {}
    sentence = outcome_sentence("rejected", why, visit.language)
    return {"": visit.say(_STILL_REFUSED) % {"why": sentence}}


def _begin(visit: Visit, whole: WholeEvent, form_id: str) -> bool:
    now_us = visit.site.now_us()
    with writing(visit.site.engine) as connection:
        return begin_mending(visit.scope, connection, whole.said.position, form_id, now_us)


def _settled(
    visit: Visit, mending: Mending, said: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, str]]:
    """(what is said, faults): nothing that whoever mends may not see goes to another card, and
    nothing of health is said again of somebody who says no to that."""
    card_id = str(said.get("card_id", ""))
    moved = card_id != str(getattr(mending.whole.said.data, "card_id", ""))
    seen = {field.path.partition(".")[0] for field in mending.fields}
    kept = {
        name: value
        for name, value in said.items()
        if not (moved and name in PERSONAL_FIELDS and name not in seen)
    }
    if not kept.get("health") or not _says_no_to_health(visit, card_id):
        return kept, {}
    if "health" not in seen:
        del kept["health"]
        return kept, {}
    fields = [field.path for field in mending.fields if field.path.startswith("health.")]
    said_there = [path for path in fields if path.partition(".")[2] in kept["health"]]
    return kept, {(said_there or fields)[0]: visit.say(_NO_TO_HEALTH)}


def _says_no_to_health(visit: Visit, card_id: str) -> bool:
    if not card_id:
        return False
    with reading(visit.site.engine) as connection:
        # What the person said is asked for the rule, whoever mends.
        return health_is_closed(HEADQUARTERS_SCOPE, connection, card_id, visit.site.now_us())


def _typed(posting: Posting, mending: Mending) -> Any:
    """What stands in a field now; of several boxes one a line."""
    several = {field.path for field in mending.fields if field.kind == "choices"}

    def typed(name: str) -> str:
        return "\n".join(posting.texts(name)) if name in several else posting.text_of(name)

    return typed


def _mending(visit: Visit, identity: tuple[str, str]) -> Mending:
    if visit.account.credential is None:
        raise OutOfScope("who mends nothing that was said")
    whole = seen_event(visit, identity)
    if not may_mend(visit, whole):
        raise NotFound
    said = whole.said
    if desk_of(said.type_name):
        raise NotFound
    is_open = _opener(visit, whole)
    fields = fields_of(said.data, visit.language, visit.say, is_open)
    key = row_key(visit, whole)
    closed = ids_not_offered(visit, whole, key)
    fields = [field for field in fields if field.path not in closed]
    known = typed_of(said.data)
    anew: dict[str, str] = {}
    if whole.status.reason in _TAKEN and CATALOGUE[said.type_name].creates:
        _, name = CATALOGUE[said.type_name].creates or ("", "")
        known[name] = derived_id("again", said.source, said.id)
        anew = {name: known[name]} if name in closed else {}
    if said.day_precision:
        known[_WHEN] = shanghai_day(said.starts_us).isoformat()
    else:
        known[_WHEN] = f"{moment_of(said.starts_us):%Y-%m-%dT%H:%M}"
    return Mending(whole, fields, known, key, anew)


def _opener(visit: Visit, whole: WholeEvent) -> Any:
    """Which personal objects whoever is there may see; that they are seen is kept.

    What somebody of a dealer wrote is shown to who wrote it, and to nobody else there.
    """
    card_id = str(getattr(whole.said.data, "card_id", ""))
    is_own = visit.scope.dealer is not None and whole.said.source == visit.account.source
    is_open = is_own or visit.scope.may("opens")
    health = (is_own or visit.scope.may("health")) and not _says_no_to_health(visit, card_id)
    if card_id and is_open:
        with reading(visit.site.engine) as connection:
            # For the rule, whoever mends.
            standing = standing_of_card(HEADQUARTERS_SCOPE, connection, card_id)
        is_open = not (standing and standing.restricted) or visit.scope.may("restricted")
    has = any(getattr(whole.said.data, name, None) is not None for name in PERSONAL_FIELDS)
    if is_open and has:
        look = Access(
            visit.site.now_us(), visit.account.actor, card_id or whole.said.subject, _LOOKED_AT
        )
        with writing(visit.site.engine) as connection:
            log_accesses(connection, [look])

    def opens(path: str) -> bool:
        return is_open and (not path.startswith("health.") or health)

    return opens


def _when(posting: Posting, whole: WholeEvent) -> tuple[dict[str, Any], str]:
    """(when it happened, what cannot be read): as it was said where it was not touched."""
    said, text = whole.said, posting.text(_WHEN, 40)
    try:
        if said.day_precision:
            return {"on": date.fromisoformat(text)}, ""
        at = datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
        if text == f"{moment_of(said.starts_us):%Y-%m-%dT%H:%M}":
            return {"at": said.time}, ""
        return {"at": rfc3339(int(at.timestamp() * 1_000_000))}, ""
    except (ValueError, OverflowError):
        return {"at": said.time}, _BAD_TIME


def _close(visit: Visit, whole: WholeEvent) -> None:
    """It asks for nobody any more."""
    if whole.status.outcome == "waiting" or not visit.may("events"):
        return
    actor, now_us = visit.account.actor, visit.site.now_us()
    with writing(visit.site.engine) as connection:
        position = whole.said.position
        say_handled(visit.scope, connection, position, actor=actor, now_us=now_us)


def _page(visit: Visit, mending: Mending, form: ActForm) -> Response:
    said, status = mending.whole.said, mending.whole.status
    has = any(getattr(said.data, name, None) is not None for name in PERSONAL_FIELDS)
    context = {
        "title": visit.say(N_("改好再记")),
        "event": said,
        "sentence": sentence(visit, status),
        "waits": status.outcome == "waiting",
        "fields": mending.fields,
        "form": form,
        "back": address_of(said.source, said.id),
        "goes_along": has and not any(field.is_personal for field in mending.fields),
        "of_dealer": said.party.startswith("dealer") and visit.scope.dealer is None,
        "new_id": status.reason in _TAKEN,
        "takes_back": said.type_name not in NEVER_VOIDED,
    }
    return visit.render("event_again.html", context, 422 if form.is_wrong else 200)
