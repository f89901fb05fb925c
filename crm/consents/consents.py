"""What a card has agreed to at a time, and whether its archive may be used at all.

Nothing is allowed that nobody consented to. Words are taken in effective order, with one exception
for paper (docs/events.md, "Order"): where the words of one Shanghai day disagree and one of them
is known to the day only, nobody can tell which came last, and the no holds over every yes of that
day.

Source: PIPL art. 14–16 (consent and its withdrawal), 23 (another handler), 29 (sensitive data).
"""

from collections.abc import Iterable, Sequence

from campaigns.times import shanghai_day
from crm.consents.facts import ConsentWord, Purpose

NOTHING_NAMED = frozenset({"identity", "contact"})
"""What a consent that names no category gives."""

ONLY_WITH_HEALTH = frozenset({"health", "history", "purchases"})
"""Each of these tells that a person has a brain condition."""


def words_on(
    words: Iterable[ConsentWord], purpose: Purpose, at_us: int, dealer: str | None = None
) -> list[ConsentWord]:
    """The words effective up to `at_us` that speak of the purpose (and of the dealer)."""
    return [
        word
        for word in words
        if word.purpose == purpose
        and word.order[0] <= at_us
        and (word.dealer == dealer or (word.dealer is None and not word.is_consent))
    ]


def last_word(
    words: Iterable[ConsentWord], purpose: Purpose, at_us: int, dealer: str | None = None
) -> ConsentWord | None:
    """The word that holds at `at_us`, whatever it says; None when nothing was said."""
    spoken = words_on(words, purpose, at_us, dealer)
    if not spoken:
        return None
    last = max(spoken, key=_order)
    if not last.is_consent:
        return last
    return objection_to(last, spoken, spoken) or last


def objection_to(
    consent: ConsentWord, words: Sequence[ConsentWord], of_card: Iterable[ConsentWord]
) -> ConsentWord | None:
    """The last refusal or withdrawal among `words` that stands above the consent, if any.

    It does when it is later, or when it is of the consent's Shanghai day and any word of that day
    is known to the day only. A consent that nobody proved ends no objection: one that no proven
    consent among the words `of_card` had ended stands above it, whatever its time. `words` speak
    of one purpose and dealer and are cut at the time asked for (`words_on`); they may come from
    several cards of a person.
    """
    objections = [word for word in words if not word.is_consent]
    if not objections:
        return None
    last = max(objections, key=_order)
    if not consent.proven:
        proven = [
            word
            for word in of_card
            if word.is_consent and word.proven and word.order < consent.order
        ]
        if not proven:
            return last
        consent = max(proven, key=_order)
    if last.order > consent.order:
        return last
    day = shanghai_day(consent.order[0])
    # The last objection is before the consent: only one of the same day can stand above it.
    if shanghai_day(last.order[0]) != day:
        return None
    same_day = (word for word in (consent, *words) if shanghai_day(word.order[0]) == day)
    return last if any(word.day_precision for word in same_day) else None


def has_expired(consent: ConsentWord, at_us: int) -> bool:
    """Whether the consent's last day is over; that day itself still counts."""
    return consent.expires_on is not None and shanghai_day(at_us) > consent.expires_on


def in_force(
    words: Iterable[ConsentWord], purpose: Purpose, at_us: int, dealer: str | None = None
) -> ConsentWord | None:
    """The consent of one card that holds at `at_us`; None when there is none, the default.

    Sharing is always with a dealer: `share_with_dealer` without one is never in force.
    """
    word = last_word(words, purpose, at_us, dealer)
    if word is None or not word.is_consent or has_expired(word, at_us):
        return None
    return word


def is_allowed(
    words: Sequence[ConsentWord],
    purpose: Purpose,
    at_us: int,
    dealer: str | None = None,
    category: str | None = None,
    person: Sequence[ConsentWord] = (),
) -> bool:
    """Whether one card's words allow the purpose at `at_us`; without a word they do not.

    dealer: the recipient; None is the company itself. category: which of the data; None asks of
    the purpose as such. A dealer has what the consent names, and what tells of an illness only
    while `health` is consented to as well; the company's own use of health needs that consent too.
    person: the words of all the person's cards, against which an unproven consent must hold.
    """
    consent = in_force(words, purpose, at_us, dealer)
    if consent is None:
        return False
    if category is None:
        return True
    if dealer is not None and category not in (consent.categories or NOTHING_NAMED):
        return False
    needs_health = category in ONLY_WITH_HEALTH if dealer is not None else category == "health"
    return not needs_health or _is_health_allowed(words, person, at_us)


def _is_health_allowed(
    words: Sequence[ConsentWord], person: Sequence[ConsentWord], at_us: int
) -> bool:
    """Each card speaks for itself; what nobody proved ends no objection of the person."""
    consent = in_force(words, "health", at_us)
    if consent is None or consent.proven:
        return consent is not None
    said, of_card = (words_on(each, "health", at_us) for each in (person, words))
    return objection_to(consent, said, of_card) is None


def restricted(cards_words: Iterable[Iterable[ConsentWord]], at_us: int) -> bool:
    """Whether a person's archive is stored but not used at `at_us`.

    Takes the words of each of the person's cards. The person's last word on `archive`, over all of
    them, is a refusal, a withdrawal or a consent that has expired; silence does not restrict.
    """
    return says_no(cards_words, "archive", at_us)


def says_no(
    cards_words: Iterable[Iterable[ConsentWord]],
    purpose: Purpose,
    at_us: int,
    dealer: str | None = None,
) -> bool:
    """Whether a person's last word on a purpose, over all cards, is no yes that still holds.

    A refusal, a withdrawal or a consent that has expired says no; silence does not.
    """
    word = last_word((word for words in cards_words for word in words), purpose, at_us, dealer)
    return word is not None and (not word.is_consent or has_expired(word, at_us))


def _order(word: ConsentWord) -> tuple[int, int, str, str]:
    return word.order
