"""What every way to run keeps: journal or Kafka, SQLite or PostgreSQL, the same holds."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Any

import pytest
from sqlalchemy import func, select

from campaigns.times import shanghai_day
from crm.copies.queries import copy_now
from crm.funnels.queries import funnel_now, outcome_funnel
from crm.journal.events import JOURNAL
from crm.journal.progress import load_progress
from crm.ledger.queries import RewardRow, rewards_now
from crm.operations.checks import run_checks
from crm.outcomes.queries import event_status, event_statuses, outcome_counts
from crm.people.summaries import people_now
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import METADATA, reading
from streams.upkeep.dead_letters import failed_events, retry
from streams.upkeep.replay import rebuild, verify
from tests.installations import Installation, Snapshot, assert_same, clock, cut
from tests.integration.contract.carriages import Carriage
from tests.integration.contract.words import Words
from tests.integration.laws.erased_life import PHONES, SECRETS, found_in, life
from tests.oracles import assert_as_written
from tests.poison import Poison
from tests.receivers import Receiver
from tests.worlds import CLOCK_US, FIRST_DAY, START_US, Sent, make_world

SEED, SIZE = 25, 120
TURNS = 3
_SECRETS = (*SECRETS.values(), *PHONES)
PERIOD = date(2026, 1, 1), date(2027, 1, 1)


@pytest.fixture(scope="module")
def world() -> list[Sent]:
    """Events of every kind, so close together that they collide."""
    return make_world(SEED, SIZE)


@pytest.fixture(scope="module")
def expected(world: list[Sent]) -> Snapshot:
    """What a file and its one worker make of the world."""
    with clock(), Installation() as alone:
        alone.accept(world)
        alone.work()
        return alone.snapshot()


def take(carried: Carriage, *events: Sent) -> None:
    """All of them are accepted, and recorded."""
    assert {receipt.status for receipt in carried.accept(events)} == {"accepted"}
    carried.carry()


def outcome_of(carried: Carriage, sent: Sent) -> tuple[str, str | None]:
    with reading(carried.installation.engine) as connection:
        found = event_status(HEADQUARTERS_SCOPE, connection, *sent.key)
    assert found is not None
    return found.outcome, found.reason


def assert_lawful(carried: Carriage) -> None:
    """Every check holds, and a replay gives the same rows."""
    installation = carried.installation
    with reading(installation.engine) as connection:
        assert [c.name for c in run_checks(connection, installation.keyring) if not c.ok] == []
    compared = verify(installation.engine, installation.keyring)
    assert [name for name, table in compared.items() if not table.equal] == []


def test_what_is_stored_is_what_the_rules_say_of_what_was_accepted(
    carried: Carriage, world: list[Sent], expected: Snapshot
) -> None:
    take(carried, *world)
    assert_as_written(world, carried.installation)
    found = carried.installation.snapshot()
    assert {row[2] for row in found["outcome"]} == {"recorded", "waiting", "rejected", "voided"}
    assert found["copy_row"] and found["reward"] and found["ledger balances"]
    assert_same(found, expected)
    assert_lawful(carried)


def test_late_doubled_and_shuffled_events_in_pieces_leave_the_same(
    carried: Carriage, world: list[Sent], expected: Snapshot
) -> None:
    random = Random(5)
    arriving = [*world, *random.choices(world, k=20)]
    random.shuffle(arriving)
    statuses: Counter[str] = Counter()
    for piece in cut(arriving, random):
        statuses.update(receipt.status for receipt in carried.accept(piece))
        if random.random() < 0.3:
            carried.carry()
    carried.carry()
    assert statuses == {"accepted": len(world), "duplicate": 20}
    assert_same(carried.installation.snapshot(), expected)


def test_a_process_that_ends_after_every_transaction_loses_and_doubles_nothing(
    carried: Carriage, world: list[Sent], expected: Snapshot
) -> None:
    half = len(world) // 2
    for piece in (world[:half], world[half:]):
        carried.accept(piece)
        for _ in range(TURNS):
            assert carried.carry_a_little()
            carried.begin_anew()
    carried.carry()
    assert_same(carried.installation.snapshot(), expected)
    assert carried.installation.ledger_sum() == 0


def test_a_duplicate_changes_nothing_and_another_content_is_refused(carried: Carriage) -> None:
    words = Words()
    card = words.card("c1")
    assert [receipt.status for receipt in carried.accept([card, card])] == ["accepted", "duplicate"]
    assert [receipt.status for receipt in carried.accept([card])] == ["duplicate"]
    carried.carry()
    before = carried.installation.snapshot()
    assert [receipt.status for receipt in carried.accept([card])] == ["duplicate"]
    other = Sent({**card.wire, "data": {**card.wire["data"], "region": "110105"}}, card.by)
    (receipt,) = carried.accept([other])
    assert (receipt.status, receipt.reason) == ("refused", "id_reused")
    carried.carry()
    assert_same(carried.installation.snapshot(), before)


def test_what_waits_is_recorded_when_what_it_waits_for_comes(carried: Carriage) -> None:
    words = Words()
    attended = words.attended("c1", "a1")
    activity, card = words.activity("a1"), words.card("c1")
    for came in (attended, activity):
        take(carried, came)
        assert outcome_of(carried, attended)[0] == "waiting"
    take(carried, card)
    assert outcome_of(carried, attended) == ("recorded", None)


def test_what_is_rejected_or_voided_says_so_and_counts_as_its_list_is_long(
    carried: Carriage,
) -> None:
    words = Words()
    words.activity("a1")
    words.card("c1")
    attended = words.attended("c1", "a1")
    words.of_card("card.erased", "c1", 8, reason_code="request")
    late = words.attended("c1", "a1", day=9)
    words.card("c2")
    second = words.attended("c2", "a1")
    words.voided(second)
    take(carried, *words.said)
    assert outcome_of(carried, attended)[0] == "recorded"
    assert outcome_of(carried, late)[0] == "rejected" and outcome_of(carried, late)[1]
    assert outcome_of(carried, second)[0] == "voided"
    with reading(carried.installation.engine) as connection:
        counts = outcome_counts(HEADQUARTERS_SCOPE, connection)
        listed = {
            outcome: len(list(event_statuses(HEADQUARTERS_SCOPE, connection, outcome)))
            for outcome in ("recorded", "rejected", "voided")
        }
    assert listed == counts
    assert sum(listed.values()) == len(words.said)


def test_an_event_that_breaks_the_recording_is_put_aside_and_recorded_when_it_is_mended(
    carried: Carriage, poison: Poison, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = Words()
    words.activity("a1")
    for name in ("c1", "c2"):
        words.card(name, name=f"王{name}")
    bad, other = (words.attended(name, "a1") for name in ("c1", "c2"))
    poison(bad, ValueError("欧阳晓棠 13899887766"))
    take(carried, *words.said)
    (letter,) = failed_events(carried.opened)
    assert (letter["source"], letter["id"]) == bad.key
    assert re.fullmatch(r"ValueError at \w+:\d+", letter["error"])
    assert [outcome_of(carried, each)[0] for each in (bad, other)] == ["failed", "recorded"]
    monkeypatch.undo()
    assert retry(carried.opened) == (1, 0)
    assert failed_events(carried.opened) == []
    assert [outcome_of(carried, each)[0] for each in (bad, other)] == ["recorded", "recorded"]
    with clock():
        assert_lawful(carried)


def test_cards_of_one_person_are_linked_and_parted_by_a_humans_word(carried: Carriage) -> None:
    words = Words()
    for name in ("c1", "c2"):
        words.card(
            name,
            person={"name": "王秀英", "birth_date": "1950-01-02"},
            contact={"phones": ["13912345678"]},
        )
    apart = words.of_card("identity.different", "c1", 3, other_card_id="c2", reason_code="asked")
    take(carried, *words.said[:1])
    take(carried, *words.said[1:2])
    assert _people(carried) == {("c1", "c2")}
    take(carried, apart)
    assert _people(carried) == {("c1",), ("c2",)}


def _people(carried: Carriage) -> set[tuple[str, ...]]:
    with reading(carried.installation.engine) as connection:
        return {person.cards for person in people_now(HEADQUARTERS_SCOPE, connection)}


def test_a_dealer_that_follows_holds_the_copy_and_loses_what_is_withdrawn(
    carried: Carriage,
) -> None:
    words, dealer = Words(), Receiver("D1")
    words.contract()
    for name in ("c1", "c2"):
        words.card(name, region="110105", name=f"王{name}")
        words.shared(name)
    take(carried, *words.said)
    assert _followed(carried, dealer) == 2
    withdrawn = words.of_card(
        "consent.withdrawn", "c1", 5, purpose="share_with_dealer", dealer="D1"
    )
    take(carried, withdrawn)
    assert _followed(carried, dealer) == 1


def _followed(carried: Carriage, dealer: Receiver) -> int:
    """How many rows the dealer holds, after it was told what is new: just those of its copy."""
    with reading(carried.installation.engine) as connection:
        dealer.follow(connection)
        held = {row.key: row.content for row in copy_now(HEADQUARTERS_SCOPE, connection, "D1")}
    assert dealer.copy == held
    return len(held)


def test_a_reward_is_owed_then_paid_and_the_ledger_is_even(carried: Carriage) -> None:
    words = Words(START_US)
    words.card("c1")
    enrolled = {"kind": "consumer", "dealer": "D1", "person": {"name": "李建国"}}
    enrolled["contact"] = {"phones": ["13700001111"]}
    words.say("member.enrolled", "member/m1", 0, member="m1", **enrolled)
    words.of_card("referral.made", "c1", 2, referral_id="f1", member="m1", patient_agreed=True)
    words.of_card(
        "purchase.made",
        "c1",
        4,
        purchase_id="p1",
        sku="four",
        quantity=1,
        unit_price_fen=69_300,
        channel="dealer",
        private={},
    )
    take(carried, *words.said)
    (owed,) = _rewards(carried)
    assert owed.state == "payable" and owed.amount_fen > 0
    account = ("member:m1:payable", owed.reward_id, -owed.amount_fen)
    assert account in carried.installation.snapshot()["ledger balances"]
    payment: dict[str, Any] = {"reward_id": owed.reward_id, "purchase_id": "p1", "member": "m1"}
    payment |= {"amount_fen": owed.amount_fen, "reference": "bank-1"}
    take(carried, words.say("reward.paid", f"reward/{owed.reward_id}", 40, **payment))
    assert [each.state for each in _rewards(carried)] == ["paid"]
    assert account not in carried.installation.snapshot()["ledger balances"]
    assert carried.installation.ledger_sum() == 0


def _rewards(carried: Carriage) -> list[RewardRow]:
    with reading(carried.installation.engine) as connection:
        return list(rewards_now(HEADQUARTERS_SCOPE, connection))


def test_a_funnel_counts_the_people_of_what_is_recorded(carried: Carriage) -> None:
    words = Words()
    words.activity("a1")
    for name in ("c1", "c2", "c3"):
        words.card(name, name=f"王{name}")
        words.attended(name, "a1")
    for name in ("c1", "c2"):
        words.consent(name, "archive", day=8)
    words.of_card("trial.started", "c1", 9, trial_id="t1", sku="four")
    take(carried, *words.said)
    assert _people_by_step(carried) == [3, 2, 1, 0, 0]
    carried.accept([words.voided(words.said[2])])
    carried.carry()
    assert _people_by_step(carried)[0] == 2


def _people_by_step(carried: Carriage) -> list[int]:
    with reading(carried.installation.engine) as connection:
        chain = funnel_now(HEADQUARTERS_SCOPE, connection, outcome_funnel(*PERIOD))
    return [step.people for step in chain.steps]


def test_every_day_is_reached_once_and_ends_what_ends_with_it(carried: Carriage) -> None:
    words = Words(START_US)
    words.contract()
    for name, last_day in (("c1", "2026-05-10"), ("c2", "2026-12-31")):
        words.card(name, region="110105", name=f"王{name}")
        words.shared(name, expires_on=last_day)
    take(carried, *words.said)
    carried.carry()
    installation, today = carried.installation, shanghai_day(CLOCK_US)
    with reading(installation.engine) as connection:
        progress = load_progress(connection, "embedded")
        days = select(func.count()).where(JOURNAL.c.type == "day.reached")
        journaled = connection.execute(days).scalar_one()
        (row,) = copy_now(HEADQUARTERS_SCOPE, connection, "D1")
    assert (progress.days_from, progress.days_to) == (FIRST_DAY, today)
    assert journaled == (today - FIRST_DAY).days + 1
    assert row.cards == ("c2",)


def test_after_an_erasure_the_plain_text_is_nowhere_and_does_not_come_back(
    carried: Carriage,
) -> None:
    said, erasure, late = life()
    take(carried, *said)
    assert {SECRETS["address"], PHONES[0]} <= set(_plain(carried))
    take(carried, erasure, late)
    assert list(_plain(carried)) == []
    installation = carried.installation
    assert installation.keyring.is_fenced(["card/c1"]) == {"card/c1"}
    rebuild(installation.engine, installation.keyring)
    assert list(_plain(carried)) == []
    assert list(found_in(installation.folder)) == []
    assert not any(secret.encode() in raw for raw in carried.on_the_way() for secret in _SECRETS)
    assert_lawful(carried)


def _plain(carried: Carriage) -> Iterator[str]:
    """Secrets that stand in a row of any table."""
    with reading(carried.installation.engine) as connection:
        for table in METADATA.sorted_tables:
            for row in connection.execute(select(table)):
                stands = b"\0".join(map(_bytes, row))
                yield from (secret for secret in _SECRETS if secret.encode() in stands)


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()
