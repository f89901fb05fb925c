"""Members in pages: who they are, what each earned; enrolled, changed, trained, left."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import Connection

from campaigns.events.members import MemberTrained, ValueTransferred
from campaigns.times import shanghai_day
from campaigns.wording.catalogues import C_, N_
from crm.copies.queries import dealer_names
from crm.journal.logged_event import COMPANY, LoggedEvent
from crm.masking import masked_name
from crm.members.card import member_card
from crm.members.member import MemberState
from crm.members.queries import (
    Wanted,
    history_of,
    list_members,
    member_of,
    open_to,
)
from crm.members.register import link_of
from crm.people.queries import PAGE_ROWS
from crm.reward_desk.asking import unrewarded
from crm.reward_desk.queries import member_page
from crm.storage.database import reading
from crm.web.desk.acts import ActForm
from crm.web.desk.cells import dealer_cell
from crm.web.desk.files import taken_away
from crm.web.desk.names import names_shown
from crm.web.desk.tables import Action, Asked, Cell, Column, Filter, Table
from crm.web.guards.visit import NotFound, SignedIn, SignedInPosting, Visit
from crm.web.pages.statements import month_in
from crm.web.view.codes import code_of, code_png, code_svg
from crm.web.view.labels import label
from crm.web.view.member_forms import GIVEN_FORMS
from crm.web.view.reward_labels import (
    INSTITUTION_KINDS,
    MEMBER_KINDS,
    STANDINGS,
    TRANSFER_FORMS,
)
from crm.web.view.speakers import dealer_of_source

router = APIRouter()

TRAINED = "member.trained"
_MONTH_ROWS = 500
_NOTHING: dict[str, Any] = {"unrewarded": [], "unrewarded_total": 0}
"""Of one month all are shown: a statement's sums have to be found in them."""


def _code(_visit: Visit, row: MemberState) -> Cell:
    return Cell(row.member, f"/members/{row.member}")


def _standing(visit: Visit, row: MemberState) -> Cell:
    if row.left:
        return Cell(visit.say(STANDINGS["left"]))
    if not row.trained and row.kind != "consumer":
        return Cell(visit.say(STANDINGS["untrained"]), tone="waiting")
    return Cell(visit.say(STANDINGS["active"]), tone="good")


def _kind(visit: Visit, row: MemberState) -> str:
    return visit.say(label("member_kind", row.kind))


def _place(visit: Visit, row: MemberState) -> str:
    kind = label("institution_kind", row.institution_kind) if row.institution_kind else ""
    return " · ".join(filter(None, (row.institution, visit.say(kind) if kind else "")))


def _table(visit: Visit) -> Table[MemberState]:
    """The list; who may say trainings ticks members for one."""
    trains = (Action("/members/training", N_("记一次培训")),)
    return Table(
        "members",
        (
            Column("member", N_("编号"), _code, sorts=True),
            Column("name", N_("姓名"), lambda _, row: masked_name(row.name)),
            Column("kind", N_("类别"), _kind, sorts=True),
            Column("institution", N_("单位"), _place, sorts=True),
            Column("dealer", N_("经销商"), lambda v, row: dealer_cell(v, row.dealer), sorts=True),
            Column("standing", N_("状态"), _standing),
        ),
        filters=(
            Filter("text", N_("编号、姓名、单位或经销商")),
            Filter("kind", N_("类别"), MEMBER_KINDS),
            Filter("standing", N_("状态"), STANDINGS),
        ),
        actions=trains if visit.may_say(TRAINED) else (),
        row_id=lambda row: row.member,
        by_post=True,
    )


@router.get("/members")
def members_page(visit: SignedIn) -> Response:
    """Everybody, fifty a page."""
    return _list(visit, Asked.of(visit.request.query_params))


@router.post("/members")
def members_found(posting: SignedInPosting) -> Response:
    """The same, searched, turned over, or taken away; names stand in no address."""
    return _list(posting.visit, Asked.of(posting.form))


def _list(visit: Visit, asked: Asked) -> Response:
    def fetch(asked: Asked, most: int, skipped: int) -> tuple[Sequence[MemberState], int]:
        wanted = Wanted(
            text := asked.text("text"),
            visit.dealers_called(text),
            asked.text("kind"),
            asked.text("standing"),
            by=asked.by,
            downwards=asked.downwards,
        )
        with reading(visit.site.engine) as connection:
            return list_members(visit.scope, connection, wanted, most, skipped)

    shown = _table(visit).show(visit, asked, fetch, "/members")
    if asked.file:
        return taken_away(visit, shown)
    context = {
        "title": visit.say(C_("places", "会员")),
        "table": shown,
        "may_enrol": visit.may_say("member.enrolled"),
        "may_see_money": visit.may("money"),
    }
    return visit.render("members.html", context)


@router.get("/members/{code}")
def one_page(visit: SignedIn, code: str) -> Response:
    """One member: who, trainings, what was given, what each referral came to."""
    return show_member(visit, code, "", ActForm())


