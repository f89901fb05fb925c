"""Whether a dealer has a contract for a place and a day: doubts that are told before an act."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

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


def without_contract(visit: Visit, said: Mapping[str, Any]) -> Iterator[str]:
    """Why the dealer may not be the one to carry it out, there and on that day."""
    dealer, region, starts_at = (said.get(name) for name in ("dealer", "region", "starts_at"))
    if not dealer or not region or not starts_at:
        return
    with reading(visit.site.engine) as connection:
        grants = contracts_of(connection, dealer)
        name = dealer_names(connection).get(dealer, dealer)
    day = date.fromisoformat(str(starts_at)[:10])
    running = [
        each
        for each in grants
        if each.starts_on <= day and (each.ends_on is None or day <= each.ends_on)
    ]
    if not running:
        yield visit.say(_NOT_THEN if grants else _NEVER).format(
            dealer=name, day=whole_day_text(day, visit.language)
        )
    elif not any(covers(code, region) for each in running for code in each.regions):
        held = dict.fromkeys(code for each in running for code in each.regions)
        places = visit.joined(region_name(code) or code for code in held)
        here = region_name(region) or region
        yield visit.say(_NOT_THERE).format(dealer=name, region=here, places=places)
