"""Whether a dealer has a contract for a place and a day: what is told before an act, and itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection

from campaigns.regions import covers, region_name
from campaigns.wording.catalogues import N_
from campaigns.wording.days import whole_day_text
from crm.copies.queries import contracts_of, dealer_names
from crm.storage.database import reading
from crm.web.guards.visit import Visit

_NEVER = N_("{dealer} 还没有合同：没有合同，现场的人不会进它的副本。请先签约，或换一家。")
_NOT_THEN = N_(
    "{dealer} 在 {day} 没有生效的合同：没有合同，现场的人不会进它的副本。请看合同的日期，或换一家。"
)
_NOT_THERE = N_("{dealer} 的合同不管 {region}，管的是 {places}：在别处办活动可能越区。")

_ENDED = N_(
    "你们的合同 {day} 已经结束：副本里的人全部收回，不会再有新的人进来。"
    "手里的请删掉，并在这一页确认；有疑问请找公司。"
)
_NOT_YET = N_("你们的合同 {day} 起生效：那天起，同意交给你们的人才进副本。")
_NONE = N_("公司这里还没有你们的合同：没有合同，副本里不会有人。请找公司签约。")
_ENDS_SOON = N_("你们的合同到 {day} 为止：过了那天，副本里的人全部收回。要续约请早些找公司。")
_SOON = timedelta(days=30)


def own_contract_note(visit: Visit, connection: Connection, dealer: str, today: date) -> str:
    """What a dealer has to know of its contracts before it wonders at its copy; else nothing."""
    terms = [
        (each.starts_on, each.ends_on or date.max) for each in contracts_of(connection, dealer)
    ]
    if not terms:
        return visit.say(_NONE)
    last = max(ends_on for _, ends_on in terms)
    ahead = [starts_on for starts_on, _ in terms if starts_on > today]
    if last < today:
        text, day = _ENDED, last
    elif not any(starts_on <= today <= ends_on for starts_on, ends_on in terms):
        text, day = _NOT_YET, min(ahead)
    elif last <= today + _SOON:
        text, day = _ENDS_SOON, last
    else:
        return ""
    return visit.say(text).format(day=whole_day_text(day, visit.language))


@dataclass(frozen=True, slots=True)
class OwnContract:
    """A contract as its dealer reads it: places by name, a day of the end where there is one."""

    kind: str
    places: str
    starts_on: date
    ends_on: date | None

    def stands(self, today: date) -> str:
        """Whether it is running, over, or yet to come."""
        if today < self.starts_on:
            return "ahead"
        return "over" if self.ends_on is not None and self.ends_on < today else "running"


def own_contracts(visit: Visit) -> list[OwnContract]:
    """Of a dealer that looks at itself: where it may hold activities, and until when."""
    dealer = visit.scope.dealer
    if dealer is None or not visit.scope.may("own_copy"):
        return []
    with reading(visit.site.engine) as connection:
        grants = contracts_of(connection, dealer)
    return [
        OwnContract(
            each.kind,
            visit.joined(region_name(code) or code for code in each.regions),
            each.starts_on,
            each.ends_on,
        )
        for each in reversed(grants)
    ]


def company_word(visit: Visit) -> str:
    """Whom a dealer turns to: the company by its name and how it is reached, where that is set."""
    keeper = visit.site.keeper
    if keeper.contact is None:
        return visit.say(N_("公司"))
    return visit.say(N_("{name}（{contact}）")).format(name=keeper.name, contact=keeper.contact)


def without_contract(visit: Visit, *plans: Mapping[str, Any]) -> Iterator[str]:
    """Why the dealers may not be those to carry them out, there and on those days: of one dealer
    all its days in one sentence."""
    days: dict[str, dict[date, None]] = {}
    other: dict[str, None] = {}
    with reading(visit.site.engine) as connection:
        names = dealer_names(connection)
        dealers = dict.fromkeys(said["dealer"] for said in plans if said.get("dealer"))
        grants = {dealer: contracts_of(connection, dealer) for dealer in dealers}
    for said in plans:
        dealer, region, starts_at = (said.get(name) for name in ("dealer", "region", "starts_at"))
        if not dealer or not region or not starts_at:
            continue
        name = names.get(dealer, dealer)
        day = date.fromisoformat(str(starts_at)[:10])
        running = [
            each
            for each in grants[dealer]
            if each.starts_on <= day and (each.ends_on is None or day <= each.ends_on)
        ]
        if not grants[dealer]:
            other[visit.say(_NEVER).format(dealer=name)] = None
        elif not running:
            days.setdefault(name, {})[day] = None
        elif not any(covers(code, region) for each in running for code in each.regions):
            held = dict.fromkeys(code for each in running for code in each.regions)
            places = visit.joined(region_name(code) or code for code in held)
            here = region_name(region) or region
            other[visit.say(_NOT_THERE).format(dealer=name, region=here, places=places)] = None
    for name, of in days.items():
        told = visit.joined(whole_day_text(day, visit.language) for day in sorted(of))
        yield visit.say(_NOT_THEN).format(dealer=name, day=told)
    yield from other
