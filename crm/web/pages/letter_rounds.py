"""Whom of a group a letter reaches, what the first of them would read, and letters on paper.

On paper each is looked at again right before theirs is made. Nobody gets the same twice: of a
template's version and an occasion (an activity, a saved group, a call that is due) a person has one
letter. What is sent goes by itself (crm/letters/postman.py).
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from campaigns.ids import derived_id
from campaigns.wording.languages import Language
from crm.accounts.access import Access, log_accesses
from crm.archives.queries import person_then
from crm.components.evaluation import PersonView
from crm.holdings.queries import said_by
from crm.letters.addressee import addresses_of, never_tried, values_of, what_stands_against
from crm.letters.postman import LETTER
from crm.letters.queries import reached, states_of, with_mail
from crm.letters.register import Sending
from crm.letters.sending import Way
from crm.letters.template import Letter, LetterTemplate, rendered
from crm.people.queries import Wanted, list_people, may_have_phones
from crm.storage.database import reading, writing
from crm.web.guards.visit import Visit

MOST_AT_ONCE = 100
"""Of letters on paper: more people wait for a page too long."""
NO_ADDRESS: Mapping[Way, str] = {"mail": "no_mail", "sms": "no_phone", "wechat": "no_phone"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be sent, in which language, on which way; group: person id → the occasion."""

    template: LetterTemplate
    language: Language
    way: Way
    group: Mapping[str, str]


@dataclass
class Outcome:
    """Who gets it, or got it on paper; and how many do not, and why.

    reaches: the people. letters: on paper each of theirs, else that of the first alone.
    """

    reaches: list[str] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Round:
    """One look at a group, or one making of letters on paper for it.

    form_id: of the form that makes them, None while it is only looked at. The same form again
    makes again what it began.
    """

    visit: Visit
    asked: Asked
    form_id: str | None

    def overview(self) -> Outcome:
        """Whom it is to reach, by what is known of all at once; each is looked at again later."""
        found = Outcome()
        for person_id in self._worth_a_look(frozenset(), found):
            if not found.letters:
                one = self._look(person_id)
                if isinstance(one, str):
                    found.left_out[one] += 1
                    continue
                self._keep_look(one[0])
                found.letters.append(one[1])
            found.reaches.append(person_id)
        return found

    def on_paper(self) -> Outcome:
        """Go through the group until it is full."""
        found, own = Outcome(), self._own()
        room = MOST_AT_ONCE
        for person_id in self._worth_a_look(own, found):
            if room <= 0:
                found.left_out["too_many"] += 1
                continue
            one = self._look(person_id)
            if isinstance(one, str):
                found.left_out[one] += 1
                continue
            if not self._made(*one, is_first=not found.letters, is_again=person_id in own):
                found.left_out["before"] += 1
                continue
            room -= 1
            found.letters.append(one[1])
            found.reaches.append(person_id)
        return found

    def _own(self) -> frozenset[str]:
        """Those for whom this form made a letter before."""
        if self.form_id is None:
            return frozenset()
        ids = {self._letter_id(person_id): person_id for person_id in self.asked.group}
        with reading(self.visit.site.engine) as connection:
            states = states_of(self.visit.scope, connection, ids)
        return frozenset(ids[letter_id] for letter_id in states)

    def _worth_a_look(self, own: frozenset[str], found: Outcome) -> list[str]:
        """Those whom nothing shuts out that is known of all at once; the others are counted."""
        scope, template, group = self.visit.scope, self.asked.template, self.asked.group
        with reading(self.visit.site.engine) as connection:
            had = reached(scope, connection, template, set(group.values()))
            wanted = Wanted(most=max(len(group), 1))
            people, _ = list_people(scope, connection, wanted, among=frozenset(group))
            at_us = self.visit.site.now_us()
            said = said_by(scope, connection, group.keys(), "", at_us) if self._asks_consent else {}
            with_address = may_have_phones if self.asked.way != "mail" else with_mail
            known = with_address(scope, connection, group.keys())
        standing = {person.person_id: person for person in people}
        left: list[str] = []
        for person_id, occasion in group.items():
            why, person = "", standing.get(person_id)
            if (occasion, person_id) in had and person_id not in own:
                why = "before"
            elif person is not None and person.deceased:
                why = "deceased"
            elif person is not None and person.restricted:
                why = "restricted"
            elif self._asks_consent and template.purpose not in said.get(person_id, {}):
                why = "no_consent"
            elif self.asked.way != "print" and person_id not in known:
                why = NO_ADDRESS[self.asked.way]
            if why:
                found.left_out[why] += 1
            else:
                left.append(person_id)
        # Whoever joined the group since takes no place of what this form began.
        return sorted(left, key=lambda person_id: person_id not in own)

    @property
    def _asks_consent(self) -> bool:
        return self.asked.template.purpose != "service"

    def _look(self, person_id: str) -> tuple[PersonView, Letter] | str:
        """The person as they stand at this moment, and their letter; or why there is none.

        Of the hour it is not asked: paper wakes nobody, and what is sent waits for the day.
        """
        visit, asked = self.visit, self.asked
        now_us = visit.site.now_us()
        with reading(visit.site.engine) as connection:
            known = person_then(visit.scope, connection, visit.site.keyring, person_id, now_us)
        if known is None:
            return "erased"
        person = known[0]
        against = what_stands_against(person, asked.template, "print", now_us)
        if against is not None:
            return against
        values = values_of(person, visit.site.keeper, asked.language, now_us)
        if never_tried(asked.template, asked.language, values):
            return "no_trial"
        if asked.way != "print" and not addresses_of(person, asked.way):
            return NO_ADDRESS[asked.way]
        return person, rendered(asked.template, asked.language, values)

    def _made(self, person: PersonView, letter: Letter, *, is_first: bool, is_again: bool) -> bool:
        """Whether it is theirs: kept before it is made; only looked at, or made again, it is."""
        site, asked = self.visit.site, self.asked
        if self.form_id is None or is_again:
            if is_first or is_again:
                self._keep_look(person)
            return True
        sending = Sending(
            self._letter_id(person.person_id),
            person.cards[0].card_id,
            *(asked.template, asked.language, asked.way),
            *(site.now_us(), self.visit.account.actor, asked.group[person.person_id]),
        )
        return site.postman.deliver(sending, letter, "", looked=True) == "sent"

    def _keep_look(self, person: PersonView) -> None:
        site = self.visit.site
        card_id = person.cards[0].card_id
        with writing(site.engine) as connection:
            look = Access(site.now_us(), self.visit.account.actor, card_id, LETTER)
            log_accesses(connection, [look])

    def _letter_id(self, person_id: str) -> str:
        """Of the form, what it says and the person: a second tap makes nothing twice."""
        asked = self.asked
        of_form = (self.form_id or "", asked.template.name, str(asked.template.version))
        way = (asked.language, asked.way, asked.group[person_id])
        return derived_id("letter", *of_form, *way, person_id)
