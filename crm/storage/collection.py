"""Python's search for cyclic garbage, put off while much is made at once."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def gc_paused() -> Iterator[None]:
    """No search for cyclic garbage: a batch makes much that lives and hardly a cycle."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextmanager
def gc_passed_over() -> Iterator[None]:
    """The same, and what lives at the end is not looked through either, until gc_resumed()."""
    with gc_paused():
        yield
        gc.freeze()


def gc_resumed() -> None:
    """Everything is looked through again."""
    gc.unfreeze()