def show_member(visit: Visit, code: str, opened: str, form: ActForm) -> Response:
    """The page of a member; `opened`: which form came back, if any."""
    asked = visit.request.query_params.get("month")
    months = month_in(visit, asked) if asked else None
    most = _MONTH_ROWS if months else PAGE_ROWS
    with reading(visit.site.engine) as connection:
        row = member_of(visit.scope, connection, code)
        if row is None:
            raise NotFound
        events = history_of(visit.scope, connection, visit.site.keyring, code)
        rewards = []
        if visit.may("money"):
            rewards = member_page(visit.scope, connection, code, most, months)
        others = _unrewarded(visit, connection, code) if not months else _NOTHING
        may_speak = code in open_to(visit.scope, connection, [code])
        gives_link = may_speak and visit.may("money") and visit.may_say("member.changed")
        ends_link = visit.account.credential is not None
        link = link_of(connection, code, visit.site.now_us()) if ends_link else None
        actors = {event.actor for event in events} | ({link.made_by} if link else set())
        names = names_shown(visit, connection, actors)
        called = dealer_names(connection)
    dealers = None if visit.account.dealer else list(called.items())
    named = ("kind", "dealer", "institution", "institution_kind")
    known = ActForm.of({name: getattr(row, name) for name in named})
    context = {
        "title": visit.say(N_("会员")),
        "row": row,
        "dealer_name": called.get(row.dealer, ""),
        "events": [_line(event) for event in events],
        "names": names,
        "reward_rows": rewards,
        "month": f"{months[0]:%Y-%m}" if months else "",
        "is_cut": len(rewards) == most,
        **others,
        "forms_of": {n: form if opened == n else known for n in ("change", "value", "leave")},
        "opened": opened,
        "dealers": dealers,
        "kinds": said_words(visit, MEMBER_KINDS),
        "institution_kinds": said_words(visit, INSTITUTION_KINDS),
        "transfer_forms": said_words(visit, {n: TRANSFER_FORMS[n] for n in GIVEN_FORMS}),
        "may_speak": may_speak,
        "gives_link": gives_link,
        "link": link,
        "code": code_svg(_address(visit, code)),
        "today": shanghai_day(visit.site.now_us()),
    }
    return visit.render("member.html", context, 422 if opened else 200)


def _unrewarded(visit: Visit, connection: Connection, code: str) -> dict[str, Any]:
    """The referrals that earned nothing, for whoever keeps the books."""
    if not visit.may("books"):
        return _NOTHING
    found, total = unrewarded(visit.scope, connection, code, PAGE_ROWS)
    return {"unrewarded": found, "unrewarded_total": total}


def _line(event: LoggedEvent) -> dict[str, Any]:
    """One line of the history: what it says that is no person's."""
    data = event.data
    said: dict[str, Any] = {"type": event.type_name, "us": event.starts_us, "actor": event.actor}
    # What a dealer's system wrote once and the company brought in is the company's word.
    said["imported"] = event.party == COMPANY and dealer_of_source(event.actor) is not None
    if isinstance(data, MemberTrained):
        said |= {"course": data.course, "passed": data.passed, "score": data.score}
    if isinstance(data, ValueTransferred):
        said |= {"item": data.item, "fen": data.value_fen, "form": data.form}
    return said


@router.get("/members/{code}/card.svg")
def card_picture(visit: SignedIn, code: str) -> Response:
    """The QR code alone, to be put into a template of one's own."""
    row = member_shown(visit, code)
    headers = {"Content-Disposition": f'attachment; filename="{row.member}.svg"'}
    picture = code_svg(_address(visit, row.member), alone=True)
    return Response(picture, media_type="image/svg+xml", headers=headers)


@router.get("/members/{code}/card.png")
def card_image(visit: SignedIn, code: str) -> Response:
    """The same for programs that know no SVG."""
    row = member_shown(visit, code)
    headers = {"Content-Disposition": f'attachment; filename="{row.member}.png"'}
    return Response(code_png(_address(visit, row.member)), media_type="image/png", headers=headers)


@router.get("/members/{code}/card.pdf")
def card_file(visit: SignedIn, code: str) -> Response:
    """A card of the size of a purse."""
    row = member_shown(visit, code)
    lines = [visit.say(label("member_kind", row.kind)), visit.say(N_("转介绍请报这个编号"))]
    content = member_card(row.member, lines, code_of(_address(visit, row.member)))
    headers = {"Content-Disposition": f'attachment; filename="{row.member}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)


def _address(visit: Visit, code: str) -> str:
    """Where a phone that reads the code is led."""
    return f"{str(visit.request.base_url).rstrip('/')}/members/{code}"


def member_shown(visit: Visit, code: str) -> MemberState:
    """A member; NotFound where there is none for this viewer."""
    with reading(visit.site.engine) as connection:
        found = member_of(visit.scope, connection, code)
    if found is None:
        raise NotFound
    return found


def said_words(visit: Visit, words: dict[str, str]) -> list[tuple[str, str]]:
    """Codes with their words, for a choice."""
    return [(code, visit.say(word)) for code, word in words.items()]
