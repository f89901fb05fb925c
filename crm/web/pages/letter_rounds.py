"""Whom of a group a letter reaches, what the first of them would read, and letters on paper.

Everybody is looked at as the postman will (crm/letters/judging.py), many together. Nobody gets the
same twice: of a template's version and an occasion (an activity, a saved group, a call that is
due) a person has one letter. What is sent goes by itself (crm/letters/postman.py).
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from campaigns.ids import derived_id
from campaigns.wording.languages import Language
from crm.accounts.access import LETTER_SENT, Access, log_accesses
from crm.letters.batch import Batch
from crm.letters.judging import Errand, Judged
from crm.letters.postman import LETTER
from crm.letters.queries import judged, reached
from crm.letters.register import Sending, start_run
from crm.letters.sending import Way
from crm.letters.template import Letter, LetterTemplate
from crm.storage.database import reading, writing
from crm.web.guards.visit import Visit

MOST_AT_ONCE = 100
"""Of letters on paper: more people wait for a page too long."""
TOGETHER = 250
"""People who are looked at in one go, which costs a fraction of one by one."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be sent, in which language, on which way; group: person id → the occasion."""

    template: LetterTemplate
    language: Language
    way: Way
    group: Mapping[str, str]


@dataclass
class Outcome:
    """Who gets it, and what it says to them; and how many do not, and why."""

    gets: dict[str, Judged] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)

    @property
    def letters(self) -> list[Letter]:
        """In the order of the people's ids, so that a second print is the same."""
        return [self.gets[person_id].letter for person_id in sorted(self.gets)]


@dataclass(frozen=True)
class Round:
    """One look at a group."""

    visit: Visit
    asked: Asked

    def overview(self) -> Outcome:
        """Whom it is to reach, by what holds now; on paper as many as one file holds."""
        found, room = Outcome(), MOST_AT_ONCE
        for person_id, one in self._looked_at(found):
            if isinstance(one, str):
                found.left_out[one] += 1
            elif self.asked.way == "print" and room <= 0:
                found.left_out["too_many"] += 1
            else:
                room -= 1
                found.gets[person_id] = one
        return found

    def shown(self) -> Outcome:
        """The same, kept as a look at the first: theirs is shown."""
        found = self.overview()
        if found.gets:
            keep_looks(self.visit, [found.gets[min(found.gets)]], LETTER)
        return found

    def printed(self, batch: Batch) -> Outcome:
        """Letters on paper, which count as sent from now on; batch: the run, as it is kept."""
        found = self.overview()
        by = (batch.at_us, batch.actor)
        of = (self.asked.template, batch.language, batch.way)
        sendings = {
            person_id: Sending(
                derived_id("letter", batch.batch_id, person_id),
                each.person.cards[0].card_id,
                *of,
                *by,
                self.asked.group[person_id],
            )
            for person_id, each in found.gets.items()
        }
        with writing(self.visit.site.engine) as connection:
            kept = start_run(self.visit.scope, connection, batch, sendings)
        for person_id in sendings.keys() - kept:
            del found.gets[person_id]
            found.left_out["before"] += 1
        keep_looks(self.visit, list(found.gets.values()), LETTER_SENT)
        return found

    def _looked_at(self, found: Outcome) -> Iterator[tuple[str, Judged | str]]:
        """Each of the group who had none before, and what is said of them now."""
        visit, asked = self.visit, self.asked
        with reading(visit.site.engine) as connection:
            of = (visit.scope, connection, asked.template)
            had = reached(*of, set(asked.group.values()))
        left = [name for name, occasion in asked.group.items() if (occasion, name) not in had]
        found.left_out["before"] += len(asked.group) - len(left)
        for start in range(0, len(left), TOGETHER):
            piece = {name: asked.group[name] for name in left[start : start + TOGETHER]}
            yield from self.looked_at_now(piece).items()

    def looked_at_now(self, piece: Mapping[str, str]) -> Mapping[str, Judged | str]:
        """What is said of some of them at this moment."""
        site, asked = self.visit.site, self.asked
        now_us = site.now_us()
        errand = Errand(asked.template, asked.language, asked.way, now_us, site.keeper)
        with reading(site.engine) as connection:
            return judged(self.visit.scope, connection, site.keyring, errand, piece, now_us)


def keep_looks(visit: Visit, looked_at: list[Judged], what: str) -> None:
    """That the names of some people were put into letters: LETTER or LETTER_SENT."""
    now_us, actor = visit.site.now_us(), visit.account.actor
    cards = [each.person.cards[0].card_id for each in looked_at]
    with writing(visit.site.engine) as connection:
        log_accesses(connection, [Access(now_us, actor, card_id, what) for card_id in cards])
