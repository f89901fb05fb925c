"""What a dealer's funnel tells hangs on the rows of its copy alone.

Its own activities tell of what kind they are: these it knows, as it carries them out.
"""

from collections.abc import Iterator
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from campaigns.times import day_start_us, parse_instant_us, shanghai_day
from crm.activities.tables import ACTIVITY
from crm.copies.queries import copy_now
from crm.funnels.definition import ChainKind, EntryRule
from crm.funnels.document import Document
from crm.funnels.queries import Funnels
from crm.funnels.report import Listed, Question, Report
from crm.funnels.touchpoint import Touchpoint
from crm.scope import dealer_scope
from crm.storage.database import reading
from tests.installations import Installation, clock
from tests.integration.laws.dealers_sales import sold
from tests.unit.crm.funnels.naive_funnel import naive_funnel
from tests.worlds import CARDS, CLOCK_US, DEALERS, FEW, Maker, Sent

TODAY = shanghai_day(CLOCK_US)
DOCUMENTS = (
    Document(
        ("activity.attended", "trial.started", "purchase.made"),
        "60d",
        last_days=200,
        by=("month", "sex", "city", "dealer", "source"),
        without=("complaint.raised",),
    ),
    Document(("purchase.made",), last_days=200, without=("gift.given:item=book",)),
    Document(("clinic.consulted", "purchase.made"), last_days=200, kind=ChainKind.ANY),
    Document(("club.joined", "follow_up.done"), last_days=200, kind=ChainKind.STRICT),
    Document(
        ("activity.attended:kind=promotion", "activity.attended"),
        last_days=200,
        entry=EntryRule.FIRST,
        by=("activity_kind",),
    ),
    Document(("gift.given", "complaint.raised"), last_days=200),
    Document(("card.registered", "consent.given:purpose=marketing"), last_days=200),
)


class Unseen(Maker):
    """Says what no row of any copy tells: of cards that share nothing, and what no category has."""

    def say(self, type_name: str, card: str, **more: Any) -> None:
        self.send(type_name, f"card/{card}", {"card_id": card, **more}, by="company")

    def said(self) -> list[Sent]:
        known = len(self.made)
        for number in range(6):
            card = f"n{number}"
            person = {"name": f"司马无闻{number}"}
            self.say("card.registered", card, person=person, contact={}, source_kind="walk_in")
            self.say("activity.attended", card, activity_id=self.pick("a1", "a2"))
            bought = {"sku": "four-box", "quantity": 1, "unit_price_fen": 1, "channel": "dealer"}
            self.say("purchase.made", card, purchase_id=f"n{number}", **bought)
            self.say("club.joined", card, club="夕阳红")
            if self.once_in(2):
                # A second card of somebody who may be in a copy, and says nothing there.
                other = {"other_card_id": card, "reason_code": "asked"}
                self.say("identity.same", self.pick(*CARDS), **other)
        for card in (*CARDS, "n0", "n1"):
            self.say("gift.given", card, item=self.pick("book", "pen"), value_fen=1)
            self.say("complaint.raised", card, complaint_id=f"k-{card}", kind="product")
            how = {"notice_version": "3", "method": "paper", "by": "self"}
            self.say("consent.given", card, purpose="marketing", **how)
        return self.made[known:]


def sold_to() -> st.SearchStrategy[list[Sent]]:
    """Such worlds."""
    return st.integers(0, 2**48).map(sold)


def reports(funnels: Funnels, dealer: str) -> list[Report]:
    scope = dealer_scope(dealer)
    return [funnels.report(scope, Question(each, TODAY, listed=Listed(1))) for each in DOCUMENTS]


def rows_of(installation: Installation, dealer: str) -> list[dict[str, Any]]:
    with reading(installation.engine) as connection:
        return [row.content for row in copy_now(dealer_scope(dealer), connection, dealer)]


