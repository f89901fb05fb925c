"""The compose file means what it says: limits, health, no secret; and its services really work."""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest
from sqlalchemy.engine import make_url

from crm.accounts.tokens import add_token
from crm.configuration.environment import variables
from crm.configuration.settings import Settings
from crm.keyring.master_key import next_file_of
from crm.storage.database import open_engine
from tests.examples import a_card
from tests.integration.containers.compose import FILE, Native, Unreadable, natively, read
from tests.servers import postgres
from tests.servers.postgres import new_database
from tests.servers.processes import PATIENCE_SECONDS, free_port, wait_until
from tests.source_tree import ROOT

SECRETS = {
    "JINXI_MASTER_KEY_PATH": "/k",
    "JINXI_DATABASE_PASSWORD_PATH": "/p",
    "JINXI_OWNER_PASSWORD_PATH": "/o",
    "JINXI_ROLE_PASSWORD_PATH": "/r",
}
NAMES = {each.name for each in variables(Settings).values()}
OF_OWN_BROKERS = {"JINXI_KAFKA_BOOTSTRAP", "JINXI_KAFKA_PREFIX"}
LONG_RUNNING = ("web", "relay", "worker", "bridge", "webhooks")
REPLICAS = (("relay", 1), ("worker", 1), ("worker", 2), ("web", 1), ("bridge", 1), ("webhooks", 1))
DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")
PIN = re.compile(r":\d+\.\d+(\.\d+)?(-[a-z0-9.]+)*(@sha256:[0-9a-f]{64})?$")


