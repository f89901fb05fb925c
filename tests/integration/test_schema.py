"""The migrations lead to exactly the tables that the code declares."""

import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, insert, inspect, select, text

from campaigns.ids import short_number
from campaigns.intake import HEADQUARTERS, Credential
from crm.accounts.people import accounts, add_user
from crm.configuration.settings import Settings
from crm.copies.change_log import is_quiet
from crm.copies.tables import COPY_ROW, DEALER_CHANGE
from crm.feed.tables import COPY_SENT
from crm.journal.clock_marks import clock_marks
from crm.journal.events import JOURNAL
from crm.members.register import Giver, LinkEnded, follow_link, make_link
from crm.outcomes.queries import event_statuses
from crm.people.tables import CARD
from crm.schema.preparing import prepare
from crm.schema.revisions import DatabaseNewer, newest_revision
from crm.schema.tables import (
    CARRIED,
    HISTORY,
    KEPT_APART,
    NOTED,
    PROJECTED,
    REGISTERED,
    TOLD,
)
from crm.schema.upgrading import downgrade
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import METADATA, open_engine, reading, writing
from crm.watch.finding import key_of
from crm.watch.tables import WATCH_DECISION
from streams.embedded.worker import Worker
from streams.running.installation import open_installation
from streams.upkeep.replay import verify
from tests import schemas
from tests.examples import an_event, written
from tests.integration.web.sites import card, running


def test_migrations_give_the_tables_that_the_code_declares(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'jinxi.db'}")
    prepare(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
        assert context.get_current_revision() == newest_revision()
    engine.dispose()


def test_the_script_of_the_tests_leaves_what_the_migrations_leave(tmp_path: Path) -> None:
    left = []
    for name, upgrade in (("migrated", schemas.by_migrations), ("written", schemas.upgrade)):
        engine = open_engine(f"sqlite:///{tmp_path / name}.db")
        with writing(engine) as connection:
            upgrade(connection)
        with closing(sqlite3.connect(tmp_path / f"{name}.db")) as file:
            left.append(sorted(file.iterdump()))
        engine.dispose()
    assert left[0] == left[1] and len(left[0]) > len(METADATA.tables)


def test_preparing_a_prepared_database_changes_nothing(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'jinxi.db'}")
    prepare(engine)
    before = sorted(inspect(engine).get_table_names())
    prepare(engine)
    assert sorted(inspect(engine).get_table_names()) == before
    assert "journal" in before
    engine.dispose()


def test_a_database_that_a_newer_program_made_is_left_alone(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'jinxi.db'}")
    prepare(engine)
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseNewer) as refused:
        prepare(engine)
    assert (refused.value.theirs, refused.value.ours) == ("9999", newest_revision())
    engine.dispose()


def test_what_was_told_before_sends_were_kept_whole_counts_as_sent(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'jinxi.db'}")
    prepare(engine)
    with engine.begin() as connection:
        for number in (5, 9):
            row = {"sequence": number, "key": f"k{number}", "kind": "upsert", "changed_us": number}
            connection.execute(insert(DEALER_CHANGE), [{"dealer": "D1", **row}])
    _go_back(engine, "0007")
    prepare(engine)
    with engine.connect() as connection:
        columns = COPY_SENT.c
        kept = select(columns.dealer, columns.what, columns.up_to, columns.last)
        assert connection.execute(kept).all() == [("D1", "before", 9, 0)]
    engine.dispose()


def test_rows_of_the_copies_from_before_stand_under_the_number_of_their_last_change(
    tmp_path: Path,
) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'jinxi.db'}")
    prepare(engine)
    rest = {"subject": "card/c1", "cards": b"[]", "content": b"{}"}
    with writing(engine) as connection:
        rows = [{"dealer": "D1", "key": key, **rest} for key in ("k1", "k2")]
        connection.execute(insert(COPY_ROW), rows)
        for number, key in ((5, "k1"), (7, "k2"), (9, "k1")):
            change = {"sequence": number, "key": key, "kind": "upsert", "changed_us": number}
            told = {"dealer": "D1", "overtaken": number == 5, **change}
            connection.execute(insert(DEALER_CHANGE), [told])
    _go_back(engine, "0008")
    prepare(engine)
    with reading(engine) as connection:
        stands = select(COPY_ROW.c.key, COPY_ROW.c.last_change).order_by(COPY_ROW.c.last_change)
        assert connection.execute(stands).all() == [("k2", 7), ("k1", 9)]
    engine.dispose()


def test_of_every_table_it_is_said_whether_a_rebuild_writes_it() -> None:
    kinds = [*HISTORY, *CARRIED, *TOLD, *REGISTERED, *KEPT_APART, *NOTED, *PROJECTED]
    assert sorted(table.name for table in kinds) == sorted(METADATA.tables)


