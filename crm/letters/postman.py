"""Takes letters out of the house: one, or those of the batches that are under way, a few at a time.

A letter is kept before it leaves, and how it went is kept afterwards; one that is between the two
when a process ends may have left, so it is never taken out again by itself. A batch goes on where
it stood, rests while the server or the gateway is in trouble, and at night.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Engine

from crm.accounts.access import LETTER_SENT, Access, log_accesses
from crm.accounts.people import account_of
from crm.journal.dead_letters import may_be_one_event
from crm.keyring.keyring import Keyring
from crm.letters.batch import LATER_SECONDS, Batch, Due
from crm.letters.judging import Errand, Judged
from crm.letters.queries import batches_due, judged, next_due, states_of, template_of
from crm.letters.register import Sending, begin, end, rest, settle, stop, wait_for
from crm.letters.sending import is_quiet
from crm.letters.template import Letter, LetterTemplate
from crm.letters.ways import NotSent, Trouble, Ways
from crm.rights.own_copy import Keeper
from crm.scope import Scope
from crm.storage.database import reading, writing

LETTER = "letter"
"""What the access log calls that somebody read a letter with somebody's name, to write it."""
AT_ONCE = 20
"""Letters of one batch before the next has its turn."""
FAILURES_IN_A_ROW = 3
"""After so many it is the server that is in trouble, not an address."""
Went = Literal["sent", "before"] | Trouble
"""before: it was begun before, or its person has it; the others as `NotSent` names them."""
_OF_THE_WAY = {"unreachable", "no_way", "shut", "insecure"}
"""Whoever is written to, it would go the same."""
_FOR_SOMEBODY = {"no_way", "shut", "insecure"}
"""It does not pass by itself."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Turn:
    """A batch whose turn it is, with what all its letters share."""

    batch: Batch
    template: LetterTemplate
    scope: Scope

    def errand(self, keeper: Keeper) -> Errand:
        """What is sent; keeper: in whose name."""
        of = self.batch
        return Errand(self.template, of.language, of.way, of.at_us, keeper)


@dataclass(frozen=True)
class Postman:
    """Of an installation; now_us tells the time.

    alive: called before each letter of a batch: somebody works.
    """

    engine: Engine
    keyring: Keyring
    ways: Ways
    keeper: Keeper
    now_us: Callable[[], int]
    alive: Callable[[], None] = lambda: None

    def deliver(self, sending: Sending, letter: Letter, to: str) -> Went:
        """Keep that it is about to leave with somebody's name, hand it over, keep how that went."""
        with writing(self.engine) as connection:
            if not begin(connection, sending):
                return "before"
            look = Access(sending.at_us, sending.actor, sending.card_id, LETTER_SENT)
            log_accesses(connection, [look])
        try:
            self._hand_over(sending, letter, to)
        except NotSent as error:
            if error.why != "unsure":
                with writing(self.engine) as connection:
                    end(connection, sending.letter_id, failed=True)
            return error.why
        with writing(self.engine) as connection:
            end(connection, sending.letter_id, failed=False)
        return "sent"

    def _hand_over(self, sending: Sending, letter: Letter, to: str) -> None:
        of = (to, sending.letter_id, sending.at_us)
        if sending.way == "mail":
            self.ways.mail(letter, *of)
        elif sending.way != "print":
            self.ways.message(self.keyring, letter, sending.way, *of)

    def step(self) -> int:
        """A few letters of each batch that is under way; how many were settled."""
        now_us = self.now_us()
        if is_quiet(now_us):
            return 0
        with reading(self.engine) as connection:
            found = batches_due(connection, now_us)
        return sum(self._a_few_of(batch) for batch in found)

    def _a_few_of(self, batch: Batch) -> int:
        turn = self._turn(batch)
        if turn is None:
            with writing(self.engine) as connection:
                stop(connection, batch.batch_id, "no_right")
            return 0
        failures = 0
        for settled in range(AT_ONCE):
            self.alive()
            now_us = self.now_us()
            with reading(self.engine) as connection:
                due = next_due(connection, batch.batch_id, now_us)
            if due is None or is_quiet(now_us):
                return settled
            why = self._one(turn, due, now_us)
            if why in _FOR_SOMEBODY:
                with writing(self.engine) as connection:
                    stop(connection, batch.batch_id, why)
                return settled
            failures = failures + 1 if why in ("later", "refused") else 0
            if why in _OF_THE_WAY or failures >= FAILURES_IN_A_ROW:
                with writing(self.engine) as connection:
                    rest(connection, batch.batch_id, why, now_us)
                return settled
        return AT_ONCE

    def _turn(self, batch: Batch) -> Turn | None:
        """None where whoever asked for it may not, any more, or the template is gone."""
        with reading(self.engine) as connection:
            account = account_of(connection, batch.actor)
            if account is None or not _may_send(account.scope):
                return None
            template = template_of(account.scope, connection, batch.name, batch.version)
        return None if template is None else Turn(batch, template, account.scope)

    def _one(self, turn: Turn, due: Due, now_us: int) -> str:
        """How one went; what is the way's leaves it waiting."""
        try:
            went = self._tried(turn, due, now_us)
        except Exception as error:
            if not may_be_one_event(error):
                raise
            # The kind alone: what it says may name somebody.
            _log.error("letter %s could not be made: %s", due.letter_id, type(error).__name__)
            went = "broken"
        with writing(self.engine) as connection:
            if went == "later" and due.attempts < len(LATER_SECONDS):
                wait_for(connection, due, now_us)
            elif went not in _OF_THE_WAY:
                settle(connection, due, went)
        return went

    def _tried(self, turn: Turn, due: Due, now_us: int) -> str:
        """Look at the person as they stand now; then it leaves, or why it does not."""
        batch, errand = turn.batch, turn.errand(self.keeper)
        group = {due.person_id: due.occasion}
        with reading(self.engine) as connection:
            of = (turn.scope, connection, self.keyring)
            found = judged(*of, errand, group, now_us)[due.person_id]
        if not isinstance(found, Judged):
            return found
        card_id = found.person.cards[0].card_id
        by = (now_us, batch.actor, due.occasion)
        sending = Sending(due.letter_id, card_id, turn.template, batch.language, batch.way, *by)
        went = self.deliver(sending, found.letter, found.to)
        return self._known_before(turn.scope, due) if went == "before" else went

    def _known_before(self, scope: Scope, due: Due) -> str:
        """Of one that was begun already: how it went, if its process lived to keep that."""
        with reading(self.engine) as connection:
            state = states_of(scope, connection, [due.letter_id]).get(due.letter_id)
        return {"sent": "sent", "begun": "unsure"}.get(state or "", "before")


def _may_send(scope: Scope) -> bool:
    return scope.may("letters") and scope.may("people") and scope.may("opens")
