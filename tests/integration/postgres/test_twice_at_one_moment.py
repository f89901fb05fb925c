"""A page that is opened, or a form that is sent, several times at one moment: none of it fails."""

from datetime import date

from sqlalchemy import func, select

from crm.accounts.second_factor import SecondFactors
from crm.clock import now_us
from crm.intake.sheet_headings import remember, remembered
from crm.letters.queries import letter_templates
from crm.letters.register import add_template
from crm.letters.template import LetterTemplate, Words
from crm.policies.document import Document
from crm.policies.register import Writer, keep_draft
from crm.policies.tables import POLICY_DRAFT
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading, writing
from tests.installations import Installation
from tests.integration.postgres.at_once import AT_ONCE, at_once

ROUNDS = 5


def test_the_secret_of_a_second_factor_is_one_however_often_its_page_is_opened(
    in_postgres: Installation,
) -> None:
    factors = SecondFactors(in_postgres.engine, in_postgres.keyring)
    for number in range(ROUNDS):

        def offered(_: int, actor: str = f"u-{number}") -> str | None:
            return factors.offered_secret(actor)

        assert set(at_once(offered)) == {offered(0)}


def test_what_headings_mean_is_remembered_for_all_who_send_at_once(
    in_postgres: Installation,
) -> None:
    engine = in_postgres.engine
    for number in range(ROUNDS):
        said = {f"column {number} {each}": f"key-{each}" for each in range(20)}

        def keep(n: int, said: dict[str, str] = said) -> str:
            ordered = sorted(said.items(), reverse=bool(n % 2))
            remember(engine, "dealer/D1", dict(ordered))
            return "kept"

        assert at_once(keep) == ["kept"] * AT_ONCE
        assert remembered(engine, "dealer/D1", said) == said


def test_a_draft_whose_form_is_sent_several_times_at_once_is_kept_once(
    in_postgres: Installation,
) -> None:
    engine = in_postgres.engine
    document = Document("p-1", date(2026, 3, 1), (), "0" * 64)
    for number in range(ROUNDS):

        def keep(_: int, draft_id: str = f"d-{number}") -> str:
            keep_draft(engine, Writer("u-1", now_us()), draft_id, "policy: p-1", document)
            return "kept"

        assert at_once(keep) == ["kept"] * AT_ONCE
    with reading(engine) as connection:
        count = connection.execute(select(func.count()).select_from(POLICY_DRAFT)).scalar_one()
    assert count == ROUNDS


def test_templates_that_are_written_at_once_are_all_kept(in_postgres: Installation) -> None:
    engine = in_postgres.engine
    written = LetterTemplate("", 0, "service", {"en": Words("Hello", "Hello {{ name }}")})

    def keep(_: int) -> str:
        with writing(engine) as connection:
            version = add_template(HEADQUARTERS_SCOPE, connection, written, "u-1", now_us())
        return f"{version}"

    assert at_once(keep) == ["1"] * AT_ONCE
    with reading(engine) as connection:
        names = {each.name for each in letter_templates(HEADQUARTERS_SCOPE, connection)}
    assert {f"own-{n + 1}" for n in range(AT_ONCE)} <= names
