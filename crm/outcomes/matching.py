"""Which weights are in force: those of the document that was published last, in effective order."""

from collections.abc import Iterable, Sequence

from campaigns.events.people import MatchingPublished
from crm.identity.weights import Weights, weights_of
from crm.journal.logged_event import LoggedEvent
from crm.outcomes.creations import Created, create
from crm.outcomes.outcome import RECORDED
from crm.outcomes.parties import Thing
from crm.outcomes.voids import Outcomes, judge_voids


def judge_matching(
    events: Sequence[LoggedEvent],
) -> tuple[Outcomes, tuple[LoggedEvent, ...]]:
    """Every document of weights that was published, in effective order."""
    standing, outcomes = judge_voids(events)
    created: Created = {}
    for event in standing:
        if isinstance(event.data, MatchingPublished):
            create(event, created, outcomes, {}, _nothing)
    for event in standing:
        outcomes.setdefault(event.key, RECORDED)
    return outcomes, tuple(created.values())


def weights_in_force(published: Sequence[LoggedEvent]) -> Weights | None:
    """The weights of the last document; None: who is who by the deterministic rule alone."""
    last = published[-1].data if published else None
    if not isinstance(last, MatchingPublished) or not last.levels:
        return None
    rows = ((each.thing, each.level, each.centibits) for each in last.levels)
    return weights_of(last.version, last.link_centibits, last.ask_centibits, rows)


def ever_weighed(published: Iterable[LoggedEvent]) -> bool:
    """Whether cards are tied by what weights compare: they were once, so questions for an earlier
    time find them."""
    return any(isinstance(each.data, MatchingPublished) and each.data.levels for each in published)


def _nothing(_kind: str, _name: str) -> Thing | None:
    """A document speaks of nothing else."""
    return None
