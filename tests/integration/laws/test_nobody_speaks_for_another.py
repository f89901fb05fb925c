"""Whatever a dealer's credential sends: nothing changes that belongs to another party."""

from dataclasses import dataclass
from random import Random
from typing import Any

import orjson
from hypothesis import example, given
from hypothesis import strategies as st

from campaigns.times import rfc3339
from crm.intake.row_rights import forbidden_by_row
from tests.installations import Installation, Snapshot, clock
from tests.worlds import (
    ACTIVITIES,
    CARDS,
    CATEGORIES,
    CREDENTIALS,
    DEALERS,
    FEW,
    HOUR_US,
    MEMBERS,
    PURCHASES,
    START_US,
    Maker,
    Sent,
    may_say,
)

OF_OTHERS = {f"card/{name}" for name in CARDS}
OWNED_BY = {"card": "subject", "link": "subject", "copy_row": "subject", "conflict": "subject"}


@dataclass
class Office(Maker):
    """The company and the dealer D2: activities are D2's, so that D1 has none of theirs."""

    def send(self, type_name: str, subject: str, data: dict[str, Any], **how: Any) -> Sent:
        if subject.startswith("activity/") and data.get("dealer") == "D1":
            data = {**data, "dealer": "D2"}
        by = how.pop("by", None) or self.pick("company", "anna", "staff", "dealer2")
        if type_name in ("activity.planned", "card.registered", "member.enrolled", "purchase.made"):
            # So that each of them stands: whatever does not exist anybody may bring into being.
            by = "anna"
            data = {
                k: v for k, v in data.items() if (type_name, k) != ("member.enrolled", "card_id")
            }
        if CREDENTIALS[by].dealer == "D1" or not may_say(by, type_name, data):
            by = "anna" if type_name != "copy.acknowledged" else "dealer2"
        if type_name == "copy.acknowledged":
            data, subject = {**data, "dealer": "D2"}, "dealer/D2"
        return super().send(type_name, subject, data, by=by, **how)

    def begin(self, size: int) -> list[Sent]:
        """Everything that has a name is there before anything else happens."""
        for number, dealer in enumerate(DEALERS[:2]):
            data: dict[str, Any] = {
                "dealer": dealer,
                "contract_id": f"x{number}",
                "name": "经销商",
                "kind": "sub",
            }
            data |= {"regions": ["110000", "310000"], "starts_on": "2026-01-01"}
            self.send("dealer.contracted", f"dealer/{dealer}", data, by="anna", days=(0, 0))
        for names, make in (
            (ACTIVITIES, self.activity),
            (CARDS, self.card),
            (MEMBERS, self.member),
            (PURCHASES, self.purchase),
        ):
            for name in names:
                make(name)
        for name in CARDS:
            self.agreement(name, "share_with_dealer", dealer=self.pick("D1", "D2"))
        while len(self.made) < size:
            self.pick(self.consent, self.care, self.referral, self.earned, self.returned)()
        return [sent for sent in self.made if sent.by != "dealer"]


@dataclass
class Attacker(Maker):
    """All that D1 may hand over, about everybody, dated as it likes, under everybody's sources."""

    def send(self, type_name: str, subject: str, data: dict[str, Any], **how: Any) -> Sent:
        how["by"] = "dealer"
        how["days"] = self.pick((-300, -200), (0, 30), (40, 70))
        sent = super().send(type_name, subject, data, **how)
        received_us = max(sent.starts_us, START_US) + 80 * 24 * HOUR_US
        wire = {**sent.wire, "id": f"x{len(self.made)}", "receivedat": rfc3339(received_us)}
        self.made[-1] = Sent(wire, "dealer")
        return self.made[-1]

    def card(self, name: str) -> None:
        """A card whose person is nobody else's."""
        number = len(self.made)
        data = {"card_id": name, "person": {"name": f"赵{number}"}, "source_kind": "dealer"}
        self.send("card.registered", f"card/{name}", {**data, "dealer": "D1"})

    def rage(self, size: int) -> list[Sent]:
        """Anything at all."""
        names = (ACTIVITIES, MEMBERS, PURCHASES, CARDS)
        makes = (self.activity, self.member, self.purchase, self.card)
        rest = (self.consent, self.care, self.referral, self.returned, self.correction, self.death)
        more = (self.activity_event, self.member_event, self.identity, self.void_theirs)
        while len(self.made) < size:
            choice = self.random.randrange(4)
            if choice < 2:
                kind = self.random.randrange(4)
                makes[kind](self.pick(*names[kind], f"n{len(self.made)}"))
            else:
                self.pick(*rest, *more)()
        return [s for s in self.made if may_say("dealer", s.type_name, s.wire["data"])]

    def void_theirs(self) -> None:
        """Take back what the company wrote, under its own source."""
        source = self.pick("/sheets/s1", "/sheets/s2", "/phone/p1", "/hq")
        data = {"of_source": source, "of_id": f"e{self.random.randrange(60):03d}"}
        subject = f"card/{self.pick(*CARDS)}"
        self.send("event.voided", subject, {**data, "reason_code": "typed_wrong"}, source=source)

    def of_rows(self, size: int, cards: list[str]) -> list[Sent]:
        """All that may be said by rows, of the people whom D1 has rows of; no consent is proven."""
        makes = (self.consent, self.care, self.care, self.correction, self.death, self.returned)
        while len(self.made) < size:
            makes[self.random.randrange(len(makes))]()
        for card in cards:
            self.agreement(card, "share_with_dealer", dealer="D1", categories=[*CATEGORIES])
            self.agreement(card, "health")
        held = {f"card/{card}" for card in cards}
        return [
            Sent(sent.wire, "dealer", by_row=True)
            for sent in self.made
            if sent.wire["subject"] in held
            and may_say("dealer", sent.type_name, sent.wire["data"])
            and forbidden_by_row(sent.type_name, sent.wire["data"], CATEGORIES) is None
        ]


