"""A season is moved from its folder to PostgreSQL, and everything works there as before."""

import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import orjson
import pytest
from sqlalchemy import func, insert, select, update

from crm.accounts.people import check_password
from crm.accounts.tables import ACCESS
from crm.accounts.tokens import credential_of_token
from crm.configuration.settings import Settings
from crm.journal.dead_letters import DEAD_LETTER
from crm.journal.events import JOURNAL
from crm.people.tables import CARD
from crm.recording.recorder import Recorder
from crm.storage import locks
from crm.storage.database import open_engine, reading, writing
from streams.embedded.worker import Worker
from streams.running.installation import open_installation
from streams.running.lease import lease
from streams.serving.web_server import open_site
from streams.upkeep.status import metrics
from tests.examples import a_card, an_event
from tests.functional.command.running import Answer, run, run_inside
from tests.integration.web.sites import serving, sign_in
from tests.servers.postgres import new_database
from tests.servers.processes import free_port

PEOPLE = 100
DEALER = "D01"
STEPS = (
    *("--step", "activity.attended", "--step", "purchase.made", "--window", "90d"),
    *("--from", "2026-01-01", "--to", "2027-01-01"),
)
PASSWORD = "only-for-tests"
ERASED = "erased-1"
TABLES_OF_THE_MOVE = {"journal", "access_log", "account", "api_token", "dead_letter", "data_key"}


@dataclass(frozen=True)
class Home:
    """A folder with a season, an account, a token, an erased card and a dead letter."""

    folder: Path
    token: str

    @property
    def settings(self) -> Settings:
        return Settings.in_folder(self.folder / "jinxi-data")


@dataclass(frozen=True)
class Target:
    """Two empty databases."""

    url: str
    keyring_url: str

    @property
    def options(self) -> tuple[str, ...]:
        return "--to", self.url, "--keyring-to", self.keyring_url

    def environment(self, home: Home) -> dict[str, str]:
        """The settings that the answer of a move names."""
        return {
            "JINXI_DATABASE_URL": self.url,
            "JINXI_KEYRING_URL": self.keyring_url,
            "JINXI_MASTER_KEY_FILE": str(home.settings.master_key_file),
            "JINXI_DATA": str(home.folder / "at-scale"),
        }


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("home")
    lines = run_inside(folder, "season", "--people", PEOPLE, "--seed", 7).out
    machine = ("--name", "machine", "--role", "staff")
    office = ("--name", "office", "--role", "headquarters", "--password", PASSWORD)
    mine = [a_card(ERASED), an_event("card.erased", erasure(), id="e-2", time=LATER)]
    (folder / "all.ndjson").write_bytes(lines + b"".join(orjson.dumps(e) + b"\n" for e in mine))
    assert run_inside(folder, "accept", "--history", "all.ndjson").status == 0
    assert run_inside(folder, "work", "--until-idle").status == 0
    made = Home(folder, run_inside(folder, "token", "add", *machine, "--json").only["token"])
    assert run_inside(folder, "account", "add", *office).status == 0
    spoil_one(made)
    return made


LATER = "2026-05-04T09:12:00+08:00"


def erasure() -> dict[str, str]:
    return {"card_id": ERASED, "reason_code": "request"}


def spoil_one(home: Home) -> None:
    """One event lies in the dead letters, and one field was looked at."""
    (home.folder / "one.ndjson").write_bytes(orjson.dumps(a_card("dead-1")))
    assert run_inside(home.folder, "accept", "one.ndjson").status == 0
    opened = open_installation(home.settings)
    record_events = Recorder.record_events

    def fail(recorder: Recorder, connection: Any, events: Sequence[Any], progress: Any) -> Any:
        if events:
            raise ValueError
        return record_events(recorder, connection, events, progress)

    with mock.patch.object(Recorder, "record_events", fail):
        assert Worker(opened.engine, opened.keyring).step()
    look = {"at_us": 1, "actor": "a", "card_id": "card-1", "field": "name"}
    with writing(opened.engine) as connection:
        connection.execute(insert(ACCESS), [look, look])
    close(opened.engine, opened.keyring.engine)


def close(*engines: object) -> None:
    for engine in engines:
        engine.dispose()  # type: ignore[attr-defined]


@pytest.fixture
def target(postgres_server: str) -> Iterator[Target]:
    with new_database(postgres_server) as url, new_database(postgres_server) as keyring_url:
        yield Target(url, keyring_url)


