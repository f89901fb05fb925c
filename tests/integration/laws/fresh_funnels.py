"""Funnels as they are kept, and as they are read anew."""

from datetime import timedelta

from crm.funnels.answers import FunnelResult, answer
from crm.funnels.definition import ChainKind, EntryRule, Funnel, parse_step, parse_window
from crm.funnels.engine import walks_of
from crm.funnels.money import spent_fen
from crm.funnels.stored import Stored
from crm.storage.database import reading
from tests.installations import Installation
from tests.worlds import FIRST_DAY

STEPS = (
    ("activity.attended", "purchase.made"),
    ("activity.attended:kind=free_clinic", "activity.attended", "trial.started"),
    ("card.registered", "referral.received"),
    ("consent.given", "purchase.made"),
    ("referral.given", "purchase.made"),
    ("purchase.made:channel=dealer",),
    ("card.registered", "gift.given", "complaint.raised"),
)


def answers(stored: Stored) -> list[tuple[FunnelResult, int]]:
    """Each funnel, and what its people bought."""
    found = []
    for steps in STEPS:
        for kind in ChainKind:
            funnel = Funnel(
                tuple(map(parse_step, steps)),
                FIRST_DAY - timedelta(days=30),
                FIRST_DAY + timedelta(days=90),
                parse_window("60d"),
                kind,
                EntryRule.BEST,
                "dealer",
            )
            spent = spent_fen(stored.columns, walks_of(funnel, stored.columns))
            found.append((answer(funnel, stored.columns), int(spent.sum())))
    return found


def read_anew(installation: Installation) -> list[tuple[FunnelResult, int]]:
    stored = Stored()
    with reading(installation.engine) as connection:
        stored.refresh(connection)
    return answers(stored)
