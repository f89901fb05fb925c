"""`python -m tests.bench.busy`: what one event more costs of a member, or of a person, with many.

A clerk whose rewards are all paid is paid once more, with and without a cap of the year; a person
buys once more; somebody buys whose card is tied to many others. Processor time of the recording of
single events, the median of several, among few and among many in one run: the ratio says whether it
grows.
"""

import argparse
import json
from collections.abc import Callable
from statistics import median
from time import process_time

from rich.console import Console
from rich.table import Table

from campaigns.intake import HEADQUARTERS
from tests.installations import Installation
from tests.integration.record.sales import (
    RULE,
    a_hall,
    a_patient,
    a_sale,
    bought,
    owed,
    paid,
    the_clerk,
    the_policy,
)

SIZES = (20, 200, 2_000)
SINGLE_EVENTS = 15
_TOGETHER = 1_000
_CAPPED = {**RULE, "cap_fen_year": 10**9}

Lines = list[bytes]
Scene = Callable[[int], tuple[Lines, Lines]]
"""So many → what is recorded before, and the single events."""


def payments(many: int) -> tuple[Lines, Lines]:
    """To one clerk, whose other rewards are paid."""
    return _payments(many, the_policy())


def capped_payments(many: int) -> tuple[Lines, Lines]:
    """The same under a cap of the year that is never reached."""
    return _payments(many, the_policy(_CAPPED))


def purchases(many: int) -> tuple[Lines, Lines]:
    """By one person, whom the clerk referred."""
    before = [*the_clerk(), the_policy(), *a_patient(0), *(bought(n, 0) for n in range(many))]
    return before, [bought(many + n, 0, day=5) for n in range(SINGLE_EVENTS)]


def in_a_hall(many: int) -> tuple[Lines, Lines]:
    """By people whose cards are tied by phones, one to the next, and who all have bought."""
    everybody = many + SINGLE_EVENTS
    before = [*the_clerk(), the_policy(), *a_hall(everybody), *(bought(n, n) for n in range(many))]
    return before, [bought(n, n, day=5) for n in range(many, everybody)]


def _payments(many: int, policy: bytes) -> tuple[Lines, Lines]:
    everybody = range(many + SINGLE_EVENTS)
    sales = [line for number in everybody for line in a_sale(number)]
    lines = [paid(owed(number), number, 1_000) for number in everybody]
    return [*the_clerk(), policy, *sales, *lines[:many]], lines[many:]


SCENES: dict[str, Scene] = {
    "a payment": payments,
    "a payment, capped": capped_payments,
    "a purchase": purchases,
    "a purchase in a hall": in_a_hall,
}


def milliseconds(scene: Scene, many: int) -> float:
    """Of a single event among so many."""
    before, single = scene(many)
    with Installation() as made:
        for start in range(0, len(before), _TOGETHER):
            made.intake.accept(before[start : start + _TOGETHER], HEADQUARTERS)
        made.work()
        took = []
        for line in single:
            made.intake.accept([line], HEADQUARTERS)
            began = process_time()
            made.work()
            took.append((process_time() - began) * 1e3)
    return median(took)


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.busy", description=__doc__)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    # What a process does once only is done by then.
    milliseconds(payments, 1)
    found = {name: [milliseconds(each, many) for many in SIZES] for name, each in SCENES.items()}
    if asked.json:
        print(json.dumps(found))
        return
    table = Table("one more", *(f"among {many:,}, ms" for many in SIZES), "many / few")
    for name, took in found.items():
        table.add_row(name, *(f"{each:.2f}" for each in took), f"{took[-1] / took[0]:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
