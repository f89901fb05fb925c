"""One installation opened: its database, its keyring, its settings."""

from dataclasses import dataclass

from sqlalchemy import Engine

from crm.configuration.settings import Settings
from crm.intake.accept import EventIntake
from crm.keyring.keyring import Keyring
from crm.schema.tables import prepare
from crm.storage.database import open_engine
from streams.running.outbox_store import OutboxStore
from streams.running.scratch import remove_leftovers


@dataclass(frozen=True)
class Installation:
    """What every command works on."""

    settings: Settings
    engine: Engine
    keyring: Keyring

    @property
    def intake(self) -> EventIntake:
        """The door: into the journal, or where Kafka carries into the outbox."""
        if self.settings.kafka_bootstrap is not None:
            return EventIntake(self.engine, self.keyring, OutboxStore())
        return EventIntake(self.engine, self.keyring)


def open_installation(settings: Settings | None = None) -> Installation:
    """Open it, made at first use; what stands in the way is raised (streams/cli/errors.py)."""
    settings = settings or Settings.from_environment()
    remove_leftovers(settings.data_folder)
    engine = open_engine(settings.database_url)
    prepare(engine)
    return Installation(settings, engine, Keyring.open(settings))
