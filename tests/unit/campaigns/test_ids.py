"""Identifiers are those that anybody computes from the contract."""

from uuid import uuid5

from hypothesis import given
from hypothesis import strategies as st

from campaigns.ids import NAMESPACE, derived_id


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=4))
def test_a_derived_id_is_the_uuid_of_its_parts(parts: list[str]) -> None:
    assert derived_id(*parts) == str(uuid5(NAMESPACE, "/".join(parts)))
