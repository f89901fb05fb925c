"""A dealer's side: pages are read strictly, and versions make any delivery end the same."""

from random import Random

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.copies.replica import (
    LineInvalid,
    Page,
    PageEnd,
    RowChange,
    differing,
    newer,
    next_after,
    read_page,
    tells_less,
)

END = b'{"kind":"page","next_after":9,"last":9,"rows":1,"at":"2026-05-03T10:05:00Z"}'
UPSERT = b'{"sequence":3,"key":"ab","kind":"upsert","row":{"key":"ab","deceased":false}}'
WITHDRAW = b'{"sequence":9,"key":"cd","kind":"withdraw","reason_class":"erased"}'


def test_a_whole_page_is_its_changes_and_its_end() -> None:
    page = read_page([UPSERT, WITHDRAW, END])
    assert page.changes == (
        RowChange(3, "ab", b'{"deceased":false,"key":"ab"}'),
        RowChange(9, "cd", None, "erased"),
    )
    assert page.end == PageEnd(9, 9, 1, "2026-05-03T10:05:00Z")


def test_nothing_comes_after_the_end_of_a_page() -> None:
    with pytest.raises(LineInvalid):
        read_page([END, UPSERT])


def test_a_page_without_its_end_was_cut_off() -> None:
    assert read_page([UPSERT]).end is None


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"7",
        b"[]",
        b"{}",
        UPSERT[:-1],
        UPSERT.replace(b'"row":{"key":"ab"', b'"row":{"key":"cd"'),
        UPSERT.replace(b"upsert", b"insert"),
        UPSERT.replace(b'"sequence":3', b'"sequence":-3'),
        UPSERT.replace(b'"sequence":3', b'"sequence":9007199254740992'),
        UPSERT.replace(b'"sequence":3', b'"sequence":true'),
        UPSERT.replace(b'"row":{"key":"ab","deceased":false}', b'"row":7'),
        WITHDRAW.replace(b',"reason_class":"erased"', b""),
        END.replace(b'"last":9', b'"last":"9"'),
    ],
)
def test_what_is_no_change_is_refused_and_nothing_of_it_is_told(line: bytes) -> None:
    with pytest.raises(LineInvalid) as error:
        read_page([line])
    assert "ab" not in str(error.value).split()


@given(st.integers(0, 2**32))
def test_any_delivery_of_all_changes_ends_with_the_same_rows(seed: int) -> None:
    random = Random(seed)
    keys = ("a", "b", "c")
    changes = [
        RowChange(n, random.choice(keys), random.choice((None, b"%d" % n)), None)
        for n in range(1, random.randrange(2, 12))
    ]
    last = {change.key: change for change in changes}
    delivered = [*changes, *random.choices(changes, k=5)]
    random.shuffle(delivered)
    held: dict[str, RowChange] = {}
    while delivered:
        piece = [delivered.pop() for _ in range(min(len(delivered), random.randrange(1, 5)))]
        for change in newer(piece, {key: row.sequence for key, row in held.items()}):
            held[change.key] = change
    assert held == last


def test_what_is_held_already_is_not_applied_again() -> None:
    change = RowChange(5, "a", b"x")
    assert newer([change], {"a": 5}) == []
    assert newer([change], {"a": 4}) == [change]


def test_a_page_that_was_cut_off_is_gone_on_with_after_its_last_line() -> None:
    cut = Page((RowChange(3, "a", b"x"), RowChange(7, "b", b"y")), None)
    assert next_after(2, cut) == 7
    assert next_after(2, Page(tuple(reversed(cut.changes)), None)) == 2
    assert next_after(2, Page((), None)) == 2
    assert next_after(2, Page(cut.changes, PageEnd(9, 9, 2, ""))) == 9
    assert next_after(12, Page((), PageEnd(9, 9, 2, ""))) == 12


def test_a_row_that_loses_a_category_tells_less() -> None:
    both = orjson.dumps({"key": "a", "identity": {}, "contact": {}})
    one = orjson.dumps({"key": "a", "identity": {"names": ["王"]}})
    assert tells_less(both, one)
    assert not tells_less(one, both)
    assert not tells_less(both, both)


def test_what_only_one_side_has_differs() -> None:
    assert differing({"a": 1, "b": 2}, {"b": 2, "c": 3}) == ["a", "c"]
    assert differing({"a": 1}, {"a": 2}) == ["a"]
    assert differing({"a": 1}, {"a": 1}) == []
