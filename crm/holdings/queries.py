"""Reads what one person has, by what is accepted, recorded or not yet."""

from dataclasses import dataclass, replace

import orjson
from sqlalchemy import Connection, func, select

from crm.journal.events import JOURNAL
from crm.outcomes.tables import OUTCOME
from crm.people.tables import LINK
from crm.scope import Scope


@dataclass(frozen=True, slots=True)
class Had:
    """A thing of a person that can be ended or given back. left: units not returned."""

    id: str
    sku: str
    at_us: int
    left: int = 1


@dataclass(frozen=True, slots=True)
class Held:
    """What a person has by what is accepted: trials that go on, purchases, clubs, one consent."""

    trials: tuple[Had, ...] = ()
    purchases: tuple[Had, ...] = ()
    clubs: tuple[str, ...] = ()
    agreed_to_health: bool = False


_CHANGES_WHAT_IS_HELD = (
    *("trial.started", "trial.ended", "purchase.made", "purchase.returned"),
    *("club.joined", "club.left", "consent.given", "consent.refused", "consent.withdrawn"),
)


def held_by(scope: Scope, connection: Connection, person_id: str) -> Held:
    """What one person has, for the form on which it may end."""
    scope.require("people", "people are the company's; a dealer has its copy")
    query = (
        select(JOURNAL.c.type, JOURNAL.c.starts_us, JOURNAL.c.plain)
        .join(LINK, LINK.c.home == JOURNAL.c.subject)
        .join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position, isouter=True)
        .where(LINK.c.person_id == person_id, JOURNAL.c.type.in_(_CHANGES_WHAT_IS_HELD))
        .where(func.coalesce(OUTCOME.c.outcome, "").not_in(("voided", "rejected")))
        .order_by(JOURNAL.c.starts_us, JOURNAL.c.sequence, JOURNAL.c.position)
    )
    trials: dict[str, Had] = {}
    purchases: dict[str, Had] = {}
    clubs: dict[str, None] = {}
    health = False
    for type_name, at_us, plain in connection.execute(query):
        said = orjson.loads(plain)
        match type_name:
            case "trial.started":
                trials[said["trial_id"]] = Had(said["trial_id"], said["sku"], at_us)
            case "trial.ended":
                trials.pop(said["trial_id"], None)
            case "purchase.made":
                bought = Had(said["purchase_id"], said["sku"], at_us, said["quantity"])
                purchases[bought.id] = bought
            case "purchase.returned" if said["purchase_id"] in purchases:
                bought = purchases[said["purchase_id"]]
                purchases[bought.id] = replace(bought, left=bought.left - said["quantity"])
            case "club.joined":
                clubs[said["club"]] = None
            case "club.left":
                clubs.pop(said["club"], None)
            case _ if said.get("purpose") == "health":
                health = type_name == "consent.given"
    kept = tuple(bought for bought in purchases.values() if bought.left > 0)
    return Held(tuple(trials.values()), kept, tuple(clubs), health)
