"""Relay and workers of one installation as processes of their own, that tests start and kill."""

import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import orjson

from campaigns.intake import HEADQUARTERS, Credential
from crm.accounts.tokens import credential_of_token
from crm.configuration.settings import Settings
from crm.intake.accept import EventIntake
from crm.storage.database import reading
from streams.cli.commands.carry import is_idle
from streams.kafka.carrying import GIVEN
from streams.running.installation import Installation as Opened
from streams.running.outbox_store import OutboxStore
from tests.forks import Forked
from tests.functional.command.running import forked_from, run_inside
from tests.installations import Installation
from tests.servers.processes import wait_until
from tests.source_tree import ROOT

RELAY = ("relay",)
BRIDGE = ("bridge",)
SOON_GIVEN_UP = {"JINXI_SESSION_SECONDS": "6"}
"""A worker that left keeps its partitions for no longer: the least that the broker allows."""
_MOST_ENDS = 8


def worker(slot: int = 0) -> tuple[str, ...]:
    """The command of a worker."""
    return ("worker", "--slot", str(slot))


@dataclass
class Carried:
    """An installation, its settings, and the processes that carry its events."""

    installation: Installation
    settings: Settings
    running: dict[tuple[str, ...], Forked] = field(default_factory=dict)
    ended: int = 0
    """How often a process has ended by itself."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """What its processes are told beside the settings."""

    @property
    def intake(self) -> EventIntake:
        """The door."""
        return EventIntake(self.installation.engine, self.installation.keyring, OutboxStore())

    @property
    def opened(self) -> Opened:
        """As the commands have it."""
        return Opened(self.settings, self.installation.engine, self.installation.keyring)

    def credential_of(self, token: str) -> Credential:
        """What the bearer of the token may say."""
        with reading(self.installation.engine) as connection:
            found = credential_of_token(connection, token)
        assert found is not None
        return found

    def accept(self, lines: Sequence[bytes]) -> None:
        """All of them are taken."""
        receipts = self.intake.accept(lines, HEADQUARTERS, history=True)
        assert {receipt.status for receipt in receipts} <= {"accepted", "duplicate"}

    def command(self, *words: str, status: int = 0) -> str:
        """What `jinxi …` prints, as somebody types it; in this process, which is much faster."""
        answer = run_inside(self.settings.data_folder, *words, env=environment(self.settings))
        said = answer.text + answer.err
        assert answer.status == status, said
        return said

    def start(self, command: tuple[str, ...]) -> None:
        """Start `jinxi …`; what it says goes to a file beside the data."""
        log = self.installation.folder / f"{'-'.join(command)}.log"
        seen = {**environment(self.settings), **self.environment}
        with log.open("ab") as said, Path(os.devnull).open("rb") as nothing:
            files = (nothing.fileno(), said.fileno(), said.fileno())
            self.running[command] = Forked(forked_from(), command, str(ROOT), seen, files)

    def kill(self, command: tuple[str, ...], sign: int = signal.SIGKILL) -> None:
        """End it and wait."""
        process = self.running.pop(command)
        process.send_signal(sign)
        process.wait()

    def revive(self) -> None:
        """Start again whatever has ended by itself, as a supervisor does."""
        for command, process in list(self.running.items()):
            if process.poll() is not None:
                self.ended += 1
                assert self.ended < _MOST_ENDS, self.said()
                self.start(command)

    def wait_until_idle(self, seconds: float = 120) -> None:
        """Until the journal has everything, every day included."""

        def idle() -> bool:
            self.revive()
            return is_idle(self.opened)

        assert wait_until(idle, seconds), self.said()

    def assignments(self) -> list[tuple[int, int]]:
        """(slot, partitions that it was given), each time that a worker said so."""
        logs = sorted(self.installation.folder.glob("worker*.log"))
        said = [line for log in logs for line in log.read_text().splitlines() if GIVEN in line]
        return [(each["slot"], each["partitions"]) for each in map(orjson.loads, said)]

    def said(self) -> str:
        """The end of what the processes said."""
        logs = sorted(self.installation.folder.glob("*.log"))
        return "\n".join(f"{log.name}: {log.read_text()[-1500:]}" for log in logs)

    def stop(self) -> None:
        """Kill whatever runs."""
        for command in list(self.running):
            self.kill(command)


def carried_by(installation: Installation, broker: str, prefix: str) -> Carried:
    """The installation with a broker."""
    settings = replace(installation.settings, kafka_bootstrap=broker, kafka_prefix=prefix)
    return Carried(installation, settings)


def environment(settings: Settings) -> Mapping[str, str]:
    """In which a command finds the installation."""
    return {
        **os.environ,
        "JINXI_DATABASE_URL": settings.database_url,
        "JINXI_KEYRING_URL": settings.keyring_url,
        "JINXI_MASTER_KEY_FILE": str(settings.master_key_file),
        "JINXI_DATA": str(settings.data_folder),
        "JINXI_KAFKA_BOOTSTRAP": str(settings.kafka_bootstrap),
        "JINXI_KAFKA_PREFIX": settings.kafka_prefix,
        "JINXI_KAFKA_SECURITY_PROTOCOL": settings.kafka_security_protocol,
        "JINXI_KAFKA_SASL_MECHANISM": settings.kafka_sasl_mechanism,
        "JINXI_KAFKA_USERNAME": settings.kafka_username or "",
        "JINXI_KAFKA_PASSWORD_FILE": str(settings.kafka_password_file or ""),
        "JINXI_KAFKA_CA_FILE": str(settings.kafka_ca_file or ""),
        "JINXI_DEALER_COPIES_TOPIC": "on" if settings.dealer_copies_topic else "off",
    }
