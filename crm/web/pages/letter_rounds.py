"""A letter on its way to many: who of them can be sent it now, and what became of each.

Each is looked at again right before theirs leaves. Nobody gets the same twice: of a template's
version and an occasion (an activity, a saved group, a call that is due) a person has one letter.
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
from crm.letters.queries import reached, states_of
from crm.letters.register import Sending, begin, end
from crm.letters.sending import Way, is_quiet
from crm.letters.template import Letter, LetterTemplate, named_in, rendered
from crm.letters.ways import NotSent
from crm.people.queries import Wanted, list_people, may_have_phones
from crm.storage.database import reading, writing
from crm.web.guards.visit import Visit
from crm.web.pages.letters import LETTER, OF_A_TRIAL, phones_of, values_of, what_stands_against

MOST_AT_ONCE = 100
"""More people wait for a page too long, and for paper nobody."""
FAILURES_IN_A_ROW = 3
"""After so many the gateway is in trouble, not a number."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be sent, in which language, on which way; group: person id → the occasion."""

    template: LetterTemplate
    language: Language
    way: Way
    group: Mapping[str, str]


@dataclass
class Outcome:
    """Who gets it, or got it where it was sent; and how many do not, and why."""

    letters: list[Letter] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Round:
    """One look at a group, or one sending to it.

    form_id: of the form that sends, None while it is only looked at. The same form again sends
    nothing twice; on paper it makes again what it began.
    """

    visit: Visit
    asked: Asked
    form_id: str | None

    def outcome(self) -> Outcome:
        """Go through the group until it is full, night falls or the gateway is in trouble."""
        found, own = Outcome(), self._own()
        again = frozenset(own) if self.asked.way == "print" else frozenset()
        room, failures = MOST_AT_ONCE - len(own.keys() - again), 0
        for person_id in self._worth_a_look(own, again, found):
            if shut := self._shut(room, failures):
                found.left_out[shut] += 1
                continue
            one = self._look(person_id)
            if isinstance(one, str):
                found.left_out[one] += 1
                continue
            why = self._leave(*one, is_first=not found.letters, is_again=person_id in again)
            failures = failures + 1 if why == "failed" else 0
            room -= why != "before"
            if why is None:
                found.letters.append(one[1])
            else:
                found.left_out[why] += 1
        return found

    def _shut(self, room: int, failures: int) -> str:
        """Why nobody is begun any more; empty: the next one may be."""
        if self.asked.way != "print" and is_quiet(self.visit.site.now_us()):
            return "quiet_hours"
        if failures >= FAILURES_IN_A_ROW:
            return "stopped"
        return "" if room > 0 else "too_many"

    def _own(self) -> dict[str, str]:
        """Person id → how it went, of those whom this form was sent to before."""
        if self.form_id is None:
            return {}
        ids = {self._letter_id(person_id): person_id for person_id in self.asked.group}
        with reading(self.visit.site.engine) as connection:
            states = states_of(self.visit.scope, connection, ids)
        return {ids[letter_id]: state for letter_id, state in states.items()}

    def _worth_a_look(
        self, own: Mapping[str, str], again: frozenset[str], found: Outcome
    ) -> list[str]:
        """Those whom nothing shuts out that is known of all at once; the others are counted."""
        scope, template, group = self.visit.scope, self.asked.template, self.asked.group
        with reading(self.visit.site.engine) as connection:
            had = reached(scope, connection, template, set(group.values()))
            wanted = Wanted(most=max(len(group), 1))
            people, _ = list_people(scope, connection, wanted, among=frozenset(group))
            at_us = self.visit.site.now_us()
            said = said_by(scope, connection, group.keys(), "", at_us) if self._asks_consent else {}
            phones = may_have_phones(scope, connection, group.keys())
        standing = {person.person_id: person for person in people}
        left: list[str] = []
        for person_id, occasion in group.items():
            why, person = "", standing.get(person_id)
            if person_id in own.keys() - again:
                why = "failed" if own[person_id] == "failed" else "before"
            elif (occasion, person_id) in had and person_id not in again:
                why = "before"
            elif person is not None and person.deceased:
                why = "deceased"
            elif person is not None and person.restricted:
                why = "restricted"
            elif self._asks_consent and template.purpose not in said.get(person_id, {}):
                why = "no_consent"
            elif self.asked.way != "print" and person_id not in phones:
                why = "no_phone"
            if why:
                found.left_out[why] += 1
            else:
                left.append(person_id)
        # Whoever joined the group since takes no place of what this form began.
        return sorted(left, key=lambda person_id: person_id not in again)

    @property
    def _asks_consent(self) -> bool:
        return self.asked.template.purpose != "service"

    def _look(self, person_id: str) -> tuple[PersonView, Letter] | str:
        """The person as they stand at this moment, and their letter; or why there is none."""
        visit, asked = self.visit, self.asked
        now_us = visit.site.now_us()
        with reading(visit.site.engine) as connection:
            known = person_then(visit.scope, connection, visit.site.keyring, person_id, now_us)
        if known is None:
            return "erased"
        person = known[0]
        against = what_stands_against(person, asked.template, asked.way, now_us)
        if against is not None:
            return against
        values = values_of(visit, person, asked.language)
        if any(not values[each] for each in OF_A_TRIAL & named_in(asked.template, asked.language)):
            return "no_trial"
        if asked.way != "print" and not next(phones_of(person), ""):
            return "no_phone"
        return person, rendered(asked.template, asked.language, values)

    def _leave(
        self, person: PersonView, letter: Letter, *, is_first: bool, is_again: bool
    ) -> str | None:
        """Kept before it leaves the house, and how it went; None: it left, or is only shown."""
        site, asked = self.visit.site, self.asked
        at_us, actor = site.now_us(), self.visit.account.actor
        card_id = person.cards[0].card_id
        look = Access(at_us, actor, card_id, LETTER)
        if self.form_id is None or is_again:
            if is_first or is_again:
                with writing(site.engine) as connection:
                    log_accesses(connection, [look])
            return None
        letter_id = self._letter_id(person.person_id)
        occasion = asked.group[person.person_id]
        sending = Sending(
            *(letter_id, card_id, asked.template, asked.language, asked.way, at_us, actor, occasion)
        )
        with writing(site.engine) as connection:
            if not begin(connection, sending):
                return "before"
            log_accesses(connection, [look])
        failed = False
        if asked.way != "print":
            to = next(phones_of(person))
            try:
                site.ways.message(site.keyring, letter, asked.way, to, letter_id, at_us)
            except NotSent:
                failed = True
        with writing(site.engine) as connection:
            end(connection, letter_id, failed=failed)
        return "failed" if failed else None

    def _letter_id(self, person_id: str) -> str:
        """Of the form, what it says and the person: a second tap sends nothing twice."""
        asked = self.asked
        of_form = (self.form_id or "", asked.template.name, str(asked.template.version))
        way = (asked.language, asked.way, asked.group[person_id])
        return derived_id("letter", *of_form, *way, person_id)
