"""A request of a person, from entry to answer in one flow; restricted people; clashes.

It is entered on the archive's page, done where it stands, and closed with the event that did it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_, translated
from crm.accounts.access import Access, log_accesses
from crm.accounts.people import names_of, names_who_may_say
from crm.archives.queries import WholeArchive, person_then, whole_archive
from crm.copies.queries import dealer_names
from crm.operations.clashes import clashes
from crm.people.found import FoundPerson
from crm.people.queries import PAGE_ROWS, Wanted, restricted_people
from crm.rights.answer import Kept, answer_letter
from crm.rights.asking import holding_of
from crm.rights.large_print import large_print
from crm.rights.own_copy import own_copy
from crm.rights.queries import opened_by, request_of, require_right_to_see
from crm.rights.register import note_step
from crm.rights.request import ASKERS, CHANNELS, DONE_BY, KINDS, AskedBy, Request
from crm.storage.database import reading, writing
from crm.web.desk.acts import Act, ActForm, done, say, sayer_of
from crm.web.desk.files import taken_away
from crm.web.desk.granting import require_grantable
from crm.web.desk.rights_form import AskedBefore
from crm.web.desk.tables import Asked
from crm.web.guards.visit import NotFound, SignedIn, SignedInPosting, Visit
from crm.web.pages.people_lists import PEOPLE
from crm.web.pages.rights import clerk_of, enter_request, hearer_of, to_request
from crm.web.view.labels import label
from crm.web.view.speakers import speaker_word

router = APIRouter()

ERASED = "card.erased"
OWN_COPY = "own_copy"
"""What the access log calls the handing over of all that is held."""
_REQUESTED = "requested_by_person"
_MADE = N_("做了一份给本人（大字 PDF）")
_PROVE = N_("请先核实提出的人是谁，再勾上。")
_PROVEN: dict[AskedBy, str] = {
    "self": N_("我核实过：是本人提出的，也说明了后果。"),
    "guardian": N_("我核实过：是本人的监护人提出的，也说明了后果。"),
    "agent": N_("我核实过：提出的人有本人的委托书，也向本人说明了后果。"),
    "relative": N_(
        "我核实过：本人已经去世，提出的是近亲属，为的是自己合法、正当的利益，也说明了后果。"
    ),
}
"""Of each who may ask, what has to be looked into (PIPL art. 49 for those of the dead)."""
_FOUR_EYES = N_("登记这个请求的人不能自己删除，请另一位来做。")

_RESTRICTED = replace(PEOPLE, name="restricted")

Page = Annotated[int, Query(ge=1, le=100_000)]


@router.get("/people/{name}/request")
def ask_form(visit: SignedIn, name: str) -> Response:
    """What the person asks for under their rights."""
    hearer_of(visit)
    known: dict[str, Any] = {"received_on": _today(visit)}
    if not visit.scope.may("requests"):
        # Whoever hears it in a hall was asked there.
        known["channel"] = "activity"
    return _asking(visit, _archive(visit, name), ActForm.of(known))


@router.post("/people/{name}/request")
def ask(posting: SignedInPosting, name: str) -> Response:
    """Enter it; the clock runs from the day on which it was received."""
    visit = posting.visit
    hearer_of(visit)
    whole = _archive(visit, name)
    entered = enter_request(posting, whole.archive["cards"][0]["card_id"])
    if isinstance(entered, ActForm):
        return _asking(visit, whole, entered)
    if visit.scope.may("requests"):
        return to_request(entered)
    if isinstance(entered, AskedBefore):
        return _asking(visit, whole, ActForm(), entered.said(visit))
    return RedirectResponse(f"/people/{whole.archive['person_id']}#requests", 303)


def _asking(visit: Visit, whole: WholeArchive, form: ActForm, before: str = "") -> Response:
    context = {
        "before": before,
        "title": visit.say(N_("登记一个请求")),
        "archive": whole.archive,
        "form": form,
        "kinds": KINDS,
        "askers": ASKERS,
        "channels": CHANNELS,
        "today": _today(visit),
    }
    return visit.render("request_form.html", context, 422 if form.is_wrong else 200)


@router.post("/rights/{request_id}/own-copy")
def hand_over_copy(posting: SignedInPosting, request_id: str) -> Response:
    """All that is held, in large print, for the person; that it was made is kept first."""
    visit, site = posting.visit, posting.visit.site
    clerk = clerk_of(visit)
    request = _request(visit, request_id)
    if request.kind in DONE_BY or request.closing is not None:
        # Everything in plain is for a person who asks for it now.
        raise NotFound
    require_grantable(visit, request)
    now_us = site.now_us()
    with reading(site.engine) as connection:
        known = person_then(visit.scope, connection, site.keyring, request.card_id, now_us)
        if known is None:
            raise NotFound
        person, past = known
        holding = holding_of(visit.scope, connection, site.keyring, person, past)

    def say_label(group: str, code: str) -> str:
        return translated(label(group, code), visit.language)

    made = large_print(own_copy(holding, site.keeper, visit.language, say_label))
    with writing(site.engine) as connection:
        actor = visit.account.actor
        log_accesses(connection, [Access(now_us, actor, c.card_id, OWN_COPY) for c in person.cards])
    note_step(site.engine, site.keyring, clerk, request_id, visit.say(_MADE))
    named = f'attachment; filename="own-copy-{_today(visit)}.pdf"'
    headers = {"Content-Disposition": named, "Cache-Control": "no-store"}
    return Response(made, media_type="application/pdf", headers=headers)


@router.get("/rights/{request_id}/erase")
def erase_form(visit: SignedIn, request_id: str) -> Response:
    """What an erasure takes away, what stays, and who must not be the one to do it."""
    return _erasing(visit, _erasable(visit, request_id), ActForm())


@router.post("/rights/{request_id}/erase")
def erase(posting: SignedInPosting, request_id: str) -> Response:
    """Erase every card of the person: for good."""
    visit = posting.visit
    request = _erasable(visit, request_id)
    faults: dict[str, str] = {}
    if not posting.ticked("proven"):
        faults["proven"] = visit.say(_PROVE)
    if _entered_by(visit, request) == visit.account.actor:
        faults[""] = visit.say(_FOUR_EYES)
    whole = _archive(visit, request.card_id)
    acts = [
        Act(ERASED, {"card_id": card["card_id"], "reason_code": _REQUESTED})
        for card in whole.archive["cards"]
        if not card["erased"]
    ]
    if not acts:
        raise NotFound
    answer = say(posting, acts, faults=faults)
    if answer.form is not None:
        return _erasing(visit, request, answer.form)
    return done(visit, f"/rights/{request_id}", answer)


@router.get("/rights/{request_id}/answer.pdf")
def answer_page(visit: SignedIn, request_id: str) -> Response:
    """The answer as a letter in large print, to be handed over or posted."""
    clerk_of(visit)
    site, request = visit.site, _request(visit, request_id)
    if request.closing is None:
        raise NotFound
    with reading(site.engine) as connection:
        found = whole_archive(visit.scope, connection, site.keyring, request.card_id, site.now_us())
    bought = found.dossier.purchases if found else ()
    kept = [Kept(e.sku, e.quantity, e.on, e.serials) for e in bought if e.returned < e.quantity]

    def say_label(group: str, code: str) -> str:
        return translated(label(group, code), visit.language)

    letter = answer_letter(request, kept, site.keeper, visit.language, say_label)
    named = f'inline; filename="answer-{request_id[:8]}.pdf"'
    headers = {"Content-Disposition": named, "Cache-Control": "no-store"}
    return Response(large_print(letter), media_type="application/pdf", headers=headers)


def _erasable(visit: Visit, request_id: str) -> Request:
    clerk_of(visit)
    sayer_of(visit, [ERASED])
    request = _request(visit, request_id)
    if request.kind != "erase" or request.closing is not None:
        raise NotFound
    require_grantable(visit, request)
    return request


def _erasing(visit: Visit, request: Request, form: ActForm) -> Response:
    whole = _archive(visit, request.card_id)
    entered_by = _entered_by(visit, request)
    with reading(visit.site.engine) as connection:
        names = names_of(connection, {entered_by})
        dealers = dealer_names(connection)
        others = names_who_may_say(connection, ERASED)
    archive = whole.archive
    context = {
        "title": visit.say(N_("删除个人信息")),
        "request": request,
        "proven": visit.say(_PROVEN[request.asked_by]),
        "form": form,
        "cards": [card for card in archive["cards"] if not card["erased"]],
        "lines": len(archive["timeline"]),
        "evidence": sum(bool(word["evidence_kept"]) for word in archive["consents"]),
        "calls": len(whole.dossier.due),
        "kept": len(whole.dossier.purchases) + len(whole.dossier.trials),
        "purchases": whole.dossier.purchases,
        "today": _today(visit),
        "holders": [dealers.get(copy.dealer, copy.dealer) for copy in whole.copies or ()],
        "entered_by": speaker_word(names, entered_by, visit.say),
        "is_own": entered_by == visit.account.actor,
        "others": [name for name in others if name != names.get(entered_by)],
    }
    return visit.render("erase.html", context, 422 if form.is_wrong else 200)


def _entered_by(visit: Visit, request: Request) -> str:
    with reading(visit.site.engine) as connection:
        return opened_by(visit.scope, connection, request.request_id)


@router.get("/restricted")
def restricted_page(visit: SignedIn) -> Response:
    """Whose archives are kept and not used; compliance alone sees who they are."""
    return _restricted(visit, Asked())


@router.post("/restricted")
def restricted_found(posting: SignedInPosting) -> Response:
    """The same, searched, turned over, or taken away; names stand in no address."""
    return _restricted(posting.visit, Asked.of(posting.form))


def _restricted(visit: Visit, asked: Asked) -> Response:
    visit.scope.require("restricted", "restricted archives are compliance's")

    def fetch(asked: Asked, most: int, skipped: int) -> tuple[Sequence[FoundPerson], int]:
        wanted = Wanted(
            asked.text("text"), asked.text("sex"), asked.by, asked.downwards, most, skipped
        )
        with reading(visit.site.engine) as connection:
            return restricted_people(visit.scope, connection, wanted, visit.site.digest)

    shown = _RESTRICTED.show(visit, asked, fetch, "/restricted")
    if asked.file:
        return taken_away(visit, shown)
    return visit.render("restricted.html", {"title": visit.say(N_("限制使用的人")), "table": shown})


@router.get("/clashes")
def clashes_page(visit: SignedIn, page: Page = 1) -> Response:
    """What two parties claim: one of them has it, the other was refused."""
    with reading(visit.site.engine) as connection:
        found = clashes(visit.scope, connection)
        dealers = dealer_names(connection)
    context: dict[str, Any] = {
        "title": visit.say(N_("两方登记了同一个编号")),
        "clashes": found[(page - 1) * PAGE_ROWS : page * PAGE_ROWS],
        "total": len(found),
        "dealers": {f"dealer/{code}": name for code, name in dealers.items()},
        "page": page,
        "pages": max(1, -(-len(found) // PAGE_ROWS)),
    }
    return visit.render("clashes.html", context)


def _request(visit: Visit, request_id: str) -> Request:
    require_right_to_see(visit.scope)
    with reading(visit.site.engine) as connection:
        found = request_of(visit.scope, connection, visit.site.keyring, request_id)
    if found is None:
        raise NotFound
    return found


def _archive(visit: Visit, name: str) -> WholeArchive:
    site = visit.site
    with reading(site.engine) as connection:
        found = whole_archive(visit.scope, connection, site.keyring, name, site.now_us())
    if found is None:
        raise NotFound
    return found


def _today(visit: Visit) -> date:
    return shanghai_day(visit.site.now_us())
