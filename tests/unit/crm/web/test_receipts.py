"""From a body to receipts: in slices, in order, and nothing of the request but what is needed."""

from collections.abc import Sequence

import orjson
import pytest

from campaigns.intake import HEADQUARTERS, Credential, Receipt
from crm.web.api.cloudevents_http import LINES
from crm.web.api.problems import Problem
from crm.web.api.receipts import EVENTS_OF_A_SLICE, answered, describing
from crm.web.guards.large_bodies import HandedOver

HANDED_OVER = HandedOver([("content-type", LINES)], HEADQUARTERS, "en")


class Door:
    """Takes slices until the disk is full."""

    def __init__(self, full_after: int | None = None) -> None:
        self.slices: list[int] = []
        self.full_after = full_after

    def accept(
        self,
        lines: Sequence[bytes],
        credential: Credential,
        *,
        history: bool = False,
        received_us: int | None = None,
    ) -> list[Receipt]:
        """Each is taken under its line."""
        if len(self.slices) == self.full_after:
            raise OSError(28, "no space left")
        self.slices.append(len(lines))
        return [Receipt("accepted", "/s", line.decode()) for line in lines]


@pytest.mark.parametrize("count", [0, 1, EVENTS_OF_A_SLICE, EVENTS_OF_A_SLICE + 1, 1_000])
def test_there_is_one_receipt_for_each_event_in_order_however_many_slices(count: int) -> None:
    door = Door()
    body = b"\n".join(b"%d" % number for number in range(count))
    receipts = orjson.loads(answered(door, HANDED_OVER, body).body)["receipts"]
    assert [receipt["id"] for receipt in receipts] == [str(number) for number in range(count)]
    assert all(size <= EVENTS_OF_A_SLICE for size in door.slices)


def test_of_a_body_that_was_cut_short_nobody_says_that_nothing_was_kept() -> None:
    with pytest.raises(Problem) as refused:
        answered(Door(full_after=1), HANDED_OVER, b"1\n" * (EVENTS_OF_A_SLICE + 1))
    assert (refused.value.status, "duplicate" in refused.value.detail) == (507, True)
    with pytest.raises(OSError, match="no space"):
        answered(Door(full_after=0), HANDED_OVER, b"1\n" * (EVENTS_OF_A_SLICE + 1))


def test_neither_token_nor_cookie_goes_with_the_body() -> None:
    sent = [("authorization", "Bearer x"), ("cookie", "y"), ("content-type", LINES), ("ce-id", "1")]
    assert describing(sent) == [("content-type", LINES), ("ce-id", "1")]
