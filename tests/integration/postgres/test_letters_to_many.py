"""Letters to many in PostgreSQL, where two forms may be sent at the same moment."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import insert, text

from crm.invitations.queries import with_invited
from crm.invitations.tables import INVITATION_WORD
from crm.letters.queries import letter_templates, reached, states_of
from crm.letters.register import Sending, begin
from crm.people.tables import LINK
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading, writing
from tests.installations import Installation

CARDS = ("C-1", "C-2")
OF_ONE_PERSON = [
    {"card_id": each, "home": f"card/{each}", "person_id": "P-1", "decided_by": "people"}
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


def test_an_activity_whose_invitations_were_taken_back_has_none(in_postgres: Installation) -> None:
    words = [("A-1", "C-1", True), ("A-2", "C-1", True), ("A-2", "C-2", False)]
    with writing(in_postgres.engine) as connection:
        connection.execute(insert(LINK), OF_ONE_PERSON)
        for activity_id, card_id, is_invited in words:
            said = {"activity_id": activity_id, "card_id": card_id, "invited": is_invited}
            connection.execute(insert(INVITATION_WORD), [said | {"at_us": 1, "actor": "u-1"}])
        found = with_invited(HEADQUARTERS_SCOPE, connection, ["A-1", "A-2", "A-3"])
    assert found == {"A-1"}
