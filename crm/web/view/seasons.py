"""The outcome chain at hand: computed once for what is recorded, not once for each page."""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import date
from threading import Lock

from sqlalchemy import Connection

from crm.funnels.queries import OutcomeChain, outcome_chain
from crm.journal.dead_letters import dead_positions
from crm.journal.progress import Progress, load_progress
from crm.scope import Scope

_CHAINS_AT_HAND = 8
_Key = tuple[Progress, int, date, date]


@dataclass
class Seasons:
    """Chains by what is recorded, and by period; the oldest goes first."""

    _chains: OrderedDict[_Key, OutcomeChain] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def chain(
        self, scope: Scope, connection: Connection, from_day: date, to_day: date
    ) -> OutcomeChain:
        """The chain of the entries of a period."""
        scope.require("numbers", "funnels are the company's")
        # An event that is taken back from the dead letters moves no position.
        left_out = len(dead_positions(connection))
        key = (load_progress(connection, "embedded"), left_out, from_day, to_day)
        with self._lock:
            found = self._chains.get(key)
        if found is None:
            found = outcome_chain(scope, connection, from_day, to_day)
            with self._lock:
                self._chains[key] = found
                while len(self._chains) > _CHAINS_AT_HAND:
                    self._chains.popitem(last=False)
        return found
