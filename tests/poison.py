"""One event that breaks the recording wherever it takes part, until the patch is undone."""

from collections.abc import Callable
from typing import Any

import pytest

from crm.components.fold import Fold
from tests.worlds import Sent

Poison = Callable[[Sent, Exception], None]


def poison_by(monkeypatch: pytest.MonkeyPatch) -> Poison:
    """Makes the evaluation fail wherever an event takes part; undone by `monkeypatch.undo`."""

    def spoil(sent: Sent, error: Exception) -> None:
        sound = Fold.judged.func  # type: ignore[attr-defined]

        def judged(self: Fold) -> Any:
            if any(event.key == sent.key for event in self.events):
                raise error
            return sound(self)

        monkeypatch.setattr(Fold, "judged", property(judged))

    return spoil