def _go_back(engine: Engine, revision: str) -> None:
    with writing(engine) as connection:
        downgrade(connection, revision)


def test_accounts_of_before_keep_their_role_and_going_back_lets_no_new_role_in(
    tmp_path: Path,
) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'jinxi.db'}")
    prepare(engine)
    for name in ("headquarters", "compliance", "staff", "auditor"):
        add_user(engine, name, "eleven-quiet-herons", (name,))
    add_user(engine, "d1", "eleven-quiet-herons", ("dealer",), "D1")
    add_user(engine, "both", "eleven-quiet-herons", ("headquarters", "finance"))
    _go_back(engine, "0011")
    prepare(engine)
    with reading(engine) as connection:
        found = {each.name: (each.roles, each.is_open) for each in accounts(connection)}
    for name in ("headquarters", "compliance", "staff"):
        assert found[name] == ((name,), True)
    assert found["d1"] == (("dealer",), True)
    assert not found["auditor"][1] and not found["both"][1]
    engine.dispose()


def test_a_link_of_which_nobody_knows_whose_the_giver_was_opens_nothing(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'jinxi.db'}")
    prepare(engine)
    make_link(engine, "M1", Giver("dealer", "D1"), 0)
    ours = make_link(engine, "M2", Giver("office", None), 0)
    _go_back(engine, "0034")
    with reading(engine) as connection:
        # Of that version each link would show the disputes.
        assert connection.execute(text("SELECT member FROM member_link")).scalars().all() == ["M2"]
    prepare(engine)
    with pytest.raises(LinkEnded):
        follow_link(engine, ours, 1)
    engine.dispose()


def test_cards_of_before_are_found_by_the_short_numbers_of_their_made_ids(tmp_path: Path) -> None:
    drawn = "5ca0aaaa-0000-4000-8000-000000000001"
    with running(tmp_path) as site:
        site.accept(card("HX-0001", "王甲", "13700000001"), card(drawn, "王乙", "13700000002"))
        engine = site.site.engine
        _go_back(engine, "0051")
        prepare(engine)
        with reading(engine) as connection:
            stands = connection.execute(select(CARD.c.card_id, CARD.c.number)).all()
        assert sorted(stands) == [(drawn, None), ("HX-0001", short_number("HX-0001"))]


def test_what_was_decided_on_findings_stands_under_their_short_keys(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'jinxi.db'}")
    prepare(engine)
    _go_back(engine, "0041")
    evidence = sha256(b"r1\nr2").hexdigest()[:20]
    with writing(engine) as connection:
        old = {"key": f"one_counter/M1/O/1/{evidence}", "decided_us": 7, "decided_by": "u-x"}
        connection.execute(insert(WATCH_DECISION), [old])
    prepare(engine)
    with reading(engine) as connection:
        (row,) = connection.execute(select(WATCH_DECISION)).mappings()
    assert row == {**old, "key": key_of("one_counter", "M1", "O/1", ["r2", "r1"])}
    engine.dispose()


def test_an_older_folder_with_words_of_dealers_is_recorded_anew_and_comes_out_equal(
    tmp_path: Path,
) -> None:
    opened = open_installation(Settings.in_folder(tmp_path))
    dealer = Credential("dealer", "t", "D1")
    card = {"card_id": "C1", "person": {"name": "王秀英"}, "source_kind": "walk_in"}
    said = [
        an_event("card.registered", card, id="e1"),
        an_event("card.registered", {**card, "card_id": "C2"}, id="e2"),
    ]
    opened.intake.accept([written(said[0])], HEADQUARTERS)
    opened.intake.accept([written(said[1])], dealer)
    for number, name in enumerate(("C1", "C2"), 3):
        joined = an_event("club.joined", {"card_id": name, "club": "x"}, id=f"e{number}")
        opened.intake.accept([written(joined)], dealer)
    Worker(opened.engine, opened.keyring).until_idle()
    _go_back(opened.engine, "0009")
    prepare(opened.engine)
    with reading(opened.engine) as connection:
        kept = connection.execute(select(JOURNAL.c.id, JOURNAL.c.by_row)).all()
        assert [row.id for row in kept if row.by_row] == ["e3"]
        assert clock_marks(connection).door_us is not None
        assert is_quiet(connection)
    Worker(opened.engine, opened.keyring).until_idle()
    with reading(opened.engine) as connection:
        assert not is_quiet(connection)
        statuses = event_statuses(HEADQUARTERS_SCOPE, connection)
        assert {status.outcome for status in statuses} == {"recorded"}
    compared = verify(opened.engine, opened.keyring)
    assert [name for name, table in compared.items() if not table.equal] == []
    opened.engine.dispose()
    opened.keyring.engine.dispose()