def looked_at(folder: Path, env: Mapping[str, str]) -> dict[str, list[bytes]]:
    """What the commands tell, by command."""
    told = {}
    for command in (
        ("people",),
        ("events",),
        ("archive", ERASED),
        ("rewards",),
        ("ledger",),
        ("digest", DEALER),
        ("copy", DEALER),
        ("funnel", *STEPS),
        ("dead-letters", "list"),
    ):
        answer = run_inside(folder, *command, "--json", env=env)
        assert answer.status == 0, answer
        told[" ".join(command)] = sorted(answer.out.splitlines())
    assert all(told.values())
    return told


def assert_moved(home: Home, target: Target, answer: Answer) -> None:
    assert answer.status == 0, answer
    told = answer.only
    assert told["equal"]
    assert set(told["tables"]) >= TABLES_OF_THE_MOVE
    assert all(table["equal"] and table["rows"] >= 0 for table in told["tables"].values())
    assert told["tables"]["access_log"]["rebuilt_rows"] == 2
    assert told["tables"]["dead_letter"]["rebuilt_rows"] == 1
    assert told["accounts"] == 2
    env = target.environment(home)
    assert laws(home, env) == laws(home, {})


def laws(home: Home, env: Mapping[str, str]) -> list[tuple[str, bool]]:
    """Which laws hold: all but that nothing lies in the dead letters."""
    checks = run_inside(home.folder, "check", "--json", env=env).only["checks"]
    assert sum(not check["ok"] for check in checks) == 1
    return [(check["name"], check["ok"]) for check in checks]


def test_a_season_that_was_moved_goes_on_in_postgresql(home: Home, target: Target) -> None:
    assert_moved(home, target, run(home.folder, "move", *target.options, "--json"))
    env = target.environment(home)
    assert looked_at(home.folder, env) == looked_at(home.folder, {})
    assert run_inside(home.folder, "replay", "--verify", env=env).status == 0
    engine = open_engine(target.url)
    with reading(engine) as connection:
        credential = credential_of_token(connection, home.token)
        last = connection.execute(select(func.max(JOURNAL.c.position))).scalar_one()
    assert credential is not None and credential.role == "staff"
    account = check_password(engine, "office", PASSWORD)
    assert account is not None and account.roles == ("headquarters",)
    # New numbers come after the old ones, and the dead letter can be mended there.
    (home.folder / "new.ndjson").write_bytes(orjson.dumps(a_card("new-1")))
    assert run_inside(home.folder, "accept", "new.ndjson", env=env).status == 0
    assert run_inside(home.folder, "work", "--until-idle", env=env).status == 0
    assert run_inside(home.folder, "dead-letters", "retry", env=env).status == 0
    with reading(engine) as connection:
        position = select(JOURNAL.c.position).where(JOURNAL.c.subject == "card/new-1")
        assert connection.execute(position).scalar_one() == last + 1
        assert connection.execute(select(func.count()).select_from(DEAD_LETTER)).scalar() == 0
    engine.dispose()
    again = run(home.folder, "move", *target.options)
    assert again.status == 1 and "已经搬过去了" in again.err


def test_the_answer_names_the_settings_to_start_with_and_no_password(
    home: Home, target: Target
) -> None:
    url = target.url.replace("jinxi@", "jinxi:secret-word@")
    answer = run(home.folder, "move", "--to", url, "--keyring-to", target.keyring_url)
    assert answer.status == 0, answer
    assert "secret-word" not in answer.text + answer.err
    for name, value in target.environment(home).items():
        if name in ("JINXI_KEYRING_URL", "JINXI_MASTER_KEY_FILE"):
            assert f"{name}={value}" in answer.text
    assert "JINXI_DATABASE_URL=postgresql+psycopg://jinxi:***@" in answer.text
    assert "马上备份一次" in answer.text and "不算新库的备份" in answer.text


KILLED_AT = {
    "keys": ("streams.upkeep.move", "insert_new", 3),
    "journal": ("streams.upkeep.move", "insert", 4),
    "accounts": ("streams.upkeep.move", "_replace", 4),
    "rebuild": ("streams.upkeep.replay", "load_progress", 3),
    "comparison": ("streams.upkeep.move", "_compared", 1),
}


@pytest.mark.parametrize("at", KILLED_AT)
def test_a_move_that_was_killed_is_simply_run_again(home: Home, target: Target, at: str) -> None:
    spoilt = "tests.functional.command.killed_move"
    died = run(home.folder, *KILLED_AT[at], *target.options, module=spoilt)
    assert died.status == -signal.SIGKILL, died
    assert_moved(home, target, run(home.folder, "move", *target.options, "--json"))


