"""Writes cards, links and people."""

from collections.abc import Iterator
from typing import Any

from campaigns.identifiers import mobile_e164
from campaigns.ids import made_number, person_id
from crm.cards.card import Card
from crm.components.evaluation import Evaluation, PersonView
from crm.components.index_keys import Digest
from crm.consents.consents import is_allowed
from crm.consents.facts import ConsentDecision
from crm.identity.evidence import parts_text
from crm.identity.names import given_sound, pinyin, pinyin_initials, simplified, sort_form
from crm.identity.record import place_of

_TAIL_DIGITS = 4


def card_rows(evaluation: Evaluation, digest: Digest) -> Iterator[dict[str, Any]]:
    """What each card is found by."""
    for person in evaluation.persons:
        for card, decisions in zip(person.cards, person.consents, strict=True):
            row = _card_row(card, decisions, evaluation.at_us)
            yield {**row, "address_key": address_key(card.address, digest)}


def address_key(address: str | None, digest: Digest) -> str | None:
    """What two spellings of one house share; None: the address names no house by a number."""
    place = place_of(address) if address else None
    if place is None or not place.house:
        return None
    return digest("/".join(("address", place.house, *place.numbers)))


def _card_row(card: Card, decisions: tuple[ConsentDecision, ...], at_us: int) -> dict[str, Any]:
    tails = sorted({phone[-_TAIL_DIGITS:] for phone in map(_digits, card.phones) if phone})
    born = card.birth_date or card.birth_year
    return {
        "card_id": card.card_id,
        "own_person_id": person_id(card.card_id),
        "name": card.name,
        "plain": simplified(card.name)[:200] if card.name else None,
        "pinyin": pinyin(card.name).replace("'", "")[:400] if card.name else None,
        "given": given_sound(card.name)[:400] if card.name else None,
        "sorted_as": sort_form(card.name)[:1000] if card.name else None,
        "initials": pinyin_initials(card.name)[:100] if card.name else None,
        "phone_tails": " ".join(tails)[:200],
        "has_mail": card.mail is not None,
        "sex": card.sex,
        "born": str(born) if born else None,
        "region": card.region,
        "dealer": card.dealer,
        "activity_id": card.activity_id,
        "number": made_number(card.card_id),
        "registered_us": card.order[0],
        "archived": is_allowed(decisions, "archive", at_us),
        "deceased": card.deceased,
        "erased": card.erased,
    }


def _digits(phone: str) -> str:
    return mobile_e164(phone) or "".join(filter(str.isdigit, phone))


def link_rows(evaluation: Evaluation) -> Iterator[dict[str, Any]]:
    """Which person each card belongs to, who decided so, and on what evidence."""
    for link in evaluation.resolution.links:
        yield {
            "card_id": link.card_id,
            "person_id": link.person_id,
            "decided_by": link.decided_by,
            "evidence": link.evidence.kind if link.evidence else None,
            "evidence_card_id": link.evidence.other_card_id if link.evidence else None,
            "parts": parts_text(link.evidence.parts) if link.evidence else "",
        }


def pair_rows(evaluation: Evaluation) -> Iterator[dict[str, Any]]:
    """The pairs of cards of which a person is asked whether they are one person's."""
    for asked in evaluation.resolution.asked:
        yield {
            "card_id": asked.card_id,
            "other_card_id": asked.other_card_id,
            "subject": f"card/{asked.card_id}",
            "centibits": asked.centibits,
            "parts": parts_text(asked.parts),
        }


def person_rows(evaluation: Evaluation) -> Iterator[dict[str, Any]]:
    """Each person once."""
    for person in evaluation.persons:
        yield _person_row(person)


def _person_row(person: PersonView) -> dict[str, Any]:
    return {
        "person_id": person.person_id,
        "household_id": person.household_id,
        "deceased": person.deceased,
        "restricted": person.restricted,
    }
