"""Which events are taken back by `event.voided`, and which of those voids hold."""

from collections.abc import Callable, Sequence

from campaigns.events.upkeep import EventVoided
from crm.journal.logged_event import COMPANY, EventKey, LoggedEvent, party_of
from crm.outcomes.outcome import RECORDED, VOIDED, Outcome, rejected, waiting

_DAY = "day.reached"
NEVER_VOIDED = frozenset({"card.erased", "event.voided", _DAY})
"""The passing of a day is the CRM's own void, and nobody else takes it back."""
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
    voids = [event for event in events if event.type_name == "event.voided"]
    if not voids:
        return list(events), {}
    by_key = {event.key: event for event in events}
    outcomes: Outcomes = {}
    for void in voids:
        outcome = _judge(void, by_key, is_erased)
        outcomes[void.key] = outcome
        if outcome is RECORDED:
            assert isinstance(void.data, EventVoided)
            outcomes[EventKey(void.data.of_source, void.data.of_id)] = VOIDED
    standing = [event for event in events if event.key not in outcomes]
    return standing, outcomes


def _judge(
    void: LoggedEvent,
    by_key: dict[EventKey, LoggedEvent],
    is_erased: Callable[[LoggedEvent], bool],
) -> Outcome:
    assert isinstance(void.data, EventVoided)
    target = by_key.get(EventKey(void.data.of_source, void.data.of_id))
    if target is None or target.subject != void.subject:
        return waiting("event", f"{void.data.of_source}/{void.data.of_id}")
    if target.type_name == _DAY and void.role == "system":
        return RECORDED
    if not may_take_back((void.source, void.role), (target.source, target.role)):
        return rejected("not_allowed")
    if target.type_name in NEVER_VOIDED:
        return rejected("not_voidable")
    return rejected("erased") if is_erased(void) else RECORDED


def may_take_back(void: tuple[str, str], target: tuple[str, str]) -> bool:
    """Whether who says a void may say it of that event; each as (source, role of who said it)."""
    (source, role), (of_source, of_role) = void, target
    if source != of_source and role not in _MAY_VOID_ANYTHING:
        return False
    return party_of(role) in (COMPANY, party_of(of_role))


def may_void_anything(role: str) -> bool:
    """Whether somebody takes back also what others said."""
    return role in _MAY_VOID_ANYTHING