def test_a_target_that_holds_something_else_is_refused_and_left_alone(
    home: Home, target: Target
) -> None:
    folder = home.folder / "other"
    folder.mkdir(exist_ok=True)
    env = target.environment(home) | {"JINXI_MASTER_KEY_FILE": str(folder / "master.key")}
    (folder / "one.ndjson").write_bytes(orjson.dumps(a_card("foreign-1")))
    assert run_inside(folder, "accept", "one.ndjson", env=env).status == 0
    (folder / "master.key").unlink()
    os.link(home.settings.master_key_file, folder / "master.key")
    answer = run(home.folder, "move", *target.options)
    assert answer.status == 1, answer
    assert "密钥和数据对不上" in answer.err
    assert count(target, JOURNAL) == 1


def test_a_target_with_events_of_the_same_master_key_is_refused(home: Home, target: Target) -> None:
    env = target.environment(home)
    (home.folder / "one.ndjson").write_bytes(orjson.dumps(a_card("foreign-1")))
    assert run_inside(home.folder, "accept", "one.ndjson", env=env).status == 0
    answer = run(home.folder, "move", *target.options)
    assert answer.status == 1 and "目标里已有别的数据" in answer.err
    assert "journal" in answer.err
    assert count(target, JOURNAL) == 1


def count(target: Target, table: object) -> int:
    engine = open_engine(target.url)
    with reading(engine) as connection:
        found = connection.execute(select(func.count()).select_from(table)).scalar_one()  # type: ignore[arg-type]
    engine.dispose()
    return int(found)


def test_a_move_waits_for_nobody_who_records(home: Home, target: Target) -> None:
    with lease(home.settings):
        answer = run(home.folder, "move", *target.options)
    assert answer.status == 4 and "一次只能有一个" in answer.err
    opened = target.environment(home)
    with lease(Settings(**_settings(opened)), locks.RELAY):
        assert run(home.folder, "move", *target.options).status == 4


def _settings(env: Mapping[str, str]) -> dict[str, Any]:
    return {
        "database_url": env["JINXI_DATABASE_URL"],
        "keyring_url": env["JINXI_KEYRING_URL"],
        "master_key_file": Path(env["JINXI_MASTER_KEY_FILE"]),
        "data_folder": Path(env["JINXI_DATA"]),
    }


def test_a_row_that_differs_is_told_and_the_move_is_not_done(home: Home, target: Target) -> None:
    engine = open_engine(home.settings.database_url)
    with writing(engine) as connection:
        some = select(CARD.c.card_id).order_by(CARD.c.card_id).limit(1).scalar_subquery()
        was = connection.execute(
            select(CARD.c.card_id, CARD.c.region).where(CARD.c.card_id == some)
        )
        card_id, region = was.one()
        change = update(CARD).where(CARD.c.card_id == card_id)
        connection.execute(change.values(region="999999"))
    try:
        answer = run(home.folder, "move", *target.options, "--json")
        told = run(home.folder, "move", *target.options)
    finally:
        with writing(engine) as connection:
            connection.execute(change.values(region=region))
        engine.dispose()
    assert (answer.status, answer.only["equal"]) == (1, False)
    assert [name for name, table in answer.only["tables"].items() if not table["equal"]] == ["card"]
    assert answer.only["tables"]["card"]["differing"] == [[card_id]]
    assert told.status == 1 and "搬家没有完成" in told.text


def test_what_is_no_postgresql_or_does_not_answer_is_refused(home: Home, target: Target) -> None:
    other = run(home.folder, "move", "--to", "sqlite:///other.db")
    assert other.status == 1 and "目标必须是 PostgreSQL" in other.err
    silent = f"postgresql+psycopg://jinxi:hidden-word@127.0.0.1:{free_port()}/jinxi"
    away = run(home.folder, "move", "--to", silent)
    assert away.status == 1 and "没有应答" in away.err
    assert "hidden-word" not in away.err + away.text
    back = run(home.folder, "move", *target.options, env=target.environment(home))
    assert back.status == 1 and "不是 SQLite 文件" in back.err


def test_pages_and_interface_work_where_it_was_moved(home: Home, target: Target) -> None:
    assert run(home.folder, "move", *target.options).status == 0
    # As the process of the pages does it, with the settings that the answer names.
    with mock.patch.dict(os.environ, target.environment(home)):
        settings = Settings.from_environment()
    site = open_site(settings)
    with serving(site) as served, served.client(Authorization=f"Bearer {home.token}") as client:
        sent = client.post(
            "/v1/events",
            content=orjson.dumps(a_card("by-token")),
            headers={"Content-Type": "application/cloudevents+json"},
        )
        assert sent.status_code == 200, sent.text
        assert sign_in(client, "office", PASSWORD).status_code == 303
        found = client.get("/", follow_redirects=True)
        assert found.status_code == 200 and "/sign-in" not in str(found.url)
    assert "jinxi_" in metrics(site.how_it_stands())
    close(site.engine, site.keyring.engine)