def own_activities(installation: Installation, dealer: str) -> dict[str, dict[str, Any]]:
    with reading(installation.engine) as connection:
        found = connection.execute(select(ACTIVITY).where(ACTIVITY.c.dealer == dealer))
        return {row.activity_id: row._asdict() for row in found}


def touchpoints(rows: list[dict[str, Any]], own: dict[str, dict[str, Any]]) -> Iterator[Touchpoint]:
    """By the letter: each item of a row is one, but for what was left or came back whole."""
    number = 0
    for row in rows:
        for item in (*row.get("history", ()), *row.get("purchases", ())):
            number += 1
            type_name = item.get("type", "purchase.made")
            if type_name == "club.left" or item.get("returned") == item.get("quantity", -1):
                continue
            starts_us = parse_instant_us(item["time"])
            midnight_us = day_start_us(shanghai_day(starts_us))
            by_day = item.get("timeprecision") == "day" or (
                type_name == "purchase.made" and starts_us == midnight_us
            )
            starts_us = midnight_us if by_day else starts_us
            activity = own.get(item.get("activity_id"), {})
            lent = {name: activity.get(name) for name in ("kind", "programme", "dealer", "region")}
            # Attendances elsewhere say not where: each is one of its own.
            fields = {"activity_id": f"elsewhere-{number}", **lent, **item}
            order = (starts_us, number, "", "")
            yield Touchpoint(row["key"], type_name, starts_us, by_day, order, fields)


@FEW
@given(sold_to(), st.integers(0, 2**32).map(Random))
def test_two_worlds_with_equal_copies_give_the_dealer_equal_answers(
    events: list[Sent], random: Random
) -> None:
    with clock(), Installation() as installation:
        installation.accept(events)
        installation.work()
        before = {dealer: rows_of(installation, dealer) for dealer in DEALERS}
        funnels = Funnels(installation.engine)
        told = {dealer: reports(funnels, dealer) for dealer in DEALERS}
        receipts = installation.accept(Unseen(random, made=list(events)).said())
        assert {receipt.status for receipt in receipts} == {"accepted"}
        installation.work()
        for dealer in DEALERS:
            # A card more may keep two others of a person apart, and so change rows: hardly ever.
            if rows_of(installation, dealer) == before[dealer]:
                assert reports(funnels, dealer) == told[dealer]


@FEW
@given(sold_to())
def test_a_dealers_funnel_is_what_it_would_count_by_hand(events: list[Sent]) -> None:
    """Of its copy as it is now, whatever the one before was like."""
    with clock(), Installation() as installation:
        funnels = Funnels(installation.engine)
        for piece in (events[:60], events[60:]):
            installation.accept(piece)
            installation.work()
            for dealer in DEALERS:
                rows = rows_of(installation, dealer)
                held = list(touchpoints(rows, own_activities(installation, dealer)))
                assert_counted(reports(funnels, dealer), rows, held)


def assert_counted(found: list[Report], rows: list[dict[str, Any]], held: list[Touchpoint]) -> None:
    for document, report in zip(DOCUMENTS, found, strict=True):
        counted = naive_funnel(document.funnel(TODAY), held)
        # No copy holds what these leave out.
        assert report.left_out == 0
        people = [step.people for step in report.steps]
        assert people == [number for number, _median in counted["steps"]]
        assert set(report.listed or ()) == counted["people"][0]
    items = [
        item for row in rows for name in ("history", "purchases") for item in row.get(name, ())
    ]
    assert found[0].touchpoints == sum(item.get("type") != "club.left" for item in items)


def test_the_worlds_of_these_laws_have_copies_that_count_somebody() -> None:
    """So that they are about something."""
    with clock(), Installation() as installation:
        installation.accept(sold(7))
        installation.work()
        funnels = Funnels(installation.engine)
        found = [report for dealer in DEALERS for report in reports(funnels, dealer)]
    for at in (0, 1):
        assert sum(report.steps[at].people for report in found if len(report.steps) > at) > 2
