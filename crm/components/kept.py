"""Components that were found, and their folds, kept at hand from one segment to the next.

What is kept is true as long as nobody else records; after a failure everything is forgotten. A
phone that is on too many cards ties nobody, and may do so again when one of them goes: components
with such a phone are not kept.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field

from crm.components.fold import Fold

HOMES_KEPT = 200_000
FOLDED_EVENTS_KEPT = 30_000


@dataclass(eq=False, slots=True)
class Component:
    """Homes that belong together, and what their events come to where that is at hand."""

    homes: frozenset[str]
    fold: Fold | None = None


@dataclass
class KeptComponents:
    """By home; the folds that were used last, up to a number of events."""

    _of: dict[str, Component] = field(default_factory=dict)
    _folded: OrderedDict[Component, int] = field(default_factory=OrderedDict)
    _events: int = 0

    def of(self, home: str) -> Component | None:
        """The component of a home; None where it must be looked for."""
        return self._of.get(home)

    def keep(self, homes: Iterable[str], fold: Fold) -> None:
        """From now on these belong together, and nobody else with any of them."""
        together = frozenset(homes)
        component = self._of.get(next(iter(together)))
        if component is None or component.homes != together:
            for home in together:
                self.drop(home)
            component = Component(together)
            if len(self._of) > HOMES_KEPT:
                self.forget_everything()
            self._of.update(dict.fromkeys(together, component))
        self._keep_fold(component, fold.settled())

    def drop(self, home: str) -> None:
        """The component of a home, with all that its events say."""
        component = self._of.get(home)
        if component is not None:
            for each in component.homes:
                del self._of[each]
            self._events -= self._folded.pop(component, 0)
            component.fold = None

    def forget_everything(self) -> None:
        """After a failed transaction, or when somebody else may have written."""
        self._of.clear()
        self._folded.clear()
        self._events = 0

    def _keep_fold(self, component: Component, fold: Fold) -> None:
        self._events += len(fold.events) - self._folded.pop(component, 0)
        component.fold = fold
        self._folded[component] = len(fold.events)
        while self._events > FOLDED_EVENTS_KEPT and len(self._folded) > 1:
            oldest, events = self._folded.popitem(last=False)
            oldest.fold = None
            self._events -= events
