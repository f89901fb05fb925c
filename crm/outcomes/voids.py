"""Which events are taken back by `event.voided`, and which of those words hold."""

from collections.abc import Callable, Sequence

from campaigns.events.upkeep import EventVoided
from crm.journal.logged_event import COMPANY, EventKey, LoggedEvent, party_of
from crm.outcomes.outcome import RECORDED, VOIDED, Outcome, rejected, waiting

_DAY = "day.reached"
NEVER_VOIDED = frozenset({"card.erased", "event.voided", _DAY})
"""The passing of a day is the CRM's own word, and nobody else takes it back."""
_MAY_VOID_ANYTHING = frozenset({"headquarters", "system"})

Outcomes = dict[EventKey, Outcome]


def nothing_erased(_event: LoggedEvent) -> bool:
    """For histories in which nothing can be erased."""
    return False


def judge_voids(
    events: Sequence[LoggedEvent],
    is_erased: Callable[[LoggedEvent], bool] = nothing_erased,
) -> tuple[list[LoggedEvent], Outcomes]:
    """(the events that stand, outcomes of every void and of what is voided).

    A void and its target have the same subject; a target elsewhere is not found.
    """
    words = [event for event in events if event.type_name == "event.voided"]
    if not words:
        return list(events), {}
    by_key = {event.key: event for event in events}
    outcomes: Outcomes = {}
    for word in words:
        outcome = _judge(word, by_key, is_erased)
        outcomes[word.key] = outcome
        if outcome is RECORDED:
            assert isinstance(word.data, EventVoided)
            outcomes[EventKey(word.data.of_source, word.data.of_id)] = VOIDED
    standing = [event for event in events if event.key not in outcomes]
    return standing, outcomes


def _judge(
    word: LoggedEvent,
    by_key: dict[EventKey, LoggedEvent],
    is_erased: Callable[[LoggedEvent], bool],
) -> Outcome:
    assert isinstance(word.data, EventVoided)
    target = by_key.get(EventKey(word.data.of_source, word.data.of_id))
    if target is None or target.subject != word.subject:
        return waiting("event", f"{word.data.of_source}/{word.data.of_id}")
    if target.type_name == _DAY and word.role == "system":
        return RECORDED
    if target.type_name in NEVER_VOIDED:
        return rejected("not_voidable")
    if not may_take_back((word.source, word.role), (target.source, target.role)):
        return rejected("not_allowed")
    return rejected("erased") if is_erased(word) else RECORDED


def may_take_back(word: tuple[str, str], target: tuple[str, str]) -> bool:
    """Whether who says a void may say it of that event; each as (source, role of who said it)."""
    (source, role), (of_source, of_role) = word, target
    if source != of_source and role not in _MAY_VOID_ANYTHING:
        return False
    return party_of(role) in (COMPANY, party_of(of_role))


def may_void_anything(role: str) -> bool:
    """Whether somebody takes back also what others said."""
    return role in _MAY_VOID_ANYTHING
