"""Who is who by the letter of the written rule: every pair looked at, nothing remembered.

Names, phones and ID numbers come from small tables that say what each is worth, so that this
oracle shares no code with what it judges.
"""

from collections.abc import Callable, Iterable
from datetime import date
from itertools import combinations
from uuid import NAMESPACE_DNS, uuid5

from crm.identity.traits import IdentityCard, PairDecision

NAMES = {  # as written -> (simplified, toneless pinyin)
    "单桂兰": ("单桂兰", "shan gui lan"),
    "單 桂蘭": ("单桂兰", "shan gui lan"),
    "单贵兰": ("单贵兰", "shan gui lan"),
    "仇建国": ("仇建国", "qiu jian guo"),
    "邱建国": ("邱建国", "qiu jian guo"),
}
PHONES = {  # as written -> the mobile that proves something
    "13912340001": "13912340001",
    "+86 139-1234-0001": "13912340001",
    "13912340002": "13912340002",
    "138 0000 0000": None,
    "010-65551234": None,
}
ID_NUMBERS = {  # as written -> (number, sex, birth date), None where it is not valid
    "11010519491231002X": ("11010519491231002X", "female", date(1949, 12, 31)),
    "11010519491231002x": ("11010519491231002X", "female", date(1949, 12, 31)),
    "110105194905011232": ("110105194905011232", "male", date(1949, 5, 1)),
    "110105195301010022": ("110105195301010022", "female", date(1953, 1, 1)),
    "110105194912310021": None,
    "110105491231002": None,
}


def identity_number(card: IdentityCard) -> tuple[str, str, date] | None:
    known = ID_NUMBERS[card.id_number] if card.id_number else None
    if known is None or (card.sex and card.sex != known[1]):
        return None
    if card.birth_year and card.birth_year != known[2].year:
        return None
    return None if card.birth_date and card.birth_date != known[2] else known


def sex(card: IdentityCard) -> str | None:
    number = identity_number(card)
    return card.sex or (number[1] if number else None)


def birth_date(card: IdentityCard) -> date | None:
    number = identity_number(card)
    return card.birth_date or (number[2] if number else None)


def birth_year(card: IdentityCard) -> int | None:
    if card.birth_date:
        return card.birth_date.year
    born = birth_date(card)
    return card.birth_year or (born.year if born else None)


def veto(one: IdentityCard, other: IdentityCard) -> bool:
    numbers = identity_number(one), identity_number(other)
    if numbers[0] and numbers[1] and numbers[0][0] != numbers[1][0]:
        return True
    if sex(one) and sex(other) and sex(one) != sex(other):
        return True
    years = birth_year(one), birth_year(other)
    return years[0] is not None and years[1] is not None and abs(years[0] - years[1]) > 2


class NaivePeople:
    def __init__(
        self,
        cards: Iterable[IdentityCard],
        decisions: Iterable[PairDecision],
        crowded: Callable[[str], bool] = lambda phone: False,
    ) -> None:
        self.cards = {card.card_id: card for card in cards}
        self.crowded = crowded
        self.decisions = self.decisions_that_hold(list(decisions))
        self.groups: list[set[str]] = [{card_id} for card_id in self.cards]
        for decision in sorted(self.decisions.values(), key=lambda decision: decision.order):
            if decision.kind == "same":
                self.join(decision.card_id, decision.other_card_id, by_human=True)
        for rule in (self.same_number, self.same_sound_and_phone, self.same_name_and_birth):
            for smaller, larger in combinations(sorted(self.cards), 2):
                if rule(self.cards[smaller], self.cards[larger]):
                    self.join(smaller, larger, by_human=False)

    def decisions_that_hold(
        self, decisions: list[PairDecision]
    ) -> dict[frozenset[str], PairDecision]:
        hold: dict[frozenset[str], PairDecision] = {}
        for decision in decisions:
            pair = frozenset((decision.card_id, decision.other_card_id))
            if len(pair) == 2 and pair <= set(self.cards):
                others = [each for each in decisions if {each.card_id, each.other_card_id} == pair]
                hold[pair] = max(others, key=lambda each: each.order)
        return hold

    def join(self, one: str, other: str, *, by_human: bool) -> None:
        left = next(group for group in self.groups if one in group)
        right = next(group for group in self.groups if other in group)
        if left is right:
            return
        for a in left:
            for b in right:
                decision = self.decisions.get(frozenset((a, b)))
                if decision is not None and decision.kind == "different":
                    return
                if not by_human and veto(self.cards[a], self.cards[b]):
                    return
        self.groups.remove(right)
        left |= right

    def phones(self, card: IdentityCard) -> set[str]:
        proving = {PHONES[raw] for raw in card.phones} - {None}
        return {phone for phone in proving if phone and not self.call_centre(phone)}

    def call_centre(self, phone: str) -> bool:
        on_it = [c for c in self.cards.values() if phone in {PHONES[raw] for raw in c.phones}]
        sounds = {NAMES[card.name][1] for card in on_it if card.name}
        return len(sounds) > 8 or len(on_it) > 200 or self.crowded("+86" + phone)

    def same_number(self, one: IdentityCard, other: IdentityCard) -> bool:
        numbers = identity_number(one), identity_number(other)
        return numbers[0] is not None and numbers[0] == numbers[1]

    def same_sound_and_phone(self, one: IdentityCard, other: IdentityCard) -> bool:
        if not one.name or not other.name or NAMES[one.name][1] != NAMES[other.name][1]:
            return False
        return bool(self.phones(one) & self.phones(other))

    def same_name_and_birth(self, one: IdentityCard, other: IdentityCard) -> bool:
        if not one.name or not other.name or NAMES[one.name][0] != NAMES[other.name][0]:
            return False
        if birth_date(one) is None or birth_date(one) != birth_date(other):
            return False
        same_place = bool(one.region and other.region and one.region[:4] == other.region[:4])
        return same_place or bool(self.phones(one) & self.phones(other))

    def person_of(self) -> dict[str, str]:
        people: dict[str, str] = {}
        for group in self.groups:
            first = min(group, key=lambda card_id: self.cards[card_id].order)
            people.update(dict.fromkeys(group, person_id_of(first)))
        return people

    def household_of(self) -> dict[str, str]:
        """Person id → household id."""
        people = self.person_of()
        homes = {who: {who} for who in people.values()}
        for one, other in combinations(self.cards.values(), 2):
            if self.phones(one) & self.phones(other):
                joined = homes[people[one.card_id]] | homes[people[other.card_id]]
                homes.update(dict.fromkeys(joined, joined))
        namespace = uuid5(NAMESPACE_DNS, "jinxi.example")
        return {who: str(uuid5(namespace, "household/" + min(homes[who]))) for who in homes}


def person_id_of(card_id: str) -> str:
    return str(uuid5(uuid5(NAMESPACE_DNS, "jinxi.example"), "person/" + card_id))
