"""Which dealers have a contract on a day, and which regions their contracts cover."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from campaigns.regions import covers
from campaigns.times import shanghai_day
from crm.consents.facts import Contract


@dataclass(frozen=True, slots=True)
class Territory:
    """The region codes (GB/T 2260) of one dealer's active contracts."""

    codes: tuple[str, ...]

    def covers(self, region: str | None) -> bool:
        """Whether a card of this region belongs here; a card without a region does not."""
        return region is not None and any(covers(code, region) for code in self.codes)


def is_active(contract: Contract, day: date) -> bool:
    """Whether the contract runs on the Shanghai day; its first and last day count."""
    if day < contract.starts_on:
        return False
    return contract.ends_on is None or day <= contract.ends_on


def territories(contracts: Iterable[Contract], at_us: int) -> Mapping[str, Territory]:
    """Per dealer with an active contract at `at_us`: the territory of all of them together.

    A contract that was made after `at_us` is not there yet, whatever its first day. Every kind of
    contract counts, a sub-dealer's too: each is a handler of its own.
    """
    day = shanghai_day(at_us)
    codes: dict[str, set[str]] = {}
    for contract in contracts:
        if contract.order[0] <= at_us and is_active(contract, day):
            codes.setdefault(contract.dealer, set()).update(contract.regions)
    return {dealer: Territory(tuple(sorted(held))) for dealer, held in codes.items()}
