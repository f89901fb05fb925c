"""What people say in these tests, one event a call; all of it is invented."""

from dataclasses import dataclass, field
from typing import Any

from campaigns.catalogue import wire_name
from campaigns.times import DAY_US, rfc3339
from tests.worlds import HOUR_US, START_US, Sent

ALL_CATEGORIES = ("identity", "contact", "health", "history", "purchases")


@dataclass
class Words:
    """Says one thing after the other, each at nine o'clock of a day.

    first_day_us: the day numbered 0; there is one more event for each day from then on.
    """

    first_day_us: int = START_US + 60 * DAY_US
    said: list[Sent] = field(default_factory=list)

    def say(self, type_name: str, subject: str, day: int, **data: Any) -> Sent:
        """One more event."""
        at = rfc3339(self.first_day_us + day * DAY_US + 9 * HOUR_US)
        wire = {
            "specversion": "1.0",
            "id": f"w{len(self.said):03d}",
            "source": "/hq",
            "type": wire_name(type_name),
            "time": at,
            "receivedat": at,
            "subject": subject,
            "data": data,
        }
        sent = Sent(wire, "company")
        self.said.append(sent)
        return sent

    def card(self, card_id: str, *, day: int = 0, name: str = "王秀英", **more: Any) -> Sent:
        """A person is registered."""
        data: dict[str, Any] = {"person": {"name": name}, "source_kind": "walk_in", **more}
        return self.of_card("card.registered", card_id, day, **data)

    def of_card(self, type_name: str, card_id: str, day: int, **data: Any) -> Sent:
        """Something about a card."""
        return self.say(type_name, f"card/{card_id}", day, card_id=card_id, **data)

    def consent(self, card_id: str, purpose: str, *, day: int = 1, **more: Any) -> Sent:
        """On paper."""
        how = {"notice_version": "3", "method": "paper", "by": "self"}
        return self.of_card("consent.given", card_id, day, purpose=purpose, **how, **more)

    def shared(self, card_id: str, dealer: str = "D1", **more: Any) -> Sent:
        """A consent to be in a dealer's copy."""
        return self.consent(
            card_id, "share_with_dealer", dealer=dealer, categories=[*ALL_CATEGORIES], **more
        )

    def contract(self, dealer: str = "D1", *, day: int = 0) -> Sent:
        """A dealer for Beijing."""
        return self.say(
            "dealer.contracted",
            f"dealer/{dealer}",
            day,
            dealer=dealer,
            contract_id=f"x-{dealer}",
            name="经销商",
            regions=["110000"],
            kind="sub",
            starts_on="2026-01-01",
        )

    def activity(self, activity_id: str, *, day: int = 0) -> Sent:
        """A lecture."""
        return self.say(
            "activity.planned",
            f"activity/{activity_id}",
            day,
            activity_id=activity_id,
            programme="golden",
            kind="health_lecture",
            title="讲座",
            region="110105",
            dealer="D1",
            starts_at="2026-05-08T09:00:00+08:00",
        )

    def attended(self, card_id: str, activity_id: str, *, day: int = 7) -> Sent:
        """Somebody was there."""
        return self.of_card("activity.attended", card_id, day, activity_id=activity_id)

    def voided(self, of: Sent, *, day: int = 10) -> Sent:
        """What was said is taken back."""
        source, event_id = of.key
        data = {"of_source": source, "of_id": event_id, "reason_code": "typed_wrong"}
        return self.say("event.voided", of.wire["subject"], day, **data)
