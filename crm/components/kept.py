"""Components that were found, and their folds, kept at hand from one chunk to the next.

What is kept is true as long as nobody else records; after a failure everything is forgotten. A
phone that is on too many cards ties nobody, and may do so again when one of them goes: components
with such a phone are not kept.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field

from crm.components.fold import Fold
from crm.components.packed import packed, unpacked
from crm.journal.logged_event import LoggedEvent

SUBJECTS_KEPT = 200_000
FOLDED_EVENTS_KEPT = 20_000
PACKED_BYTES_KEPT = 64 * 2**20


@dataclass(eq=False, slots=True)
class Component:
    """Subjects that belong together, and what their events come to: objects, bytes, or not."""

    subjects: frozenset[str]
    fold: Fold | None = None
    packed: bytes = b""


@dataclass
class KeptComponents:
    """By subject; the folds that were used last, up to a number of events, and others as bytes."""

    _of: dict[str, Component] = field(default_factory=dict)
    _folded: OrderedDict[Component, int] = field(default_factory=OrderedDict)
    _events: int = 0
    _packed: OrderedDict[Component, None] = field(default_factory=OrderedDict)
    _bytes: int = 0

    def of(self, subject: str) -> Component | None:
        """The component of a subject; None where it must be looked for."""
        return self._of.get(subject)

    def fold_of(self, component: Component) -> Fold | None:
        """What its events come to; None where that is not at hand."""
        if component.fold is None and component.packed:
            fold = unpacked(component.packed)
            self._unpack(component)
            self._hold(component, fold)
        return component.fold

    def events_of(self, subject: str) -> list[LoggedEvent] | None:
        """The history of a subject; None where it is not at hand."""
        component = self._of.get(subject)
        fold = None if component is None else self.fold_of(component)
        return (
            None if fold is None else [event for event in fold.events if event.subject == subject]
        )

    def keep(self, subjects: Iterable[str], fold: Fold) -> None:
        """From now on these belong together, and nobody else with any of them."""
        together = frozenset(subjects)
        component = self._of.get(next(iter(together)))
        if component is None or component.subjects != together:
            for subject in together:
                self.drop(subject)
            component = Component(together)
            if len(self._of) > SUBJECTS_KEPT:
                self.forget_everything()
            self._of.update(dict.fromkeys(together, component))
        self._unpack(component)
        self._hold(component, fold.settled())
        self._shrink()

    def drop(self, subject: str) -> None:
        """The component of a subject, with all that its events say."""
        component = self._of.get(subject)
        if component is not None:
            for each in component.subjects:
                del self._of[each]
            self._events -= self._folded.pop(component, 0)
            self._unpack(component)
            component.fold = None

    def forget_everything(self) -> None:
        """After a failed transaction, or when somebody else may have written."""
        self._of.clear()
        self._folded.clear()
        self._packed.clear()
        self._events = self._bytes = 0

    def _hold(self, component: Component, fold: Fold) -> None:
        self._events += len(fold.events) - self._folded.pop(component, 0)
        component.fold = fold
        self._folded[component] = len(fold.events)

    def _unpack(self, component: Component) -> None:
        self._bytes -= len(component.packed)
        self._packed.pop(component, None)
        component.packed = b""

    def _shrink(self) -> None:
        while self._events > FOLDED_EVENTS_KEPT and len(self._folded) > 1:
            oldest, events = self._folded.popitem(last=False)
            self._events -= events
            self._pack(oldest)
        while self._bytes > PACKED_BYTES_KEPT:
            oldest, _ = self._packed.popitem(last=False)
            self._bytes -= len(oldest.packed)
            oldest.packed = b""

    def _pack(self, component: Component) -> None:
        if component.fold is not None:
            component.packed = packed(component.fold)
            component.fold = None
            self._bytes += len(component.packed)
            self._packed[component] = None
