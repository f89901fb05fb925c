"""One installation opened: its database, its keyring, its settings."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine

from campaigns.intake import Intake
from crm.configuration.settings import Settings
from crm.keyring.keyring import Keyring
from crm.schema.preparing import prepare
from crm.storage.database import closed_on_failure, open_engine
from streams.running.loading import loaded
from streams.running.scratch import remove_leftovers


@dataclass(frozen=True)
class Installation:
    """What every command works on."""

    settings: Settings
    engine: Engine
    keyring: Keyring

    @property
    def intake(self) -> Intake:
        """The door: into the journal, or where Kafka carries into the outbox."""
        taking: Callable[..., Intake] = loaded("crm.intake.accept:EventIntake")
        if self.settings.kafka_bootstrap is None:
            return taking(self.engine, self.keyring)
        store = loaded("streams.running.outbox_store:OutboxStore")
        return taking(self.engine, self.keyring, store())


def open_installation(settings: Settings | None = None) -> Installation:
    """Open it, made at first use; what stands in the way is raised (streams/cli/errors.py)."""
    settings = settings or Settings.from_environment()
    remove_leftovers(settings.data_folder)
    engine = open_engine(settings.database_url)
    with closed_on_failure(engine):
        prepare(engine)
        return Installation(settings, engine, Keyring.open(settings))


def started_installation(settings: Settings | None = None) -> Installation:
    """The same, for what takes in or records: a new one begins as its settings say."""
    opened = open_installation(settings)
    if opened.settings.matching == "weights":
        begin: Callable[..., bool] = loaded("crm.pairs.first_weights:begin_with_weights")
        begin(opened.engine, opened.intake)
    return opened
