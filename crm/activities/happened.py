"""Reads what happened at an activity: who came, tried and bought."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

import orjson
from sqlalchemy import Connection, Select, func, select

from crm.components.index import TIE
from crm.journal.events import JOURNAL
from crm.outcomes.tables import OUTCOME
from crm.people.linked import card_of, is_of
from crm.people.tables import CARD, LINK
from crm.scope import Scope
from crm.storage.database import in_pieces

ATTENDED = "activity.attended"


@dataclass(frozen=True, slots=True)
class Happened:
    """What happened at an activity, as far as it is recorded.

    came, archived, tried, bought: person ids; sold: units that did not come back; paid_fen: at what
    price. Who returned everything did not buy, as in a funnel; returned: units that came back.
    late: how many words were received after an instant.
    """

    came: frozenset[str]
    archived: frozenset[str]
    tried: frozenset[str]
    bought: frozenset[str]
    sold: int
    paid_fen: int
    returned: int
    late: int


_HAPPENS = (ATTENDED, "consent.given", "trial.started", "purchase.made")


def happened_at(
    scope: Scope, connection: Connection, activity_id: str, closed_us: int | None = None
) -> Happened:
    """Who came, agreed to an archive, tried and bought there; late: after the day was closed."""
    _only_company(scope)
    query = (
        select(LINK.c.person_id, JOURNAL.c.type, JOURNAL.c.plain, JOURNAL.c.received_us)
        .select_from(JOURNAL)
        .join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position)
        .join(LINK, is_of(JOURNAL.c.subject, LINK.c.card_id))
        .where(JOURNAL.c.type.in_(_HAPPENS), OUTCOME.c.outcome == "recorded", OUTCOME.c.changes)
        .where(JOURNAL.c.subject.in_(_speak_of(activity_id)))
    )
    people: dict[str, set[str]] = {name: set() for name in _HAPPENS}
    purchases: dict[str, tuple[str, int, int]] = {}
    late = 0
    for person_id, type_name, plain, received_us in connection.execute(query):
        said = orjson.loads(plain)
        if said.get("activity_id") != activity_id:
            continue
        late += closed_us is not None and received_us > closed_us
        if type_name == "consent.given" and said["purpose"] != "archive":
            continue
        if type_name == "purchase.made":
            bought = (person_id, said["quantity"], said["unit_price_fen"])
            purchases[said["purchase_id"]] = bought
        else:
            people[type_name].add(person_id)
    returned = _returned(connection, purchases)
    sold = paid_fen = 0
    for purchase_id, (person_id, quantity, unit_price_fen) in purchases.items():
        left = quantity - min(quantity, returned.get(purchase_id, 0))
        sold += left
        paid_fen += left * unit_price_fen
        if left:
            people["purchase.made"].add(person_id)
    came, archived, tried, buyers = (frozenset(people[name]) for name in _HAPPENS)
    gone = sum(quantity for _, quantity, _ in purchases.values()) - sold
    return Happened(came, archived, tried, buyers, sold, paid_fen, gone, late)


def _returned(connection: Connection, purchases: Collection[str]) -> Counter[str]:
    """Of each of some purchases the units that came back, by what is recorded."""
    found: Counter[str] = Counter()
    for piece in in_pieces(sorted(f"purchase/{each}" for each in purchases)):
        query = (
            select(JOURNAL.c.plain)
            .join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position)
            .where(JOURNAL.c.type == "purchase.returned", OUTCOME.c.outcome == "recorded")
            .where(JOURNAL.c.subject.in_(select(TIE.c.subject).where(TIE.c.key.in_(piece))))
        )
        for plain in connection.execute(query).scalars():
            said = orjson.loads(plain)
            if f"purchase/{said['purchase_id']}" in piece:
                found[said["purchase_id"]] += said["quantity"]
    return found


def attendees(scope: Scope, connection: Connection, activity_id: str) -> frozenset[str]:
    """The people who attended, by what is recorded."""
    _only_company(scope)
    query = (
        select(LINK.c.person_id, JOURNAL.c.plain)
        .select_from(JOURNAL)
        .join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position)
        .join(LINK, is_of(JOURNAL.c.subject, LINK.c.card_id))
        .where(JOURNAL.c.type == ATTENDED, OUTCOME.c.outcome == "recorded", OUTCOME.c.changes)
        .where(JOURNAL.c.subject.in_(_speak_of(activity_id)))
    )
    return frozenset(
        person_id
        for person_id, plain in connection.execute(query)
        if orjson.loads(plain)["activity_id"] == activity_id
    )


def written_at(scope: Scope, connection: Connection, activity_id: str) -> frozenset[str]:
    """The people of whom a card was written at the activity."""
    _only_company(scope)
    tied = _speak_of(activity_id).subquery()
    cards = select(card_of(tied.c.subject)).where(tied.c.subject.startswith("card/"))
    query = (
        select(LINK.c.person_id)
        .join(CARD, CARD.c.card_id == LINK.c.card_id)
        .where(CARD.c.card_id.in_(cards), CARD.c.activity_id == activity_id)
    )
    return frozenset(connection.execute(query).scalars())


def is_recorded_of(scope: Scope, connection: Connection, activity_id: str) -> bool:
    """Whether anything of people is recorded that names the activity; of whom, is not told."""
    scope.require("activities", "which activities there are")
    query = (
        select(JOURNAL.c.plain)
        .join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position)
        .where(JOURNAL.c.subject.in_(_speak_of(activity_id)), JOURNAL.c.subject.startswith("card/"))
        .where(OUTCOME.c.outcome == "recorded", OUTCOME.c.changes)
    )
    found = connection.execute(query).scalars()
    return any(orjson.loads(plain).get("activity_id") == activity_id for plain in found)


def signed_in_us(
    scope: Scope, connection: Connection, activity_id: str, person_ids: Collection[str]
) -> dict[str, int]:
    """When each of some people first signed in, by what is accepted, recorded or not yet.

    What was taken back, or is not recorded for good, is no signing in.
    """
    _only_company(scope)
    query = (
        select(LINK.c.person_id, JOURNAL.c.starts_us, JOURNAL.c.plain)
        .select_from(JOURNAL)
        .join(LINK, is_of(JOURNAL.c.subject, LINK.c.card_id))
        .join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position, isouter=True)
        .where(JOURNAL.c.type == ATTENDED, LINK.c.person_id.in_(sorted(person_ids)))
        .where(func.coalesce(OUTCOME.c.outcome, "").not_in(("voided", "rejected")))
    )
    found: dict[str, int] = {}
    for person_id, at_us, plain in connection.execute(query):
        if orjson.loads(plain)["activity_id"] == activity_id:
            found[person_id] = min(at_us, found.get(person_id, at_us))
    return found


def _speak_of(activity_id: str) -> Select[tuple[str]]:
    """Subjects that name it: without them every attendance ever, and every card, would be read."""
    return select(TIE.c.subject).where(TIE.c.key == f"activity/{activity_id}")


def _only_company(scope: Scope) -> None:
    scope.require("people", "people are the company's; a dealer has its copy")
