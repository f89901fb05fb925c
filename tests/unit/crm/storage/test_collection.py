"""When Python looks for cyclic garbage while much is recorded."""

import gc

from crm.storage.collection import gc_passed_over, gc_paused, gc_resumed


def test_nothing_is_looked_through_while_it_is_paused_and_everything_after() -> None:
    with gc_paused():
        assert not gc.isenabled()
        with gc_paused():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_what_lives_at_the_end_of_a_part_is_passed_over_until_all_parts_are_done() -> None:
    with gc_passed_over():
        kept = [[number] for number in range(1_000)]
    assert gc.isenabled()
    assert gc.get_freeze_count() > len(kept)
    gc_resumed()
    assert gc.get_freeze_count() == 0