@pytest.fixture(scope="module")
def compose(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The file as a Compose parser reads it."""
    return read(tmp_path_factory.mktemp("compose"), **SECRETS)


def test_every_image_is_pinned_and_every_service_is_limited_and_kept_alive(
    compose: dict[str, Any],
) -> None:
    for name, service in compose["services"].items():
        assert PIN.search(service["image"]), name
        assert service["image"].startswith("jinxi:") or DIGEST.search(service["image"]), name
        assert service["mem_limit"] and service["cpus"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert service["restart"].startswith(("unless-stopped", "on-failure")), name
        if name != "setup":
            assert service["healthcheck"]["test"][0] == "CMD", name


def test_what_is_ours_runs_without_root_and_writes_nothing_but_evidence_and_backups(
    compose: dict[str, Any],
) -> None:
    for name in ("setup", *LONG_RUNNING):
        service = compose["services"][name]
        assert service["user"] == "10001:10001" and service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        keeps_evidence = name in ("web", "worker", "bridge")
        wanted = ["attachments:/data/attachments"] if keeps_evidence else []
        wanted += ["backups:/backups"] if name == "web" else []
        assert service.get("volumes", []) == wanted, name
    docker_file = (ROOT / "Dockerfile").read_text()
    assert "USER 10001:10001" in docker_file
    assert docker_file.count("--require-hashes") == docker_file.count("install --require") == 2
    bases = re.findall(r"^FROM (\S+)", docker_file, re.M)
    assert all(PIN.search(base) and DIGEST.search(base) for base in bases)


SAID_BY_THE_FILE = {
    *("JINXI_DATABASE_URL", "JINXI_KEYRING_URL", "JINXI_DATABASE_PASSWORD_FILE"),
    *("JINXI_MASTER_KEY_FILE", "JINXI_DATA", "JINXI_LOG"),
}
OF_WEB = {"JINXI_BACKUPS", "JINXI_METRICS_FROM", "JINXI_PROXIES"}


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The services' environments where somebody sets all that there is."""
    folder = tmp_path_factory.mktemp("said")
    every = dict.fromkeys(NAMES, "said")
    services = read(folder, **{**every, **SECRETS, "JINXI_BACKUPS_PATH": "/mnt/backups"})
    found: dict[str, Any] = services["services"]
    return found


def test_a_backup_that_is_started_in_a_page_outlives_its_container(
    compose: dict[str, Any], said: dict[str, Any]
) -> None:
    web = compose["services"]["web"]
    kept = Path(web["environment"]["JINXI_BACKUPS"])
    in_memory = [each.partition(":")[0] for each in web["tmpfs"]]
    assert not any(kept.is_relative_to(folder) for folder in in_memory)
    assert f"backups:{kept}" in web["volumes"]
    assert f" {kept}\n" in (ROOT / "Dockerfile").read_text()
    assert f"/mnt/backups:{kept}" in said["web"]["volumes"]


def test_every_setting_can_be_said_to_the_services_but_those_that_the_file_says_itself(
    said: dict[str, Any],
) -> None:
    # Its brokers stand on a network of their own, without TLS.
    of_other_brokers = {each for each in NAMES if each.startswith("JINXI_KAFKA_")} - OF_OWN_BROKERS
    for_tests = {"JINXI_WEBHOOKS_TO_LOOPBACK"}
    taken_over = NAMES - SAID_BY_THE_FILE - OF_WEB - of_other_brokers - for_tests
    for name in ("setup", *LONG_RUNNING):
        environment = said[name]["environment"]
        assert {each for each in taken_over if environment.get(each) != "said"} == set(), name
        assert environment.keys() >= SAID_BY_THE_FILE, name
    assert said["web"]["environment"].keys() >= OF_WEB


def test_no_secret_stands_in_the_file_and_each_must_be_named(tmp_path: Path) -> None:
    text = FILE.read_text()
    assert not re.search(r"://[^/\s]+:[^@/\s]+@", text)
    assert "PASSWORD:" not in text
    for name in SECRETS:
        others = {other: path for other, path in SECRETS.items() if other != name}
        with pytest.raises(Unreadable, match=name):
            read(tmp_path, **others)


def test_the_next_master_key_is_put_where_everything_of_ours_looks_for_it(tmp_path: Path) -> None:
    override = str(ROOT / "deploy" / "next-key.yml")
    services = read(tmp_path, "--file", override, **SECRETS)["services"]
    for name in ("setup", *LONG_RUNNING):
        in_force = Path(services[name]["environment"]["JINXI_MASTER_KEY_FILE"])
        taken = [each for each in services[name]["secrets"] if isinstance(each, dict)]
        assert [each["target"] for each in taken] == [next_file_of(in_force).name], name
        assert {"master_key", "database_password"} <= {
            each for each in services[name]["secrets"] if isinstance(each, str)
        }


def test_everything_waits_for_the_setup_and_the_setup_for_the_servers(
    compose: dict[str, Any],
) -> None:
    for name in LONG_RUNNING:
        waits = compose["services"][name]["depends_on"]
        assert waits["setup"]["condition"] == "service_completed_successfully", name
    waits = compose["services"]["setup"]["depends_on"]
    assert {name: each["condition"] for name, each in waits.items()} == dict.fromkeys(
        ("postgres", "kafka-1", "kafka-2", "kafka-3"), "service_healthy"
    )
    assert not waits["kafka-2"]["required"] and not waits["kafka-3"]["required"]


def test_one_broker_by_itself_and_three_in_a_cluster(
    compose: dict[str, Any], tmp_path: Path
) -> None:
    alone = compose["services"]["kafka-1"]["environment"]
    assert alone["KAFKA_CONTROLLER_QUORUM_VOTERS"] == "1@kafka-1:9093"
    assert str(alone["KAFKA_DEFAULT_REPLICATION_FACTOR"]) == "1"
    assert {name for name in compose["services"] if name.startswith("kafka")} == {"kafka-1"}
    env_file = ROOT / "deploy" / "cluster.env"
    assert "COMPOSE_PROFILES=cluster\n" in env_file.read_text()
    cluster = read(tmp_path, "--profile", "cluster", "--env-file", str(env_file), **SECRETS)
    services = cluster["services"]
    brokers = [services[f"kafka-{number}"]["environment"] for number in (1, 2, 3)]
    assert {broker["KAFKA_NODE_ID"] for broker in brokers} == {"1", "2", "3"}
    for broker in brokers:
        assert broker["KAFKA_CONTROLLER_QUORUM_VOTERS"].count("@") == 3
        replicas = broker["KAFKA_DEFAULT_REPLICATION_FACTOR"], broker["KAFKA_MIN_INSYNC_REPLICAS"]
        assert tuple(map(str, replicas)) == ("3", "2")
    assert services["worker"]["environment"]["JINXI_KAFKA_BOOTSTRAP"].count(":9092") == 3


@pytest.fixture
def native(
    compose: dict[str, Any], broker: str, postgres_server: str, tmp_path: Path
) -> Iterator[Native]:
    """Real servers of this machine stand for those of the file."""
    password, key = tmp_path / "password", tmp_path / "master.key"
    password.write_text("not asked for here\n")
    key.write_text("07" * 32 + "\n")
    with new_database(postgres_server) as data, new_database(postgres_server) as keys:
        server = make_url(postgres_server)
        places = {
            "@postgres:5432/jinxi_keys": f"@{server.host}:{server.port}/{make_url(keys).database}",
            "@postgres:5432/jinxi": f"@{server.host}:{server.port}/{make_url(data).database}",
            "kafka-1:9092": broker,
            "/run/secrets/database_password": str(password),
            "/run/secrets/master_key": str(key),
            "8765": str(free_port()),
            "/dev/tcp/127.0.0.1/9092": "/dev/tcp/" + broker.replace(":", "/"),
        }
        prefix = f"t{uuid4().hex[:10]}"
        for name in ("setup", *LONG_RUNNING):
            compose["services"][name]["environment"]["JINXI_KAFKA_PREFIX"] = prefix
        with natively(Native(compose["services"], places, tmp_path)) as started:
            yield started


def test_its_very_commands_take_an_event_over_http_into_an_archive(native: Native) -> None:
    assert native.run("setup") == 0, native.said()
    assert native.run("setup") == 0, native.said()
    for service, replica in REPLICAS:
        native.start(service, replica)
    address = f"http://127.0.0.1:{native.places['8765']}"
    assert wait_until(lambda: _answers(address)), native.said()
    environment = native.environment("web")
    engine = open_engine(environment["JINXI_DATABASE_URL"])
    token = add_token(engine, "a machine", "headquarters")
    engine.dispose()
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=address, headers=headers, timeout=PATIENCE_SECONDS) as client:
        json = {"Content-Type": "application/cloudevents+json"}
        sent = client.post("/v1/events", content=orjson.dumps(a_card("over-http")), headers=json)
        assert sent.status_code in (200, 202), sent.text
        metrics = client.get("/metrics")
        assert metrics.status_code == 200 and 'partition="11"' in metrics.text
    shown = ["jinxi", "archive", "over-http", "--json"]
    assert wait_until(lambda: native.run("setup", shown, 9) == 0), native.said()
    assert "over-http" in (native.folder / "setup-9-once.log").read_text()
    for service, replica in REPLICAS:
        check = native.health_check(service)
        assert wait_until(partial(_is_well, native, service, check, replica)), (
            service,
            native.said(),
        )
    assert {line.get("slot") for line in native.log_lines() if line.get("process") == "worker"} == {
        0,
        1,
    }


def test_a_health_check_fails_where_nobody_works(native: Native) -> None:
    for service in LONG_RUNNING:
        assert native.run(service, native.health_check(service)) != 0, service


def test_the_servers_are_asked_what_their_health_checks_ask(native: Native) -> None:
    assert native.run("setup", native.health_check("kafka-1")) == 0
    found = postgres.programs()
    if found is not None:
        program, *asked = native.health_check("postgres")
        port = str(make_url(native.environment("web")["JINXI_DATABASE_URL"]).port)
        assert native.run("setup", [str(found / program), *asked, "--port", port]) == 0


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health").status_code == 200
    except httpx.TransportError:
        return False


def _is_well(native: Native, service: str, check: Sequence[str], replica: int) -> bool:
    return native.run(service, check, replica) == 0
