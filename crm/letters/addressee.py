"""Whoever a letter goes to: what stands against it, what it says of them, where it can go."""

from collections.abc import Sequence

from campaigns.events.care import TrialStarted
from campaigns.identifiers import mobile_e164
from campaigns.times import shanghai_day
from campaigns.wording.days import day_text
from campaigns.wording.languages import Language
from crm.cards.card import Card, as_told
from crm.components.evaluation import PersonView
from crm.consents.uses import Standing
from crm.identity.traits import PLACEHOLDER_PHONES
from crm.journal.logged_event import COMPANY
from crm.letters.occasions import Occasion
from crm.letters.sending import Obstacle, Way, obstacle
from crm.letters.template import LetterTemplate, named_in
from crm.rights.own_copy import Keeper

_OF_A_TRIAL = frozenset({"sku", "started_on"})
"""What a letter can say only of somebody who tried something."""
_OF_AN_ACTIVITY = frozenset({"activity", "when", "place", "host"})
"""What a letter can say only where it is about an activity."""


def what_stands_against(
    person: PersonView, template: LetterTemplate, way: Way, at_us: int
) -> Obstacle | None:
    """Why this person may not be sent it now; None: they may."""
    standing = Standing(person.restricted, person.deceased)
    erased = all(card.name is None for card in person.cards)
    return obstacle(person.consents, standing, template.purpose, way, at_us, erased=erased)


def addresses_of(person: PersonView, way: Way) -> list[str]:
    """Where it can go, as the archive has it; on paper it goes by hand."""
    return _addresses(trusted_cards(person), way)


def known_phones(person: PersonView) -> list[str]:
    """For whoever looks and picks one: where a message would go by itself first, then others."""
    return _addresses(cards_by_trust(person), "sms")


def _addresses(cards: Sequence[Card], way: Way) -> list[str]:
    if way == "mail":
        mails = (card.mail for card in map(as_told, cards))
        return list(dict.fromkeys(mail for mail in mails if mail))
    if way == "print":
        return []
    numbers = (mobile_e164(phone) for card in cards for phone in card.phones)
    return [n for n in dict.fromkeys(numbers) if n and n not in PLACEHOLDER_PHONES]


def trusted_cards(person: PersonView) -> list[Card]:
    """The cards by which somebody is written to: the company's; of whom it has none, those of the
    dealer whose card came first.

    Whoever writes a card about a person whom others know would else be sent what is for them: the
    time of a card can be written at will, and it may hold any address.
    """
    cards = [card for card in person.cards if not card.erased]
    parties = {card.events[0].party for card in cards}
    if not parties:
        return []
    first = min(cards, key=lambda card: card.events[0].receipt).events[0].party
    keeper = COMPANY if COMPANY in parties else first
    return [card for card in cards if card.events[0].party == keeper]


def cards_by_trust(person: PersonView) -> list[Card]:
    """All of them: those by which somebody is written to first."""
    trusted = {card.card_id for card in trusted_cards(person)}
    return sorted(person.cards, key=lambda card: card.card_id not in trusted)


def postal_address_of(person: PersonView) -> tuple[str, ...]:
    """The lines by which a letter on paper is delivered; none where no address is written."""
    cards = trusted_cards(person)
    address = next((card.address for card in cards if card.address), None)
    name = next((card.name for card in cards if card.name), "")
    return (address, name) if address else ()


def values_of(
    person: PersonView,
    keeper: Keeper,
    language: Language,
    at_us: int,
    about: Occasion | None = None,
) -> dict[str, str]:
    """What a template may name of a person, as it stands now; about: the activity it is of."""
    trials = [
        event
        for card in person.cards
        for event in card.events
        if isinstance(event.data, TrialStarted)
    ]
    last = max(trials, key=lambda event: event.order, default=None)
    cards = trusted_cards(person)
    return {
        "name": next((card.name for card in cards if card.name), ""),
        "sex": next((card.sex for card in cards if card.sex), "") or "",
        "company": keeper.name,
        "contact": keeper.contact or "",
        "today": day_text(shanghai_day(at_us), language),
        "sku": str(getattr(last.data, "sku", "")) if last else "",
        "started_on": day_text(shanghai_day(last.starts_us), language) if last else "",
        **dict.fromkeys(_OF_AN_ACTIVITY, ""),
        **(about.values(language, keeper.name) if about else {}),
    }


def never_tried(template: LetterTemplate, language: Language, values: dict[str, str]) -> bool:
    """Whether it speaks of a trial to somebody who never tried anything."""
    return any(not values[each] for each in _OF_A_TRIAL & named_in(template, language))


def names_no_activity(template: LetterTemplate, language: Language, values: dict[str, str]) -> bool:
    """Whether it speaks of an activity to somebody whom it is not about one."""
    return any(not values[each] for each in _OF_AN_ACTIVITY & named_in(template, language))


def speaks_of_an_activity(template: LetterTemplate, language: Language) -> bool:
    """Whether only those who are invited to an activity can be sent it."""
    return not _OF_AN_ACTIVITY.isdisjoint(named_in(template, language))