def cards_in_copies(found: Snapshot) -> set[tuple[str, str]]:
    """(dealer, card) of all that is in a copy."""
    return {(row[0], card) for row in found["copy_row"] for card in orjson.loads(row[3])}


def moved_to(dealer: str, said: list[Sent]) -> set[tuple[str, str]]:
    """(dealer, card) of whoever is said to live in the dealer's territory; all have the same."""
    return {
        (dealer, sent.wire["data"]["card_id"])
        for sent in said
        if sent.type_name == "card.corrected"
        and (sent.wire["data"].get("region") or "").startswith(("11", "31"))
    }


def of_others(found: Snapshot, events: list[Sent]) -> dict[str, set[tuple[Any, ...]]]:
    """What belongs to the company and to D2, or is about it."""
    said = {sent.key for sent in events}
    subjects = {
        *OF_OTHERS,
        *(f"activity/{n}" for n in ACTIVITIES),
        *(f"member/{n}" for n in MEMBERS),
    }
    kept = {
        name: {row for row in found[name] if subjects & set(map(str, row))}
        for name in ("card", "link", "copy_row", "activity", "member", "conflict", "follow_up")
    }
    kept["outcome"] = {row for row in found["outcome"] if row[0] in said and row[2] != "waiting"}
    kept["reward"] = {row for row in found["reward"] if set(PURCHASES) & set(map(str, row))}
    rewards = {row[0] for row in kept["reward"]}
    kept["ledger"] = {row for row in found["ledger balances"] if row[1] in rewards}
    return kept


@FEW
@given(st.integers(0, 2**48))
def test_nothing_of_another_party_changes_and_no_copy_gains(seed: int) -> None:
    office = Office(Random(seed)).begin(70)
    attack = Attacker(Random(seed + 1)).rage(60)
    with clock(door_us=START_US + 200 * 24 * HOUR_US), Installation() as installation:
        installation.accept(office)
        installation.work()
        before = of_others(installation.snapshot(), office)
        receipts = installation.accept(attack)
        assert any(receipt.status == "accepted" for receipt in receipts)
        installation.work()
        after = of_others(installation.snapshot(), office)
        for name, rows in before.items():
            assert after[name] == rows, (name, rows ^ after[name])


@FEW
@given(st.integers(0, 2**48))
@example(1_204_554_880_303)
@example(19_672)
def test_words_by_a_row_reach_that_person_alone_and_bring_nobody_into_a_copy(seed: int) -> None:
    office = Office(Random(seed)).begin(70)
    with clock(door_us=START_US + 200 * 24 * HOUR_US), Installation() as installation:
        installation.accept(office)
        installation.work()
        before = installation.snapshot()
        held = sorted(card for dealer, card in cards_in_copies(before) if dealer == "D1")
        said = Attacker(Random(seed + 1)).of_rows(60, held) if held else []
        agreed = [sent for sent in said if sent.type_name == "consent.given"]
        installation.accept([sent for sent in said if sent not in agreed])
        installation.work()
        after = installation.snapshot()
        # Who moved is the dealer's of that territory, if it was agreed so (decision 0061).
        gained = cards_in_copies(after) - cards_in_copies(before)
        assert gained <= moved_to("D2", said)
        assert after["link"] == before["link"]
        for name in ("activity", "member"):
            assert after[name] == before[name]
        apart = {f"card/{name}" for name in CARDS if name not in held}
        for subject in apart:
            ours = [{row for row in found["card"] if subject in row} for found in (before, after)]
            assert ours[0] == ours[1]
        installation.accept(agreed)
        installation.work()
        assert installation.snapshot()["copy_row"] == after["copy_row"]


def test_the_attacks_are_told_that_they_may_not() -> None:
    told = set()
    for seed in range(3):
        office, attack = Office(Random(seed)).begin(70), Attacker(Random(seed + 1)).rage(60)
        with clock(door_us=START_US + 200 * 24 * HOUR_US), Installation() as installation:
            installation.accept([*office, *attack])
            installation.work()
            sent = {each.key for each in attack}
            told |= {row[3] for row in installation.snapshot()["outcome"] if row[0] in sent}
    assert {None, "not_allowed", "card_taken", "already_exists"} <= told
