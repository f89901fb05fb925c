"""The servers of the tests answer, and start again after a kill."""

import socket
import subprocess
import sys

import psutil
import psycopg
from kafka import KafkaAdminClient
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests.servers import postgres
from tests.servers.guardian import runs
from tests.servers.processes import children_that_run, free_port, wait_until
from tests.servers.shared import folder_of
from tests.services import require


def test_a_new_database_is_empty_and_sorts_by_code_points(postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    with engine.connect() as connection:
        tables = text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        assert connection.execute(tables).scalar() == 0
        assert connection.execute(text("SELECT 'B' < 'a' AND 'a/z' < 'a0'")).scalar()
    engine.dispose()


def test_the_broker_answers_and_makes_no_topic_by_itself(broker: str) -> None:
    admin = KafkaAdminClient(bootstrap_servers=broker)
    try:
        assert "nobody-made-this" not in admin.list_topics()
    finally:
        admin.close()


def test_a_killed_postgres_starts_again_with_what_it_had() -> None:
    require("postgres programs")
    server = postgres.Server(folder_of("postgres-to-kill"))
    plain = make_url(server.url).set(drivername="postgresql").render_as_string(False)
    try:
        with psycopg.connect(plain) as connection:
            connection.execute("CREATE TABLE kept (number integer)")
            connection.execute("INSERT INTO kept VALUES (1)")
        server.kill()
        server.start()
        with psycopg.connect(plain) as connection:
            assert connection.execute("SELECT number FROM kept").fetchall() == [(1,)]
    finally:
        server.stop()


def test_a_free_port_is_none_that_the_system_may_give_to_others_meanwhile() -> None:
    given = []
    for _ in range(20):
        with socket.create_server(("127.0.0.1", 0)) as listening:
            given.append(listening.getsockname()[1])
    assert max(free_port() for _ in range(20)) < min(given)


def test_a_child_that_has_ended_hides_no_other() -> None:
    lives = [sys.executable, "-c", "import sys; sys.stdin.read()", "one-that-lives"]
    with (
        subprocess.Popen([sys.executable, "-c", ""]) as ended,
        subprocess.Popen(lives, stdin=subprocess.PIPE) as living,
    ):
        assert wait_until(lambda: not runs(psutil.Process(ended.pid)))
        assert [child.pid for child in children_that_run("one-that-lives")] == [living.pid]
