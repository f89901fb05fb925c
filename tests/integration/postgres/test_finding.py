"""People are found, listed and invited alike in both databases."""

from datetime import date
from typing import Any

import orjson
from sqlalchemy import Connection, func, select

from campaigns.ids import short_number
from campaigns.intake import HEADQUARTERS
from campaigns.season import generate
from crm.invitations.queries import invited_to, of_one_house
from crm.invitations.register import invite, take_back
from crm.journal.events import JOURNAL
from crm.journal.numbers import events_with_id
from crm.members.asking import earned_by_month, owed_back_fen
from crm.members.earned import together
from crm.members.queries import statements
from crm.people.asking import ids_after
from crm.people.queries import Wanted, find_people, list_people
from crm.people.tables import CARD
from crm.scope import HEADQUARTERS_SCOPE, dealer_scope
from crm.storage.database import reading, writing
from tests.installations import Installation

PEOPLE, SEED, STARTS_ON = 60, 11, date(2026, 3, 2)
TEXTS = ("王", "李秀英", "zhang", "z", "wxy", "zz", "1950", "12", "王 1950", "没有的人")
SORTED = (("", False), ("name", False), ("name", True), ("born", True), ("region", False))


def told_by(installation: Installation) -> list[Any]:
    """All that is asked, with its answers."""
    lines = [orjson.dumps(event) for event in generate(PEOPLE, SEED, STARTS_ON)]
    installation.intake.accept(lines, HEADQUARTERS, history=True)
    installation.work()
    said: list[Any] = []
    with reading(installation.engine) as connection:
        said += [find_people(HEADQUARTERS_SCOPE, connection, text) for text in TEXTS]
        for by, downwards in SORTED:
            for sex, skipped in (("", 0), ("female", 5), ("", 10_000)):
                wanted = Wanted(sex=sex, by=by, downwards=downwards, most=20, skipped=skipped)
                said.append(list_people(HEADQUARTERS_SCOPE, connection, wanted))
        ids = ids_after(HEADQUARTERS_SCOPE, connection, "", 30)
        said += [ids, ids_after(HEADQUARTERS_SCOPE, connection, ids[9], 3)]
        said += _by_numbers(connection)
        said += _earned(connection)
    of: dict[str, Any] = {"actor": "u-1", "now_us": 7}
    with writing(installation.engine) as connection:
        said.append(invite(HEADQUARTERS_SCOPE, connection, "A-1", ids[:9], **of))
        said.append(invite(HEADQUARTERS_SCOPE, connection, "A-1", ids[5:12], **of))
        said.append(take_back(HEADQUARTERS_SCOPE, connection, "A-1", ids[:2], **of))
        said.append(invited_to(HEADQUARTERS_SCOPE, connection, "A-1"))
        said.append(of_one_house(HEADQUARTERS_SCOPE, connection, ids[:9]))
    return said


def _by_numbers(connection: Connection) -> list[Any]:
    """A card by the short number of its id, and events by an id that several sources may use."""
    card_id = connection.execute(select(CARD.c.card_id).order_by(CARD.c.card_id)).scalars().first()
    event_id = connection.execute(select(func.min(JOURNAL.c.id))).scalar_one()
    return [
        find_people(HEADQUARTERS_SCOPE, connection, short_number(str(card_id))),
        find_people(HEADQUARTERS_SCOPE, connection, str(card_id)),
        list(events_with_id(HEADQUARTERS_SCOPE, connection, event_id)),
        list(events_with_id(dealer_scope("D01"), connection, event_id)),
    ]


def _earned(connection: Connection) -> list[Any]:
    """What members earned, by months and together."""
    first, after = date(2026, 3, 1), date(2027, 1, 1)
    stated = statements(HEADQUARTERS_SCOPE, connection, first, after)
    of = [earned_by_month(HEADQUARTERS_SCOPE, connection, e.member, first, after) for e in stated]
    owed = [owed_back_fen(HEADQUARTERS_SCOPE, connection, each.member) for each in stated]
    whole = [together(None, months) for months in of]
    assert [each.held_fen for each in whole] == [each.held_fen for each in stated]
    assert [each.payable_fen for each in whole] == [each.payable_fen for each in stated]
    assert [each.settled_fen for each in whole] == [each.settled_fen for each in stated]
    assert [each.paid_fen for each in whole] == [each.paid_fen for each in stated]
    assert owed == [each.owed_back_fen for each in stated]
    return [stated, of]


def test_both_databases_give_the_same_answers(in_postgres: Installation) -> None:
    with Installation() as in_file:
        expected = told_by(in_file)
    assert told_by(in_postgres) == expected
    assert sum(total for _, total in expected[: len(TEXTS)]) > 0
