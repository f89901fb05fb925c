"""Reads the register of transfers of value: what was told of it, as far as it stands."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, literal, select

from campaigns.times import day_start_us, shanghai_day
from crm.journal.events import JOURNAL
from crm.ledger.tables import PAYMENT
from crm.members.tables import MEMBER
from crm.outcomes.tables import OUTCOME
from crm.scope import Scope
from crm.transfers.transfer import Transfer


class _Given(Struct):
    """What a gift, and a transfer, says of itself."""

    item: str = ""
    value_fen: int = 0
    form: str = "gift"


_GIVEN = msgspec.json.Decoder(_Given)


def transfers(scope: Scope, connection: Connection, first: date, after: date) -> list[Transfer]:
    """Everything that members were given from a day up to another, in its order.

    Transfers that were told of members, gifts to a member's own card, rewards that were paid.
    """
    scope.require("books", "the register of transfers of value")
    members = {row.member: row._mapping for row in connection.execute(select(MEMBER))}
    found = [
        *_reported(connection, members, first, after),
        *_gifts(connection, members, first, after),
        *_paid(connection, members, first, after),
    ]
    return sorted(found, key=lambda each: (each.on, each.source, each.id))


def _reported(
    connection: Connection, members: Mapping[str, Any], first: date, after: date
) -> Iterator[Transfer]:
    query = _events("value.transferred", first, after).where(
        JOURNAL.c.subject >= "member/", JOURNAL.c.subject < "member0"
    )
    for row in connection.execute(query):
        member = members.get(row.subject.partition("/")[2])
        if member is not None:
            yield _transfer(member, row)


def _gifts(
    connection: Connection, members: Mapping[str, Any], first: date, after: date
) -> Iterator[Transfer]:
    own = {f"card/{row['card_id']}": row for row in members.values() if row["card_id"]}
    cards = select(literal("card/") + MEMBER.c.card_id).where(MEMBER.c.card_id.is_not(None))
    query = _events("gift.given", first, after).where(JOURNAL.c.subject.in_(cards))
    for row in connection.execute(query):
        yield _transfer(own[row.subject], row)


def _paid(
    connection: Connection, members: Mapping[str, Any], first: date, after: date
) -> Iterator[Transfer]:
    query = select(PAYMENT).where(PAYMENT.c.paid_on >= first, PAYMENT.c.paid_on < after)
    for row in connection.execute(query):
        member = members.get(row.member)
        if member is not None:
            given = ("reward", row.reward_id, row.amount_fen, row.source, row.id)
            yield _line(row.paid_on, member, given)


def _events(type_name: str, first: date, after: date) -> Any:
    return (
        select(JOURNAL.c.subject, JOURNAL.c.starts_us, JOURNAL.c.plain)
        .add_columns(JOURNAL.c.source, JOURNAL.c.id)
        .join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position)
        .where(
            JOURNAL.c.type == type_name,
            JOURNAL.c.starts_us >= day_start_us(first),
            JOURNAL.c.starts_us < day_start_us(after),
            OUTCOME.c.outcome == "recorded",
        )
    )


def _transfer(member: Mapping[str, Any], row: Any) -> Transfer:
    given = _GIVEN.decode(row.plain)
    told = (given.form, given.item, given.value_fen, row.source, row.id)
    return _line(shanghai_day(row.starts_us), member, told)


def _line(on: date, member: Mapping[str, Any], given: tuple[Any, ...]) -> Transfer:
    names = ("member", "name", "kind", "institution", "institution_kind", "dealer")
    values = (on, *(member[name] for name in names), *given)
    return Transfer(*values)
