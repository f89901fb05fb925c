"""What a filled-in form of the phone says: the type and the data of each thing, in their order."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from campaigns.events.consents import CATEGORIES
from campaigns.ids import derived_id
from campaigns.sheets.model import NOTICE_VERSION
from crm.activities.queries import ActivityRow
from crm.web.view.form_doubts import (
    GIVER_UNNAMED,
    GIVER_UNSAID,
    NO_ARCHIVE,
    SIGNED_ALONE,
    UNSIGNED,
    Doubt,
)
from crm.web.view.form_fields import PURPOSES, READING_FIELDS, WITH_EVIDENCE
from crm.web.view.read_values import birth, fen, narrow, whole
from crm.web.view.signatures import Signature
from crm.web.view.typed import Typed

METHODS = ("screen", "paper", "voice")
GIVERS = ("self", "guardian", "agent")

Said = tuple[str, str, dict[str, Any]]
"""(suffix of the event's id, its type, its data)."""


@dataclass(frozen=True, slots=True)
class FormSaid:
    """One form that was filled in; form_id: what the ids of new things are made from."""

    form_id: str
    text: Typed
    activity: ActivityRow
    signature: Signature
    is_new_card: bool

    def everything(self) -> Iterator[Said]:
        """Each thing that is said."""
        here = {"activity_id": self.activity.activity_id}
        if self.is_new_card:
            yield "card", "card.registered", {**self._card(), **here}
        if self.text("attended"):
            yield "attended", "activity.attended", here
        reading = {name: _number(self.text(name)) for name in READING_FIELDS if self.text(name)}
        if reading:
            yield "reading", "clinic.consulted", {"health": reading, **here}
        yield from self._consents(here)
        yield from self._trials(here)
        yield from self._purchases(here)
        yield from self._gifts_and_clubs(here)
        yield from self._complaints_and_referrals()

    @property
    def consents(self) -> tuple[str, ...]:
        """The purposes that were agreed to."""
        return tuple(purpose for purpose in PURPOSES if self.text(f"consent_{purpose}"))

    @property
    def refusals(self) -> tuple[str, ...]:
        """The purposes that were refused."""
        return tuple(purpose for purpose in PURPOSES if self.text(f"refused_{purpose}"))

    @property
    def _agrees_to_health(self) -> bool:
        """Whether what is shared holds more than name and phone, as the notice says."""
        agreed = "health" in self.consents or self.text("agreed_health")
        return bool(agreed) and "health" not in self.refusals

    @property
    def may_be_proved(self) -> bool:
        """Whether a consent is one that a drawing, or a photograph of paper, is evidence of."""
        return bool(self.consents) and (self.text("method") or METHODS[0]) in WITH_EVIDENCE

    @property
    def is_by_screen(self) -> bool:
        """Whether a consent is one that is confirmed on the screen."""
        return bool(self.consents) and (self.text("method") or METHODS[0]) == METHODS[0]

    def doubts(self) -> Iterator[Doubt]:
        """What is odd of its consents: each is asked about once."""
        if "archive" in self.refusals and set(self.consents) - {"archive"}:
            yield NO_ARCHIVE
        if self.signature.content and not self.may_be_proved:
            yield SIGNED_ALONE
        if self.is_by_screen and not self.signature.content:
            yield UNSIGNED
        is_own = self.text("by") in ("", GIVERS[0])
        if self.text("giver_name") and (is_own or not self.consents):
            yield GIVER_UNSAID
        if self.consents and not is_own and not self.text("giver_name"):
            yield GIVER_UNNAMED

    def _card(self) -> dict[str, Any]:
        person = {"name": self.text("name")} if self.text("name") else {}
        if self.text("sex"):
            person["sex"] = self.text("sex")
        if self.text("id_number"):
            person["id_number"] = narrow(self.text("id_number"))
        known = {**person, **birth(self.text("born"))}
        card: dict[str, Any] = {"person": known, "source_kind": "activity"}
        contact: dict[str, Any] = {}
        if self.text("phone"):
            contact["phones"] = [self.text("phone")]
        if self.text("address"):
            contact["address"] = self.text("address")
        return card | ({"contact": contact} if contact else {})

    def _consents(self, here: dict[str, Any]) -> Iterator[Said]:
        for purpose in self.consents:
            yield f"consent-{purpose}", "consent.given", {**self._consent(purpose), **here}
        for purpose in self.refusals:
            yield f"refused-{purpose}", "consent.refused", self._of_purpose(purpose)

    def _of_purpose(self, purpose: str) -> dict[str, Any]:
        shared = purpose == "share_with_dealer"
        return {"purpose": purpose, **({"dealer": self.activity.dealer} if shared else {})}

    def _consent(self, purpose: str) -> dict[str, Any]:
        consent: dict[str, Any] = {
            "purpose": purpose,
            "notice_version": self.text(f"notice_{purpose}") or NOTICE_VERSION,
            "method": self.text("method") or METHODS[0],
            "by": self.text("by") or GIVERS[0],
        }
        if consent["by"] != GIVERS[0] and self.text("giver_name"):
            consent["private"] = {"giver_name": self.text("giver_name")}
        if self.signature.content and consent["method"] in WITH_EVIDENCE:
            consent["evidence_sha256"] = self.signature.sha256
        if purpose == "share_with_dealer" and self._agrees_to_health:
            consent["categories"] = [*CATEGORIES]
        return consent | self._of_purpose(purpose)

    def _trials(self, here: dict[str, Any]) -> Iterator[Said]:
        if self.text("trial"):
            trial = {"trial_id": self._made_id("trial"), "sku": self.text("trial_sku")}
            if self.text("serial"):
                trial["serial"] = narrow(self.text("serial"))
            yield "trial", "trial.started", {**trial, **here}
        if self.text("trial_end"):
            ended: dict[str, Any] = {"trial_id": self.text("trial_of")}
            ended["outcome"] = self.text("trial_outcome")
            if self.text("trial_note"):
                ended["private"] = {"note": self.text("trial_note")}
            yield "trial-end", "trial.ended", ended

    def _purchases(self, here: dict[str, Any]) -> Iterator[Said]:
        if self.text("purchase"):
            purchase: dict[str, Any] = {
                "purchase_id": self._made_id("purchase"),
                "sku": self.text("purchase_sku"),
                "quantity": _number(self.text("quantity")),
                "unit_price_fen": fen(self.text("price")),
                "channel": "activity",
                "dealer": self.activity.dealer,
            }
            if self.text("purchase_serial"):
                purchase["serials"] = [narrow(self.text("purchase_serial"))]
            yield "purchase", "purchase.made", {**purchase, **here}
        if self.text("return"):
            returned = {
                "return_id": self._made_id("return"),
                "purchase_id": self.text("return_of"),
                "quantity": _number(self.text("return_quantity")),
                "reason_code": self.text("return_reason"),
            }
            yield "return", "purchase.returned", returned

    def _gifts_and_clubs(self, here: dict[str, Any]) -> Iterator[Said]:
        if self.text("gift_item") or self.text("gift_value"):
            gift = {"item": self.text("gift_item"), "value_fen": fen(self.text("gift_value"))}
            yield "gift", "gift.given", {**gift, **here}
        if self.text("club_join"):
            yield "club-join", "club.joined", {"club": club_of(self.activity)}
        if self.text("club_leave"):
            yield "club-leave", "club.left", {"club": self.text("club_leave")}

    def _complaints_and_referrals(self) -> Iterator[Said]:
        kind, text = self.text("complaint_kind"), self.text("complaint_text")
        if kind or text:
            complaint: dict[str, Any] = {"complaint_id": self._made_id("complaint"), "kind": kind}
            if text:
                complaint["private"] = {"text": text}
            yield "complaint", "complaint.raised", complaint
        if self.text("referral"):
            referral = {"referral_id": self._made_id("referral"), "patient_agreed": True}
            yield "referral", "referral.made", {**referral, "member": narrow(self.text("member"))}

    def _made_id(self, kind: str) -> str:
        """The same for a second tap; who reads it learns neither the form's id nor the card's."""
        return derived_id("form", self.form_id, kind)


def club_of(activity: ActivityRow) -> str:
    """The club of the activity's province: 夕阳红 by the first two digits of the region."""
    return f"XYH-{activity.region[:2]}"


def _number(text: str) -> int | str:
    number = whole(text)
    return text if number is None else number
