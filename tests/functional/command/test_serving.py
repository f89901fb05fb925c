"""`jinxi demo` and `jinxi serve` as a newcomer runs them."""

import os
import re
import signal
import socket
import subprocess
from pathlib import Path
from typing import Any
from unittest import mock

import httpx
import orjson
import psutil
from sqlalchemy import select

from crm.configuration.settings import Settings
from crm.journal.events import JOURNAL
from crm.members.queries import closed_members
from crm.members.tables import MEMBER
from crm.scope import dealer_scope
from crm.storage.database import open_engine, reading
from streams.serving.web_server import open_site
from tests.examples import a_card
from tests.functional.command.running import Jinxi, run, run_inside, running, until
from tests.functional.command.served import answers, child_of
from tests.integration.web.sites import serving
from tests.servers.processes import PATIENCE_SECONDS, free_port


def test_a_demo_prints_its_summary_and_a_second_one_mixes_in_no_other_season(
    jinxi: Jinxi,
) -> None:
    first = jinxi("demo", "--no-serve", "--people", 40).text
    for words in ("人物全属虚构", "经销商的副本", "奖励", "结果链", "转介绍", "入档故障 0"):
        assert words in first
    events = jinxi("events").lines
    other = jinxi("demo", "--no-serve", "--people", 60, "--seed", 9).text
    assert "已有一季（40 人，种子 7）" in "".join(other.splitlines())
    assert jinxi("events").lines == events
    assert jinxi("check", "--json").only["ok"] is True


def test_the_members_of_a_demo_are_their_dealers_to_speak_of(tmp_path: Path) -> None:
    """A dealer that acts in the demo refers by its members, changes and trains them."""
    assert run(tmp_path, "demo", "--no-serve", "--people", 120).status == 0
    engine = open_engine(Settings.in_folder(tmp_path / "jinxi-data").database_url)
    with reading(engine) as connection:
        dealers = set(connection.execute(select(MEMBER.c.dealer)).scalars())
        # What came over from the dealer that was replaced stays the other's to speak of.
        first = sorted(dealers)[0]
        assert closed_members(dealer_scope(first), connection, 10) == []
        query = select(JOURNAL.c.role).where(JOURNAL.c.type == "member.enrolled").distinct()
        assert not [role for (role,) in connection.execute(query) if role[:7] != "dealer/"]
    engine.dispose()


def test_after_a_demo_without_pages_the_sign_in_page_of_serve_offers_its_accounts(
    tmp_path: Path,
) -> None:
    assert run(tmp_path, "demo", "--no-serve", "--people", 10).status == 0
    assert "/join/" not in said_before_serving(tmp_path)
    site = open_site(Settings.in_folder(tmp_path / "jinxi-data"))
    with serving(site) as served, served.client() as client:
        page = client.get("/sign-in").text
    assert page.count('name="actor"') >= 7
    site.engine.dispose()
    site.keyring.engine.dispose()


def said_before_serving(folder: Path) -> str:
    """What `jinxi serve` prints before its processes start, which is nothing to them."""
    with mock.patch("streams.cli.commands.serve.Supervisor") as supervised:
        answer = run_inside(folder, "serve", "--port", free_port())
    assert supervised.call_count == 1 and "网页" in answer.text
    return answer.text


def test_a_demo_leaves_data_of_ones_own_alone(jinxi: Jinxi) -> None:
    jinxi("accept", "-", stdin=orjson.dumps(a_card()))
    assert "已有自己的数据" in jinxi("demo", "--no-serve", "--people", 40).text
    assert len(jinxi("events").lines) == 1
    assert jinxi("account", "list", "--json").lines == []


def test_an_interrupted_demo_is_gone_on_with_as_it_was_begun(jinxi: Jinxi) -> None:
    jinxi("demo", "--no-serve", "--people", 30)
    events = jinxi("events").lines
    note = jinxi.folder / "jinxi-data" / "demo.json"
    note.write_bytes(orjson.dumps(orjson.loads(note.read_bytes()) | {"complete": False}))
    jinxi("demo", "--no-serve", "--people", 50, "--seed", 1)
    assert jinxi("events").lines == events


