"""Rows of the journal as messages carry them."""

from typing import Any

ROW: dict[str, Any] = {
    "source": "/phones/1",
    "id": "e1",
    "type": "activity.attended",
    "subject": "card/C1",
    "time": "2026-03-02T09:00:00+08:00",
    "starts_us": 1_772_413_200_000_000,
    "day_precision": False,
    "sequence": -(2**53) + 1,
    "received_us": 1_772_413_200_000_001,
    "actor": "staff-1",
    "role": "staff",
    "plain": b'{"activity_id":"A1","card_id":"C1"}',
    "sealed": b"\x00\xff sealed",
    "content_hash": b"\x01" * 32,
    "twin_hash": None,
    "by_row": True,
    "evidenced": False,
}
