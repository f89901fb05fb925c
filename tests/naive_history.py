"""What is recorded, by the letter of the written rules: an oracle over events as they were sent.

The whole set at once, again and again until nothing changes any more: no strata, no components,
no order of arrival. It shares with the code under test nothing but the values that it hands to
the other oracles (who is who, copies, rewards).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from tests.worlds import CREDENTIALS, Sent

Order = tuple[int, int, str, str]
Key = tuple[str, str]
Verdict = tuple[str, str | None, str | None]
"""(outcome, reason, what is waited for)."""

CREATES = {
    "card.registered": "card",
    "activity.planned": "activity",
    "member.enrolled": "member",
    "purchase.made": "purchase",
    "purchase.returned": "return",
    "referral.made": "referral",
    "trial.started": "trial",
    "complaint.raised": "complaint",
    "dealer.contracted": "contract",
    "reward_policy.published": "policy",
}
NAMED_IN = {
    "card": "card_id",
    "activity": "activity_id",
    "member": "member",
    "purchase": "purchase_id",
    "return": "return_id",
    "referral": "referral_id",
    "trial": "trial_id",
    "complaint": "complaint_id",
    "contract": "contract_id",
    "policy": "policy",
}
REJECTIONS = (
    "card_taken",
    "already_exists",
    "patient_did_not_agree",
    "more_returned_than_bought",
    "territory_overlap",
    "activity_cancelled",
    "not_allowed",
    "evidence_needed",
    "not_voidable",
    "erased",
)


@dataclass(frozen=True)
class Told:
    """One event as it was sent, with what the receiving side adds."""

    source: str
    id: str
    type: str
    subject: str
    time: str
    starts_us: int
    by_day: bool
    sequence: int
    received_us: int
    role: str
    actor: str
    data: dict[str, Any]
    twin: str
    party: str
    by_row: bool
    evidenced: bool

    @property
    def key(self) -> Key:
        return self.source, self.id

    @property
    def order(self) -> Order:
        return self.starts_us, self.sequence, self.source, self.id

    @property
    def receipt(self) -> tuple[int, str, str]:
        return self.received_us, self.source, self.id

    @property
    def day(self) -> date:
        return (datetime(1970, 1, 1) + timedelta(microseconds=self.starts_us, hours=8)).date()


def told(sent: Sent) -> Told:
    wire = sent.wire
    credential = CREDENTIALS[sent.by]
    said = {name: value for name, value in wire.items() if name not in ("id", "receivedat")}
    # The time of day of what is known by the day alone is ignored.
    said["time"] = sent.starts_us
    return Told(
        wire["source"],
        wire["id"],
        sent.type_name,
        wire["subject"],
        wire["time"],
        sent.starts_us,
        wire.get("timeprecision") == "day",
        wire.get("sequence", 0),
        sent.received_us,
        credential.role,
        credential.actor or wire["source"],
        wire["data"],
        json.dumps(said, sort_keys=True),
        f"dealer/{credential.dealer}" if credential.dealer else "company",
        sent.by_row,
        sent.evidenced,
    )


@dataclass
class History:
    """Every event of a set, judged; `days` are the days that were reached.

    erased_later: subjects of a past whose personal objects are gone by now.
    """

    sent: Sequence[Sent]
    days: frozenset[date]
    erased_later: frozenset[str] = frozenset()
    events: list[Told] = field(init=False)
    verdicts: dict[Key, Verdict] = field(default_factory=dict)
    makers: dict[tuple[str, str], Told] = field(default_factory=dict)

    def __post_init__(self) -> None:
        once = {sent.key: sent for sent in self.sent}
        self.events = sorted(map(told, once.values()), key=lambda event: event.order)
        self.by_key = {event.key: event for event in self.events}
        self.erasures: dict[str, Order] = {}
        for event in self.events:
            if event.type == "card.erased":
                self.erasures.setdefault(event.subject, event.order)
        self.voids = {e.key: self.void(e) for e in self.events if e.type == "event.voided"}
        self.voided = {
            (e.data["of_source"], e.data["of_id"])
            for e in self.events
            if e.key in self.voids and self.voids[e.key][0] == "recorded"
        }
        while True:
            before = dict(self.verdicts)
            self.judge_all()
            if self.verdicts == before:
                return

    # What stands

    def void(self, word: Told) -> Verdict:
        source, name = word.data["of_source"], word.data["of_id"]
        if source == "/jinxi/clock" and date.fromisoformat(name) in self.days:
            target_type, same, party = "day.reached", word.subject == f"day/{name}", "company"
        else:
            target = self.by_key.get((source, name))
            if target is None:
                return "waiting", None, f"event/{source}/{name}"
            target_type, same = target.type, word.subject == target.subject
            party = target.party
        if not same:
            return "waiting", None, f"event/{source}/{name}"
        reasons = set()
        if word.source != source and word.role != "headquarters":
            reasons.add("not_allowed")
        if word.party not in ("company", party):
            reasons.add("not_allowed")
        if target_type in ("card.erased", "event.voided", "day.reached"):
            reasons.add("not_voidable")
        if self.after_erasure(word):
            reasons.add("erased")
        return named(reasons)

    def after_erasure(self, event: Told) -> bool:
        erased = self.erasures.get(event.subject)
        return erased is not None and event.order > erased

    def counts(self, event: Told) -> bool:
        """Whether the event is recorded, and is not the second of two that say the same."""
        if self.verdicts.get(event.key, ("", None, None))[0] != "recorded":
            return False
        kind = CREATES.get(event.type)
        return kind is None or self.makers.get((kind, event.data[NAMED_IN[kind]])) is event

    def counted(self, type_name: str, **named_values: Any) -> list[Told]:
        """Counted events of a type with the given data, in effective order."""
        return [
            event
            for event in self.events
            if event.type == type_name
            and self.counts(event)
            and all(event.data.get(name) == value for name, value in named_values.items())
        ]

    def standing(self, type_name: str) -> list[Told]:
        return [e for e in self.events if e.type == type_name and e.key not in self.voided]

    # The judgement

    def judge_all(self) -> None:
        makers: dict[tuple[str, str], Told] = {}
        returned: dict[str, int] = {}
        verdicts: dict[Key, Verdict] = {}
        for event in self.events:
            if event.key in self.voids:
                verdicts[event.key] = self.voids[event.key]
            elif event.key in self.voided:
                verdicts[event.key] = ("voided", None, None)
            else:
                verdicts[event.key] = self.judge(event, makers, returned)
        self.verdicts, self.makers = verdicts, makers

    def judge(
        self, event: Told, makers: dict[tuple[str, str], Told], returned: dict[str, int]
    ) -> Verdict:
        for needed, name in self.references(event):
            if not self.known(event, needed, name):
                return "waiting", None, f"{needed}/{name}"
        reasons = set()
        kind = CREATES.get(event.type)
        thing = (kind, event.data[NAMED_IN[kind]]) if kind else None
        first = makers.get(thing) if thing else None
        owner = self.owner(*thing) if thing else None
        second = first is not None and first.twin != event.twin
        if owner is not None and owner != event.party:
            reasons.add("card_taken" if kind == "card" else "already_exists")
        elif first is not None and second:
            taken = kind == "card" and event.source != first.source
            reasons.add("card_taken" if taken else "already_exists")
        if first is None:
            reasons |= self.own_reasons(event, makers, returned)
        reasons |= self.lacks(event)
        if self.after_erasure(event) and event.type != "purchase.returned":
            reasons.add("erased")
        if not reasons and first is None and thing:
            makers[thing] = event
            if event.type == "purchase.returned":
                bought = event.data["purchase_id"]
                returned[bought] = returned.get(bought, 0) + event.data["quantity"]
        return named(reasons)

    # Who may say what about whom

    def owner(self, kind: str, name: str) -> str | None:
        """The party whose creation was received first, of those that nothing speaks against."""
        claims = [
            event
            for event in self.events
            if CREATES.get(event.type) == kind
            and event.data[NAMED_IN[kind]] == name
            and event.key not in self.voided
            and all(self.known(event, *each) for each in self.references(event))
            and not self.lacks(event)
            and event.data.get("patient_agreed", True)
            and (event.type == "purchase.returned" or not self.after_erasure(event))
        ]
        return min(claims, key=lambda event: event.receipt).party if claims else None

    def lacks(self, event: Told) -> set[str]:
        """Why the party of the event may not say it, all that it refers to being known."""
        if event.type == "copy.acknowledged":
            return set() if event.party == event.subject else {"not_allowed"}
        if event.party == "company":
            return set()
        reasons = set()
        if f"dealer/{event.data.get('dealer')}" not in ("dealer/None", event.party):
            reasons.add("not_allowed")
        for kind, name in self.references(event):
            by_row = event.by_row and kind == "card" and name == event.data.get("card_id")
            if not by_row and not self.is_its_own(event, kind, name):
                reasons.add("not_allowed")
        if event.type == "consent.given" and event.by_row and not event.evidenced:
            reasons.add("evidence_needed")
        return reasons

    def is_its_own(self, event: Told, kind: str, name: str) -> bool:
        maker = self.makers.get((kind, name))
        if maker is None:
            return True
        if kind != "activity":
            return maker.party == event.party
        dealer = maker.data["dealer"]
        for change in self.counted("activity.changed", activity_id=name):
            earlier = change.party == "company" and change.receipt < event.receipt
            if earlier and "dealer" in change.data:
                dealer = change.data["dealer"]
        return event.party == f"dealer/{dealer}"

    def own_reasons(
        self, event: Told, makers: dict[tuple[str, str], Told], returned: dict[str, int]
    ) -> set[str]:
        data = event.data
        if event.type == "referral.made" and not data["patient_agreed"]:
            return {"patient_did_not_agree"}
        if event.type == "purchase.returned":
            bought = self.makers[("purchase", data["purchase_id"])].data["quantity"]
            if returned.get(data["purchase_id"], 0) + data["quantity"] > bought:
                return {"more_returned_than_bought"}
        if event.type == "activity.attended" and self.is_cancelled(data["activity_id"]):
            return {"activity_cancelled"}
        if event.type == "dealer.contracted":
            others = [e for (kind, _), e in makers.items() if kind == "contract"]
            if any(self.overlap(event, other) for other in others):
                return {"territory_overlap"}
        return set()

    def references(self, event: Told) -> list[tuple[str, str]]:
        """What the event refers to, the thing that it brings into being left out."""
        data, family = event.data, event.type.partition(".")[0]
        found = []
        if event.type == "card.registered":
            names: tuple[str, ...] = ("activity_id",)
        elif family in ("activity", "member", "value") and event.subject.startswith(
            ("activity/", "member/")
        ):
            names = ("member", "card_id", "activity_id")
        elif event.type == "dealer.ended":
            names = ("contract_id",)
        elif event.subject.startswith("card/"):
            names = (
                *("card_id", "other_card_id", "activity_id", "member"),
                *("purchase_id", "trial_id", "complaint_id"),
            )
        elif event.subject.startswith("reward/"):
            names = ("purchase_id", "member")
        else:
            names = ()
        own = NAMED_IN[CREATES[event.type]] if event.type in CREATES else None
        kinds = {field_name: kind for kind, field_name in NAMED_IN.items()}
        kinds["other_card_id"] = "card"
        for name in names:
            if name != own and data.get(name) is not None:
                found.append((kinds[name], data[name]))
        if event.type == "member.changed":
            found.sort(key=lambda pair: pair[0] != "member")
        return found

    def known(self, event: Told, kind: str, name: str) -> bool:
        if (kind, name) in self.makers:
            return kind != "contract" or self.makers[kind, name].subject == event.subject
        return event.type == "reward.paid" and any(
            e.type == "purchase.made" and e.data["purchase_id"] == name and e.key in self.voided
            for e in self.events
        )

    # Activities and contracts

    def activity(self, name: str) -> dict[str, Any] | None:
        """What is in force of a known activity."""
        planned = self.makers.get(("activity", name))
        if planned is None:
            return None
        values = dict(planned.data)
        for event in self.counted("activity.changed", activity_id=name):
            said = dict(event.data)
            if event.party != "company":
                said.pop("dealer", None)
            values.update(said)
        return values

    def is_cancelled(self, name: str) -> bool:
        return bool(self.counted("activity.cancelled", activity_id=name))

    def last_day(self, contract: Told) -> date:
        told_ends = [
            e.data["ends_on"]
            for e in self.standing("dealer.ended")
            if e.subject == contract.subject
            and e.data["contract_id"] == contract.data["contract_id"]
        ][-1:]
        ends = [*told_ends, contract.data.get("ends_on") or "9999-12-31"]
        return date.fromisoformat(min(ends))

    def overlap(self, one: Told, other: Told) -> bool:
        if one.data["dealer"] == other.data["dealer"]:
            return False
        if "sub" in (one.data["kind"], other.data["kind"]):
            return False
        starts = [date.fromisoformat(each.data["starts_on"]) for each in (one, other)]
        if max(starts) > min(self.last_day(one), self.last_day(other)):
            return False
        return any(
            covers(mine, theirs) or covers(theirs, mine)
            for mine in one.data["regions"]
            for theirs in other.data["regions"]
        )

    def breaches(self, event: Told) -> bool:
        """A sale or trial at a free clinic; one that was held without a filing number."""
        if self.verdicts[event.key][0] != "recorded":
            return False
        kind = CREATES.get(event.type)
        if event.type in ("purchase.made", "trial.started"):
            assert kind is not None
            if self.makers.get((kind, event.data[NAMED_IN[kind]])) is not event:
                return False
            activity = self.activity(event.data.get("activity_id") or "")
            return activity is not None and activity["kind"] == "free_clinic"
        if event.type != "activity.held":
            return False
        activity = self.activity(event.data["activity_id"])
        assert activity is not None
        filing = self.makers[("activity", event.data["activity_id"])].data.get("filing_no")
        for change in self.counted("activity.changed", activity_id=event.data["activity_id"]):
            if change.order < event.order and "filing_no" in change.data:
                filing = change.data["filing_no"]
        return activity["kind"] == "free_clinic" and not filing


def named(reasons: set[str]) -> Verdict:
    """Recorded, or rejected for the first of the reasons in the order of the list."""
    first = next((reason for reason in REJECTIONS if reason in reasons), None)
    return ("rejected", first, None) if first else ("recorded", None, None)


def covers(code: str, region: str) -> bool:
    return code in (region, region[:4] + "00", region[:2] + "0000")