def test_serve_shows_pages_takes_events_and_its_worker_records_them(tmp_path: Path) -> None:
    port = free_port()
    added = run(tmp_path, "token", "add", "--name", "t", "--role", "headquarters", "--json")
    api = httpx.Client(
        base_url=f"http://127.0.0.1:{port}",
        headers={"Authorization": f"Bearer {added.only['token']}"},
        timeout=PATIENCE_SECONDS,
    )
    with api, running(tmp_path, "serve", "--port", port) as served:
        until(lambda: answers(api))
        assert "html" in api.get("/", follow_redirects=True).headers["content-type"]
        assert _outcome_of(api, "card-1") == "recorded"
        worker = until(lambda: child_of(served.pid, "work"))
        os.kill(worker.pid, signal.SIGKILL)
        assert _outcome_of(api, "card-2") == "recorded"
        assert until(lambda: child_of(served.pid, "work")).pid != worker.pid
        children = psutil.Process(served.pid).children(recursive=True)
        # Pages, the answers of funnels beside them, webhooks, the worker.
        assert len(children) == 4
        served.send_signal(signal.SIGTERM)
        assert served.wait(PATIENCE_SECONDS) == 0
        assert psutil.wait_procs(children, timeout=PATIENCE_SECONDS)[1] == []
    taken = run(tmp_path, "work", "--until-idle", "--json")
    assert (taken.status, taken.only["recorded"]) == (0, 0)


def test_the_first_start_prints_a_link_to_the_first_account(tmp_path: Path) -> None:
    port = free_port()

    with running(tmp_path, "serve", "--port", port) as served:
        links = re.findall(r"http://\S+/join/\S+", _printed(served))
        assert len(links) == 1
        assert "第一个总部账号" in until(lambda: opened(links[0])).text
    added = ("account", "add", "--name", "li", "--role", "headquarters", "--password")
    assert run(tmp_path, *added, "eleven-quiet-herons").status == 0
    assert "/join/" not in said_before_serving(tmp_path)


def opened(link: str) -> httpx.Response | None:
    """What is answered, once anybody answers."""
    try:
        return httpx.get(link, timeout=PATIENCE_SECONDS)
    except httpx.TransportError:
        return None


def _printed(served: subprocess.Popen[bytes]) -> str:
    """What is said up to the address of the pages."""
    assert served.stdout is not None
    lines: list[str] = []
    for line in served.stdout:
        lines.append(line.decode())
        if "网页" in lines[-1]:
            break
    return "".join(lines)


def _outcome_of(api: httpx.Client, card_id: str) -> str:
    """Hand a card over, and wait until something became of it."""
    event = a_card(card_id)
    sent = api.post(
        "/v1/events",
        content=orjson.dumps(event),
        headers={"Content-Type": "application/x-ndjson"},
    )
    (receipt,) = sent.json()["receipts"]
    assert receipt["status"] == "accepted", receipt
    asked = {"source": event["source"], "id": event["id"]}

    def outcome() -> Any:
        told = api.get("/v1/events", params=asked).json()
        return told["outcome"] if told["outcome"] != "accepted" else None

    found: str = until(outcome)
    return found


def test_a_port_that_is_taken_is_said_before_anything_is_made(jinxi: Jinxi) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        for command in ("serve", "demo"):
            answer = jinxi(command, "--port", port, status=2)
            assert f"端口 {port} 已被占用" in answer.err
    assert list(jinxi.folder.iterdir()) == []


def test_a_worker_that_is_terminated_lets_the_next_one_in(tmp_path: Path) -> None:
    with running(tmp_path, "work") as worker:
        until(lambda: (tmp_path / "jinxi-data" / "worker.lock").exists())
        until(lambda: run(tmp_path, "work", "--until-idle").status == 4)
        worker.send_signal(signal.SIGTERM)
        worker.wait(PATIENCE_SECONDS)
    assert run(tmp_path, "work", "--until-idle").status == 0
