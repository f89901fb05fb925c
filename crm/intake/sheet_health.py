"""Words of a sheet on health that the person said no to elsewhere: on the phone, in another sheet,
in another row.

A row brings a card of its own into being, so who it is has to be found as the recording will find
it: by the row's card where it has one, else by the name with a phone or a whole birth date.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from campaigns.events.people import CardCorrected, CardRegistered
from campaigns.identifiers import mobile_e164
from campaigns.sheets import SheetRow
from campaigns.sheets.faults import fault_at
from campaigns.sheets.model import RowFault
from campaigns.sheets.sketches import Place, RowSketch
from crm.holdings.queries import own_noes_to_health, said_by
from crm.identity.names import simplified
from crm.intake.known_rows import folded
from crm.intake.sheet_corrections import RowPlan
from crm.intake.sheet_tally import answers_health, name_on_card
from crm.journal.events import JOURNAL, decode, last_position, rows_of_subjects
from crm.journal.logged_event import LoggedEvent
from crm.keyring.keyring import Keyring
from crm.people.linked import people_of_cards
from crm.people.tables import CARD, LINK, PERSON
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import in_pieces

HEALTH_CLOSED = "health_closed"
_TAIL_DIGITS = 4
_WHOLE_DATE = 10


Noes = Mapping[str, Sequence[tuple[Place, Mapping[str, Any]]]]
"""Name → the rows of a sheet that say no to health: where each stands, and what its card says."""


def noes_to_health(sketches: Iterable[RowSketch]) -> Noes:
    """The rows of a sheet that say no to health, whichever comes first: all are of one day."""
    found: dict[str, list[tuple[Place, Mapping[str, Any]]]] = {}
    for sketch in sketches:
        if (sketch.facts.get("consent/health") or {}).get("type") == "consent.refused":
            card = sketch.facts["card"]
            found.setdefault(simplified(name_on_card(card)), []).append((sketch.place, card))
    return found


def closed_in_sheet(
    noes: Noes, plans: Sequence[tuple[SheetRow, RowPlan]]
) -> dict[Place, list[RowFault]]:
    """As `closed_health`, by what another row of the same sheet says."""
    return {
        place: faults
        for place, (row, faults) in _written(plans).items()
        if any(
            other != place and _is_said_of(card, row)
            for other, card in noes.get(_plain_name(row), ())
        )
    }


def closed_health(
    connection: Connection, plans: Sequence[tuple[SheetRow, RowPlan]], at_us: int
) -> dict[Place, list[RowFault]]:
    """Place of a row → its cells that say something new of health against the person's last word.

    A row that agrees to it, or says no by itself, is not looked at.
    """
    written = _written(plans)
    people = _people(connection, [row for row, _ in written.values()])
    everybody = sorted({person_id for found in people.values() for person_id in found})
    closed: set[str] = set()
    for piece in in_pieces(everybody):
        said = said_by(HEADQUARTERS_SCOPE, connection, piece, "", at_us)
        closed |= {person_id for person_id, words in said.items() if words.get("health") is False}
    return {
        place: faults
        for place, (_, faults) in written.items()
        if not closed.isdisjoint(people.get(place, ()))
    }


def closed_to_dealer(
    connection: Connection,
    keyring: Keyring,
    plans: Sequence[tuple[SheetRow, RowPlan]],
    party: str,
    at_us: int,
) -> dict[Place, list[RowFault]]:
    """As `closed_health`, by what a dealer itself wrote down and by nothing else.

    Who somebody is, what stands on the card today, and what the person said to anybody else it is
    not told: not by a question either.
    """
    written = _written(plans)
    named = _by_name(connection, [row for row, _ in written.values()])
    cards = {card.card_id for found in named.values() for card in found}
    own = _own_facts(connection, keyring, cards, party)
    of_row = {
        place: {
            card.card_id
            for card in named.get(_plain_name(row), ())
            if card.card_id in own and _is_said_of(own[card.card_id], row)
        }
        | {row.card_id}
        for place, (row, _) in written.items()
    }
    closed = own_noes_to_health(connection, party, of_row, at_us)
    return {place: written[place][1] for place in written if place in closed}


def _own_facts(
    connection: Connection, keyring: Keyring, cards: Collection[str], party: str
) -> dict[str, dict[str, Any]]:
    """Card → what a dealer said of it, for those that the dealer brought into being."""
    # Of the others of the name nothing is opened.
    kept = rows_of_subjects(
        connection, _written_by(connection, cards, party), last_position(connection)
    )
    said: dict[str, list[LoggedEvent]] = {}
    for event in sorted(decode(kept, keyring), key=lambda event: event.order):
        if isinstance(event.data, CardRegistered | CardCorrected) and event.party == party:
            said.setdefault(event.subject.partition("/")[2], []).append(event)
    return {
        card_id: facts
        for card_id, events in said.items()
        if (facts := folded(events)) and isinstance(events[0].data, CardRegistered)
    }


def _written_by(connection: Connection, cards: Collection[str], party: str) -> set[str]:
    found: set[str] = set()
    for piece in in_pieces(sorted(f"card/{card_id}" for card_id in cards)):
        query = select(JOURNAL.c.subject).where(JOURNAL.c.subject.in_(piece))
        query = query.where(JOURNAL.c.type == "card.registered", JOURNAL.c.role == party)
        found |= set(connection.execute(query).scalars())
    return found


def _is_said_of(facts: Mapping[str, Any], row: SheetRow) -> bool:
    if simplified(name_on_card(facts)) != _plain_name(row):
        return False
    phones = (facts.get("contact") or {}).get("phones") or ()
    born = (facts.get("person") or {}).get("birth_date")
    return _is_of(str(born or ""), {_tail(phone) for phone in phones}, row.said)


def _written(
    plans: Sequence[tuple[SheetRow, RowPlan]],
) -> dict[Place, tuple[SheetRow, list[RowFault]]]:
    return {
        (row.sheet, row.number): (row, faults)
        for row, plan in plans
        if not answers_health(row) and (faults := list(_cells(plan.wires)))
    }


def _cells(wires: Sequence[Mapping[str, Any]]) -> Iterator[RowFault]:
    for wire in wires:
        for name, value in (wire["data"].get("health") or {}).items():
            if value is not None:
                yield fault_at(wire, HEALTH_CLOSED, f"$.data.health.{name}")


def _people(connection: Connection, rows: Collection[SheetRow]) -> dict[Place, set[str]]:
    """Whom each row speaks of, as far as that is recorded."""
    by_card = people_of_cards(connection, sorted({row.card_id for row in rows}))
    by_name = _by_name(connection, rows)
    found: dict[Place, set[str]] = {}
    for row in rows:
        people = {by_card[row.card_id]} if row.card_id in by_card else set()
        people |= {
            card.person_id
            for card in by_name.get(_plain_name(row), ())
            if _is_of(card.born or "", set(card.phone_tails.split()), row.said)
        }
        found[row.sheet, row.number] = people
    return found


def _by_name(connection: Connection, rows: Collection[SheetRow]) -> dict[str, list[Row[Any]]]:
    by_name: dict[str, list[Row[Any]]] = {}
    for piece in in_pieces(sorted({_plain_name(row) for row in rows if row.said})):
        for card in connection.execute(_named(piece)):
            by_name.setdefault(card.plain, []).append(card)
    return by_name


def _named(names: Sequence[str]) -> Any:
    """The cards of these names, but of archives that nobody at an activity finds."""
    return (
        select(CARD.c.card_id, CARD.c.plain, CARD.c.phone_tails, CARD.c.born, LINK.c.person_id)
        .join(LINK, LINK.c.card_id == CARD.c.card_id)
        .join(PERSON, PERSON.c.person_id == LINK.c.person_id)
        .where(CARD.c.plain.in_(names), PERSON.c.restricted.is_(False))
    )


def _plain_name(row: SheetRow) -> str:
    return simplified(name_on_card(row.said))


def _is_of(born: str, tails: Collection[str], said: Mapping[str, Any]) -> bool:
    phones = (said.get("contact") or {}).get("phones") or ()
    said_born = str((said.get("person") or {}).get("birth_date") or "")
    if len(said_born) == _WHOLE_DATE and len(born) == _WHOLE_DATE:
        return born == said_born
    return not {_tail(phone) for phone in phones}.isdisjoint(tails)


def _tail(phone: str) -> str:
    return (mobile_e164(phone) or phone)[-_TAIL_DIGITS:]
