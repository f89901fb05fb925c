"""What somebody may see and do, and of which dealer: the first argument of every query."""

from dataclasses import dataclass
from typing import Literal, get_args

Capability = Literal[
    "activities",
    "people",
    "archive",
    "opens",
    "health",
    "money",
    "books",
    "payees",
    "restricted",
    "follow_ups",
    "letters",
    "numbers",
    "own_numbers",
    "events",
    "conflicts",
    "decides",
    "hears",
    "requests",
    "answers",
    "copies",
    "own_copy",
    "own_people",
    "passes_on",
    "looks",
    "status",
    "runs",
    "accounts",
    "audit",
    "legal",
    "members",
]
"""activities: which there are. people: lists of the company's people, masked; archive: one person's
whole; opens: what is masked there, by a tap; health: what is opened may be health; restricted: also
of archives that are kept and not used. money: rewards, a dealer's members'
alone; books: the company's: policies, payments, ledger; payees: files that name in full whom
money or value goes to. follow_ups: whom to call.
numbers: the season and its funnels. events: what became of everybody's events. conflicts: where
corrections disagree; decides: which holds. hears: enter what a person asks for under their rights;
requests: all that was asked for; answers: answer it. copies: how every dealer's copy stands;
own_copy: the own dealer's; own_people: find somebody in it; passes_on: tell the company what one of
them, or whose card is an own one, asks for under their rights. looks: who opened what. status: how
it runs; runs: confirm the clock, look for clashes. accounts: who may sign in, and tokens; audit:
who changed them. legal: say for compliance that a policy of rewards may be so. members: who
refers; a dealer its own.
own_numbers: funnels of the own dealer's people. letters: write to people.
"""

_OF_DEALERS: frozenset[Capability] = frozenset(
    {"own_copy", "own_people", "own_numbers", "passes_on"}
)


@dataclass(frozen=True, slots=True)
class Scope:
    """The right to read and to act.

    sees: the capabilities; dealer: of a dealer's people, whose activities and copy they may see and
    nothing else; regions: of field staff, where the activities are that they see (GB/T 2260; none:
    everywhere).
    """

    sees: frozenset[Capability]
    dealer: str | None = None
    regions: tuple[str, ...] = ()

    def may(self, capability: Capability) -> bool:
        """Whether it is open."""
        return capability in self.sees

    def require(self, capability: Capability, why: str) -> None:
        """OutOfScope unless it is open."""
        if capability not in self.sees:
            raise OutOfScope(why)

    def may_see_copy_of(self, dealer: str) -> bool:
        """Whether a dealer's copy is open."""
        return self.may("copies") or (self.may("own_copy") and self.dealer == dealer)


HEADQUARTERS_SCOPE = Scope(frozenset(get_args(Capability)) - _OF_DEALERS - {"restricted", "legal"})
"""All but what is restricted; the command reads for headquarters."""


def dealer_scope(dealer: str) -> Scope:
    """A dealer's own copy, and nothing else of the company's."""
    return Scope(_OF_DEALERS | {"activities", "health", "money", "members"}, dealer)


class OutOfScope(Exception):
    """The viewer may not see what was asked for."""
