"""What others take for the like: the `eventsourcing` library, and a consumer with an ORM.

Each takes the events of the same season and keeps one table of people up to date: far less than
the recording does (no outcomes, no linking, no copies, no rewards), so they are a bound, not an
equal. Both write to SQLite files with the settings that the library, or ours, ship.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson
from eventsourcing.application import AggregateNotFoundError, Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import Tracking
from eventsourcing.sqlite import SQLiteDatastore, SQLiteTrackingRecorder
from sqlalchemy import String
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from crm.storage.database import open_engine
from tests.bench.stand import Measured, Timer

TOGETHER = 5
"""Events of one person that the library saves in one commit, as a visit brings them."""
ORM_COMMIT_EVENTS = 1000
EVENTS = 20_000
"""Enough to tell what an event costs: theirs does not change with the size of what is stored."""


def of_people(file: Path) -> list[dict[str, Any]]:
    """The first events of a season that speak of a card."""
    with file.open("rb") as lines:
        events = (orjson.loads(line) for line in lines)
        return list(islice((e for e in events if e["subject"].startswith("card/")), EVENTS))


class Person(Aggregate):
    """A person, as far as the table tells of it."""

    @event("Created")
    def __init__(self, subject: str) -> None:
        self.subject = subject
        self.happened = 0

    @staticmethod
    def create_id(subject: str) -> UUID:
        """By the subject."""
        return uuid5(NAMESPACE_URL, subject)

    @event("Happened")
    def happen(self, type_name: str, time: str, data: dict[str, Any]) -> None:
        """One more event."""
        self.happened += 1


class _People(SQLiteTrackingRecorder):
    """The projection: one table, written in the transaction that moves the tracking."""

    def construct_create_table_statements(self) -> list[str]:
        """The tracking's, and the table of people."""
        table = "CREATE TABLE IF NOT EXISTS people (id TEXT PRIMARY KEY, events INT, last TEXT)"
        return [*super().construct_create_table_statements(), table]

    def project(self, happened: Sequence[tuple[str, str]], tracking: Tracking) -> None:
        """Write some events of people."""
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            for person, last in happened:
                cursor.execute(
                    "INSERT INTO people VALUES (?, 1, ?)"
                    " ON CONFLICT (id) DO UPDATE SET events = events + 1, last = excluded.last",
                    (person, last),
                )


def event_sourced(file: Path, folder: Path) -> Measured:
    """The `eventsourcing` library: five events a commit, and a projection of one table."""
    folder.mkdir()
    env = {
        "PERSISTENCE_MODULE": "eventsourcing.sqlite",
        "SQLITE_DBNAME": str(folder / "events.sqlite"),
    }
    events = of_people(file)
    timer = Timer()
    app: Application[UUID] = Application(env=env)
    commits = 0
    for subject, together in _by_person(events):
        try:
            person: Person = app.repository.get(Person.create_id(subject))
        except AggregateNotFoundError:
            person = Person(subject)
        for each in together:
            person.happen(each["type"], each["time"], each["data"])
        app.save(person)
        commits += 1
    people = _People(SQLiteDatastore(str(folder / "people.sqlite")))
    people.create_table()
    _project(app, people)
    return timer.measured(len(events), commits)


def _by_person(events: Sequence[dict[str, Any]]) -> Iterator[tuple[str, Sequence[dict[str, Any]]]]:
    waiting: dict[str, list[dict[str, Any]]] = {}
    for each in events:
        mine = waiting.setdefault(each["subject"], [])
        mine.append(each)
        if len(mine) == TOGETHER:
            yield each["subject"], waiting.pop(each["subject"])
    yield from waiting.items()


def _project(app: Application[UUID], people: _People) -> None:
    last = 0
    while found := app.notification_log.select(last + 1, limit=TOGETHER):
        happened = []
        for notification in found:
            told: Any = app.mapper.to_domain_event(notification)
            happened.append((str(told.originator_id), type(told).__name__))
        last = found[-1].id
        people.project(happened, Tracking(app.name, last))


class _Base(DeclarativeBase):
    pass


class StoredEvent(_Base):
    """An event as it came."""

    __tablename__ = "event"
    source: Mapped[str] = mapped_column(String(256), primary_key=True)
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    type: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(100), index=True)
    body: Mapped[bytes]


class StoredPerson(_Base):
    """A person as the table tells of it."""

    __tablename__ = "people"
    subject: Mapped[str] = mapped_column(String(100), primary_key=True)
    events: Mapped[int]
    last: Mapped[str] = mapped_column(String(64))


def with_an_orm(file: Path, folder: Path) -> Measured:
    """A consumer with SQLAlchemy's ORM: looks for each event, and writes it and its person."""
    events = of_people(file)
    engine = open_engine(f"sqlite:///{folder / 'orm.sqlite'}")
    _Base.metadata.create_all(engine)
    timer = Timer()
    commits = 0
    for start in range(0, len(events), ORM_COMMIT_EVENTS):
        together = events[start : start + ORM_COMMIT_EVENTS]
        with Session(engine) as session, session.begin():
            for each in together:
                _take(session, each)
        commits += 1
    measured = timer.measured(len(events), commits)
    engine.dispose()
    return measured


def _take(session: Session, told: dict[str, Any]) -> None:
    if session.get(StoredEvent, (told["source"], told["id"])) is not None:
        return
    body = orjson.dumps(told["data"])
    session.add(
        StoredEvent(
            source=told["source"],
            id=told["id"],
            type=told["type"],
            subject=told["subject"],
            body=body,
        )
    )
    person = session.get(StoredPerson, told["subject"])
    if person is None:
        person = StoredPerson(subject=told["subject"], events=0, last="")
        session.add(person)
    person.events += 1
    person.last = told["type"]
