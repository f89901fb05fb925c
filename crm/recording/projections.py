"""The projections of evaluated components: one line each. A new view is one more line here."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table

from crm.archives.projection import conflict_rows
from crm.archives.tables import CONFLICT
from crm.components.evaluation import Evaluation
from crm.copies.keys import row_keys
from crm.copies.projection import copy_table_rows, wake_day_rows
from crm.copies.tables import COPY_ROW, WAKE_DAY
from crm.follow_ups.projection import follow_up_rows
from crm.follow_ups.tables import FOLLOW_UP
from crm.keyring.keyring import Keyring
from crm.outcomes.projection import outcome_rows
from crm.outcomes.tables import OUTCOME
from crm.people.projection import card_rows, link_rows, person_rows
from crm.people.tables import CARD, LINK, PERSON


@dataclass(frozen=True, slots=True)
class Keys:
    """What projections need besides facts: keyed hashes of the installation."""

    copy_row: Callable[[str, str], str]

    @classmethod
    def of(cls, keyring: Keyring) -> "Keys":
        """Those of an installation."""
        return cls(row_keys(keyring.secret("copies")))


@dataclass(frozen=True, slots=True)
class Projection:
    """A table, owned by homes, and the function that gives its rows."""

    table: Table
    rows: Callable[[Evaluation, Keys], Iterable[dict[str, Any]]]


PROJECTIONS = (
    Projection(OUTCOME, lambda known, _: outcome_rows(known.events, known.outcomes)),
    Projection(CARD, lambda known, _: card_rows(known)),
    Projection(LINK, lambda known, _: link_rows(known)),
    Projection(PERSON, lambda known, _: person_rows(known)),
    Projection(COPY_ROW, lambda known, keys: copy_table_rows(known, keys.copy_row)),
    Projection(CONFLICT, lambda known, _: conflict_rows(known)),
    Projection(FOLLOW_UP, lambda known, _: follow_up_rows(known)),
    Projection(WAKE_DAY, lambda known, _: wake_day_rows(known)),
)
