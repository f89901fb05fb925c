"""Headquarters' pages on contracts: a dealer with its territory and copy; signed; ended."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Query
from fastapi.responses import Response

from campaigns.regions import region_name
from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from campaigns.wording.days import whole_day_text
from crm.accounts.people import accounts
from crm.copies.queries import KnownContract, contracts_known
from crm.copies.recalls import OVERDUE_AFTER_DAYS
from crm.feed.deletions import deletion_receipts
from crm.feed.recall_queries import open_recalls
from crm.feed.states import dealer_states
from crm.outcomes.overlap import Grant, shared_regions
from crm.storage.database import reading
from crm.web.desk.acts import Act, ActForm, done, say, sayer_of
from crm.web.desk.leaving import hangs_on
from crm.web.guards.visit import NotFound, Posting, SignedIn, SignedInPosting, Visit
from crm.web.view.contracts_form import KINDS, found_regions

router = APIRouter()

CONTRACTED, ENDED = "dealer.contracted", "dealer.ended"
END_REASONS = ("replaced", "expired", "breach", "agreed", "other")
_MOST_REGIONS = 200
_NO_REGION = N_("请查出地区，勾上至少一个。")
_NO_DAY = N_("请写日期。")
_OVERLAP = N_(
    "会被退回：%(where)s 已是 %(name)s 的（%(from)s 起）。请改地区或日期，或先结束那份合同。"
)


@router.get("/dealers/contract")
def contract_form(visit: SignedIn, dealer: Annotated[str, Query(max_length=64)] = "") -> Response:
    """A contract to be signed, with a new dealer or one more with a known one."""
    sayer_of(visit, [CONTRACTED])
    with reading(visit.site.engine) as connection:
        known = contracts_known(visit.scope, connection)
    name = next((each.name for each in reversed(known) if each.dealer == dealer), "")
    today = shanghai_day(visit.site.now_us())
    values = {"dealer": dealer, "name": name, "contract_id": f"K-{uuid4().hex[:10]}"}
    return _form(visit, ActForm.of({**values, "kind": KINDS[0], "starts_on": today}), ())


@router.post("/dealers/contract")
def contract(posting: SignedInPosting) -> Response:
    """Look for regions, or sign; what would be refused for an overlap is not sent."""
    visit = posting.visit
    sayer_of(visit, [CONTRACTED])
    regions = tuple(dict.fromkeys(posting.texts("regions", 6)))[:_MOST_REGIONS]
    if posting.text("step") == "find":
        return _form(visit, ActForm(posting.text("form_id", 36), posting.text_of), regions)
    data: dict[str, Any] = {
        name: posting.text(name)
        for name in ("dealer", "contract_id", "name", "kind", "parent", "starts_on", "ends_on")
        if posting.text(name)
    }
    data["regions"] = list(regions)
    if posting.text("contact", 2_000):
        data["private"] = {"contact": posting.text("contact", 2_000)}
    faults = dict(_faults(posting, regions))
    answer = say(posting, [Act(CONTRACTED, data)], faults=faults)
    if answer.form is not None:
        return _form(visit, answer.form, regions)
    return done(visit, f"/dealers/{data['dealer']}", answer)


def _faults(posting: Posting, regions: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    visit = posting.visit
    if not regions:
        yield "regions", visit.say(_NO_REGION)
    if _day(posting.text("starts_on")) is None:
        yield "starts_on", visit.say(_NO_DAY)
        return
    with reading(visit.site.engine) as connection:
        known = contracts_known(visit.scope, connection)
    for contract, codes in _overlapping(known, posting.text, regions):
        # What the recording would refuse is said before anything is sent.
        where = visit.joined(region_name(code) or code for code in codes)
        since = whole_day_text(contract.starts_on, visit.language)
        told = {"where": where, "name": contract.name, "from": since}
        yield "regions", visit.say(_OVERLAP) % told


def _overlapping(
    known: list[KnownContract], typed: Callable[[str], str], regions: tuple[str, ...]
) -> Iterator[tuple[KnownContract, tuple[str, ...]]]:
    """Contracts that stand in the way of one that is typed, and where."""
    starts_on, ends_on = _day(typed("starts_on")), _day(typed("ends_on"))
    if starts_on is None:
        return
    wanted = Grant(typed("dealer"), typed("kind"), regions, starts_on, ends_on)
    for contract in known:
        codes = shared_regions(wanted, contract.grant)
        if codes:
            yield contract, codes


def _form(visit: Visit, form: ActForm, regions: tuple[str, ...]) -> Response:
    with reading(visit.site.engine) as connection:
        known = contracts_known(visit.scope, connection)
    context = {
        "title": visit.say(N_("签一份经销商合同")),
        "form": form,
        "chosen": [(code, region_name(code) or code) for code in regions],
        "found": [pair for pair in found_regions(form.typed("find")) if pair[0] not in regions],
        "in_the_way": [each for each, _ in _overlapping(known, form.typed, regions)],
        "kinds": KINDS,
        "dealers": sorted({(each.dealer, each.name) for each in known}),
    }
    return visit.render("contract.html", context, 422 if form.is_wrong else 200)


@router.get("/dealers/{dealer}")
def dealer_page(visit: SignedIn, dealer: str) -> Response:
    """One dealer: contracts with their territory, the copy, recalls, accounts."""
    visit.scope.require("copies", "how the dealers' copies stand")
    today = shanghai_day(visit.site.now_us())
    with reading(visit.site.engine) as connection:
        contracts = [e for e in contracts_known(visit.scope, connection) if e.dealer == dealer]
        states = dealer_states(visit.scope, connection, today)
        state = next((each for each in states if each.dealer == dealer), None)
        recalls = [e for e in open_recalls(visit.scope, connection, today) if e.dealer == dealer]
        deletions = deletion_receipts(visit.scope, connection, dealer)
        people = [each for each in accounts(connection) if each.dealer == dealer and each.is_open]
        if state is None:
            raise NotFound
        is_over = bool(contracts) and all(e.ends_on and e.ends_on < today for e in contracts)
        last = max(e.ends_on or today for e in contracts) if is_over else today
        hanging = hangs_on(visit, connection, dealer, last) if is_over else None
    context = {
        "title": state.name or dealer,
        "dealer": dealer,
        "state": state,
        "contracts": contracts,
        "regions": {code: region_name(code) or code for e in contracts for code in e.regions},
        "recalls": recalls,
        "deletions": deletions,
        "people": people if visit.scope.may("accounts") else None,
        "hanging": None if hanging is None or hanging.is_nothing else hanging,
        "days": OVERDUE_AFTER_DAYS,
        "today": today,
    }
    return visit.render("dealer.html", context)


@router.get("/dealers/{dealer}/end/{contract_id}")
def end_form(visit: SignedIn, dealer: str, contract_id: str) -> Response:
    """How a contract is ended, and what follows."""
    sayer_of(visit, [ENDED])
    today = shanghai_day(visit.site.now_us())
    return _end(visit, _find(visit, dealer, contract_id), ActForm.of({"ends_on": today}))


@router.post("/dealers/{dealer}/end/{contract_id}")
def end(posting: SignedInPosting, dealer: str, contract_id: str) -> Response:
    """End a contract with a day; the copy is recalled on the day after."""
    visit = posting.visit
    sayer_of(visit, [ENDED])
    found = _find(visit, dealer, contract_id)
    data = {"dealer": dealer, "contract_id": contract_id}
    data |= {name: posting.text(name) for name in ("ends_on", "reason_code") if posting.text(name)}
    answer = say(posting, [Act(ENDED, data)])
    if answer.form is not None:
        return _end(visit, found, answer.form)
    return done(visit, f"/dealers/{dealer}", answer)


def _find(visit: Visit, dealer: str, contract_id: str) -> KnownContract:
    with reading(visit.site.engine) as connection:
        for each in contracts_known(visit.scope, connection):
            if (each.dealer, each.contract_id) == (dealer, contract_id):
                return each
    raise NotFound


def _end(visit: Visit, found: KnownContract, form: ActForm) -> Response:
    last = _day(form.typed("ends_on")) or shanghai_day(visit.site.now_us())
    with reading(visit.site.engine) as connection:
        hanging = hangs_on(visit, connection, found.dealer, last, found.contract_id)
    context = {
        "hanging": hanging,
        "days": OVERDUE_AFTER_DAYS,
        "title": visit.say(N_("结束合同")),
        "contract": found,
        "regions": [region_name(code) or code for code in found.regions],
        "form": form,
        "reasons": END_REASONS,
        "today": shanghai_day(visit.site.now_us()),
    }
    return visit.render("contract_end.html", context, 422 if form.is_wrong else 200)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
