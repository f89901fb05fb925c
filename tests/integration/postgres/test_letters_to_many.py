"""Letters to many in PostgreSQL, where two forms may be sent at the same moment."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import insert, text

from crm.invitations.queries import with_invited
from crm.invitations.tables import INVITATION_WORD
from crm.letters.batch import Batch
from crm.letters.queries import (
    batch_of,
    batches_due,
    letter_templates,
    next_due,
    reached,
    states_of,
)
from crm.letters.register import Sending, begin, go_on, halt, rest, settle, start_batch
from crm.people.tables import LINK
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading, writing
from tests.installations import Installation

CARDS = ("C-1", "C-2")
OF_ONE_PERSON = [
    {"card_id": each, "subject": f"card/{each}", "person_id": "P-1", "decided_by": "people"}
    for each in CARDS
]


def test_of_two_forms_at_once_one_alone_reaches_a_person(in_postgres: Installation) -> None:
    engine = in_postgres.engine
    with writing(engine) as connection:
        connection.execute(insert(LINK), OF_ONE_PERSON)
    with reading(engine) as connection:
        template = letter_templates(HEADQUARTERS_SCOPE, connection)[1]

    def sending(letter_id: str, card_id: str) -> Sending:
        return Sending(letter_id, card_id, template, "en", "sms", 1, "u-1", "invited:A")

    def second() -> bool:
        with writing(engine) as connection:
            return begin(connection, sending("l-2", "C-2"))

    def waits() -> bool:
        own = "(SELECT oid FROM pg_database WHERE datname = current_database())"
        query = text(f"SELECT count(*) FROM pg_locks WHERE NOT granted AND database = {own}")
        with reading(engine) as connection:
            return bool(connection.execute(query).scalar_one())

    with ThreadPoolExecutor(1) as pool:
        with writing(engine) as connection:
            assert begin(connection, sending("l-1", "C-1"))
            later = pool.submit(second)
            while not (later.done() or waits()):
                pass
        assert not later.result()
    with reading(engine) as connection:
        of = (HEADQUARTERS_SCOPE, connection)
        assert reached(*of, template, ["invited:A", "invited:B"]) == {("invited:A", "P-1")}
        assert states_of(*of, ["l-1", "l-2"]) == {"l-1": "begun"}


def test_a_batch_goes_on_rests_and_ends_as_it_does_elsewhere(in_postgres: Installation) -> None:
    of = ("invitation", 0, "en", "mail", "calls:all", 1, "u-1")
    batch = Batch("b-1", *of)  # type: ignore[arg-type]
    people = {"P-1": "call:T/1", "P-2": "call:T/2", "P-3": "call:T/3"}
    with writing(in_postgres.engine) as connection:
        scoped = (HEADQUARTERS_SCOPE, connection)
        assert start_batch(*scoped, batch, people) and not start_batch(*scoped, batch, people)
        for went in ("sent", "refused"):
            due = next_due(connection, "b-1", 1)
            assert due is not None
            settle(connection, due, went)
        rest(connection, "b-1", "unreachable", 1)
        assert not batches_due(connection, 2)
        assert [each.batch_id for each in batches_due(connection, 60_000_001)] == ["b-1"]
        halt(*scoped, "b-1")
        assert next_due(connection, "b-1", 60_000_001) is None
        go_on(*scoped, "b-1", again=True)
        while due := next_due(connection, "b-1", 1):
            settle(connection, due, "sent")
        found = batch_of(*scoped, "b-1")
    assert found is not None
    assert (found[0].state, found[1]) == ("done", {("sent", None): 3})


def test_an_activity_whose_invitations_were_taken_back_has_none(in_postgres: Installation) -> None:
    words = [("A-1", "C-1", True), ("A-2", "C-1", True), ("A-2", "C-2", False)]
    with writing(in_postgres.engine) as connection:
        connection.execute(insert(LINK), OF_ONE_PERSON)
        for activity_id, card_id, is_invited in words:
            said = {"activity_id": activity_id, "card_id": card_id, "invited": is_invited}
            connection.execute(insert(INVITATION_WORD), [said | {"at_us": 1, "actor": "u-1"}])
        found = with_invited(HEADQUARTERS_SCOPE, connection, ["A-1", "A-2", "A-3"])
    assert found == {"A-1"}
