"""Kills of transactions: a statement or a commit that fails, before or after it took hold."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from sqlite3 import OperationalError as DriverError
from typing import Any
from unittest import mock

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

from crm.storage import statements
from tests.installations import Installation

Survive = Callable[[Callable[[], Any]], None]


class ProcessKilled(BaseException):
    """The process ended here: nothing that it had in memory is left."""


class Saboteur:
    """Fails at a statement or a commit to come, then keeps quiet until it is armed again."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.statements_left: int | None = None

    def arm(self) -> None:
        self.statements_left = self.random.choice((None, 0, 1, 2, 5, 9, 20, 60))

    def strike(self) -> None:
        if self.statements_left is None:
            return
        self.statements_left -= 1
        if self.statements_left < 0:
            self.statements_left = None
            if self.random.random() < 0.5:
                raise ProcessKilled
            raise OperationalError("killed", {}, DriverError("the disk went away"))

    def watch(self, engine: Engine) -> None:
        event.listen(engine, "before_cursor_execute", lambda *_: self.strike())
        commit = engine.dialect.do_commit

        def do_commit(connection: Any) -> None:
            self.strike()
            commit(connection)
            # It took hold, and nobody heard of it.
            self.strike()

        engine.dialect.do_commit = do_commit  # type: ignore[method-assign, assignment]


@contextmanager
def killed_now_and_then(installation: Installation, random: Random) -> Iterator[Survive]:
    """Gives the function that does something again and again until it went through."""
    saboteur = Saboteur(random)
    driver_connection = statements.driver_connection

    def struck_or_given(connection: Connection) -> Any:
        saboteur.strike()
        return driver_connection(connection)

    saboteur.watch(installation.engine)
    saboteur.watch(installation.keyring.engine)

    def survive(action: Callable[[], Any]) -> None:
        for _ in range(20):
            saboteur.arm()
            try:
                action()
                return
            except ProcessKilled:
                saboteur.statements_left = None
                installation.close()
                installation.open()
                saboteur.watch(installation.engine)
                saboteur.watch(installation.keyring.engine)
            except OperationalError:
                continue
        saboteur.statements_left = None
        action()

    # These go past the hook of the engine.
    with mock.patch.object(statements, "driver_connection", struck_or_given):
        yield survive
    saboteur.statements_left = None
