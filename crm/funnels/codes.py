"""Texts as small whole numbers: the values of a field, the names of people."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
NONE = -1
"""The code of no text."""


@dataclass(slots=True)
class Codes:
    """Every text that was met, numbered from 0 in the order in which they came."""

    texts: list[str] = field(default_factory=list)
    _codes: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Codes":
        """With these, which differ from each other."""
        kept = list(texts)
        return cls(kept, dict(zip(kept, range(len(kept)), strict=True)))

    def __len__(self) -> int:
        return len(self.texts)

    def code(self, text: str) -> int:
        """That of a text, a new one where it was not met before."""
        code = self._codes.get(text)
        if code is None:
            code = self._codes[text] = len(self.texts)
            self.texts.append(text)
        return code

    def known(self, text: str) -> int | None:
        """That of a text, None where it was not met."""
        return self._codes.get(text)

    def text(self, code: int) -> str | None:
        """The text of a code; None of NONE."""
        return None if code == NONE else self.texts[code]


def fitting(values: Array, like: Array | None = None) -> Array:
    """The values in the narrowest signed integers that hold them, and those of `like`."""
    highest = int(values.max(initial=0))
    if like is not None and len(like):
        highest = max(highest, int(np.iinfo(like.dtype).max) if like.dtype != np.int8 else 0)
    return values.astype(np.min_scalar_type(-highest - 1), copy=False)


def present(codes: Array) -> Array:
    """The different ones among some codes, rising."""
    return np.asarray(np.flatnonzero(np.bincount(codes.astype(np.intp) - NONE)) + NONE)
