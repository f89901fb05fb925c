"""A page that is opened, or a form that is sent, several times at one moment: none of it fails."""

from datetime import date
from typing import Any

import pyotp
from sqlalchemy import func, select

from campaigns.intake import HEADQUARTERS
from campaigns.times import SECOND_US
from crm.accounts.second_factor import SecondFactors
from crm.clock import now_us
from crm.feed.acknowledging import company_signer
from crm.feed.deletions import Confirming, NothingToDelete, confirm_deletions, to_delete
from crm.feed.history import Sent as DealersSent
from crm.feed.history import keep_sent
from crm.feed.queries import last_sequence
from crm.funnels.document import Document as FunnelDocument
from crm.funnels.register import Owner, save_funnel
from crm.intake.sheet_headings import remember, remembered
from crm.letters.queries import letter_templates
from crm.letters.register import add_template
from crm.letters.template import LetterTemplate, Words
from crm.notices.notice import HEADINGS, Notice, notice
from crm.notices.register import add_notice
from crm.policies.document import Document
from crm.policies.register import Writer, keep_draft
from crm.policies.tables import POLICY_DRAFT
from crm.scope import HEADQUARTERS_SCOPE, dealer_scope
from crm.storage.database import reading, writing
from tests.examples import written
from tests.installations import Installation
from tests.integration.feed.dealers import contract, shared, withdrawal
from tests.integration.postgres.at_once import AT_ONCE, at_once

ROUNDS = 5
FUNNEL = FunnelDocument(("activity.attended", "purchase.made"))


def test_the_secret_of_a_second_factor_is_one_however_often_its_page_is_opened(
    in_postgres: Installation,
) -> None:
    factors = SecondFactors(in_postgres.engine, in_postgres.keyring)
    for number in range(ROUNDS):

        def offered(_: int, actor: str = f"u-{number}") -> str:
            return factors.offered_secret(actor) or ""

        assert set(at_once(offered)) == {offered(0)}


def test_a_first_code_that_is_sent_several_times_at_once_gives_recovery_codes_once(
    in_postgres: Installation,
) -> None:
    factors = SecondFactors(in_postgres.engine, in_postgres.keyring)
    for number in range(ROUNDS):
        at_us, actor = now_us(), f"u-{number}"
        code = pyotp.TOTP(factors.offered_secret(actor) or "").at(at_us // SECOND_US)

        def confirm(_: int, actor: str = actor, code: str = code, at_us: int = at_us) -> str:
            return " ".join(factors.confirm(actor, code, at_us) or ())

        *others, codes = at_once(confirm)
        assert others == [""] * (AT_ONCE - 1)
        assert factors.takes(actor, codes.split()[0], at_us)


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

    def keep(n: int) -> str:
        text = f"Hello {{{{ name }}}}, {n}"
        written = LetterTemplate("", 0, "service", {"en": Words("Hello", text)})
        with writing(engine) as connection:
            version = add_template(HEADQUARTERS_SCOPE, connection, written, "u-1", now_us())
        return f"{version}"

    assert at_once(keep) == ["1"] * AT_ONCE
    with reading(engine) as connection:
        names = {each.name for each in letter_templates(HEADQUARTERS_SCOPE, connection)}
    assert {f"own-{n + 1}" for n in range(AT_ONCE)} <= names


def test_a_notice_that_is_added_several_times_at_once_is_added_once(
    in_postgres: Installation,
) -> None:
    text = "# 标题\n" + "".join(f"\n## {heading}\n\n写清楚。\n" for heading in HEADINGS["zh-CN"])
    for number in range(ROUNDS):
        made = notice(f"n-{number}", "archive", {"zh-CN": text})

        def add(_: int, made: Notice = made) -> str:
            return f"{add_notice(in_postgres.engine, made, now_us())}"

        assert at_once(add) == ["False"] * (AT_ONCE - 1) + ["True"]


def test_a_funnel_that_is_saved_several_times_at_once_has_a_version_of_each(
    in_postgres: Installation,
) -> None:
    owner = Owner(HEADQUARTERS_SCOPE, "u-1", now_us())
    known = save_funnel(in_postgres.engine, owner, "walk", FUNNEL)

    def save(n: int) -> str:
        name = f"walk {n}"
        again = save_funnel(in_postgres.engine, owner, name, FUNNEL, funnel_id=known.funnel_id)
        return f"{again.version}"

    assert at_once(save) == [f"{version}" for version in range(2, 2 + AT_ONCE)]


def test_a_new_template_and_a_new_funnel_that_are_kept_several_times_at_once_are_kept_once(
    in_postgres: Installation,
) -> None:
    engine, owner = in_postgres.engine, Owner(HEADQUARTERS_SCOPE, "u-1", now_us())
    for number in range(ROUNDS):
        text = f"Hello {{{{ name }}}}, {number}"
        written = LetterTemplate("", 0, "service", {"en": Words("Hello", text)})

        def keep(_: int, written: LetterTemplate = written) -> str:
            with writing(engine) as connection:
                return f"{add_template(HEADQUARTERS_SCOPE, connection, written, 'u-1', now_us())}"

        def save(_: int, name: str = f"walk {number}") -> str:
            return save_funnel(engine, owner, name, FUNNEL).funnel_id

        assert at_once(keep) == ["1"] * AT_ONCE
        assert len(set(at_once(save))) == 1
    with reading(engine) as connection:
        names = {each.name for each in letter_templates(HEADQUARTERS_SCOPE, connection)}
    assert len([name for name in names if name.startswith("own-")]) == ROUNDS


def test_rows_that_are_said_to_be_deleted_several_times_at_once_stand_on_one_receipt(
    in_postgres: Installation,
) -> None:
    engine, signer = in_postgres.engine, company_signer(in_postgres.keyring)
    people = [f"C-{number}" for number in range(3)]
    take(in_postgres, contract("D1"), *(said for each in people for said in shared(each, "D1")))
    with writing(engine) as connection:
        last = last_sequence(HEADQUARTERS_SCOPE, connection, "D1")
        keep_sent(connection, DealersSent("D1", now_us(), "u-1", "portal", last, 3, last))
    take(in_postgres, *(withdrawal(each, "D1") for each in people))
    scope = dealer_scope("D1")
    with reading(engine) as connection:
        sequences = [each.sequence for each in to_delete(scope, connection, "D1")]
    assert len(sequences) == len(people)

    def confirm(n: int) -> str:
        by = Confirming(f"u-{n}", "店员", now_us())
        try:
            return f"{confirm_deletions(engine, scope, signer, 'D1', sequences, by).rows}"
        except NothingToDelete:
            return ""

    assert at_once(confirm) == [""] * (AT_ONCE - 1) + ["3"]
    with reading(engine) as connection:
        assert to_delete(scope, connection, "D1") == []


def take(installation: Installation, *events: dict[str, Any]) -> None:
    receipts = installation.intake.accept([*map(written, events)], HEADQUARTERS)
    assert {each.status for each in receipts} == {"accepted"}
    installation.work()
