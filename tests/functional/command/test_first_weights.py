"""A new folder may begin with weights; one that has events is left as it is."""

import pytest

from crm.identity.default_weights import SHIPPED
from tests.examples import an_event, written
from tests.functional.command.running import Jinxi


def card(card_id: str, name: str) -> bytes:
    """Two of these differ by a slip in the name: too little for the rule, enough by weight."""
    person = {"name": name, "birth_date": "1949-12-31", "sex": "male"}
    contact = {"phones": ["13912340009"], "address": "和平路9号"}
    data = {"card_id": card_id, "person": person, "contact": contact, "source_kind": "walk_in"}
    return written(an_event("card.registered", data, id=f"e-{card_id}", source="/hq"))


CARDS = b"\n".join((card("T1", "李建国"), card("T2", "李建□")))


def people(jinxi: Jinxi) -> set[str]:
    jinxi("accept", "-", stdin=CARDS)
    jinxi("work", "--until-idle")
    return {jinxi("archive", name, "--json").only["person_id"] for name in ("T1", "T2")}


EVENT = ("event", "/jinxi/first-start", SHIPPED.version, "--json")


def test_a_new_folder_begins_as_its_setting_says(
    jinxi: Jinxi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JINXI_MATCHING", "weights")
    assert len(people(jinxi)) == 1
    assert jinxi(*EVENT).only["outcome"] == "recorded"


def test_the_rule_alone_stands_where_nothing_is_set(jinxi: Jinxi) -> None:
    assert len(people(jinxi)) == 2
    jinxi(*EVENT, status=1)


def test_a_folder_that_has_events_is_left_as_it_is(
    jinxi: Jinxi, monkeypatch: pytest.MonkeyPatch
) -> None:
    jinxi("accept", "-", stdin=CARDS)
    monkeypatch.setenv("JINXI_MATCHING", "weights")
    assert len(people(jinxi)) == 2
    jinxi(*EVENT, status=1)
