"""Splink 5 on the same records: comparisons as its documentation advises for such columns.

Its weights are learnt on the same data: u from random pairs, m by expectation maximisation in two
blocks. Clusters are connected components at a match probability.
"""

from collections import defaultdict
from importlib import import_module
from typing import Any

from crm.identity.names import pinyin
from crm.identity.record import record_of

LEAST = (0.5, 0.95, 0.99)
"""Probabilities from which on two records are linked; told side by side."""


def splink_pairs(rows: list[dict[str, str]], *, seniors: bool) -> dict[float, list[list[str]]]:
    """Probability → the clusters of record ids."""
    pandas: Any = import_module("pandas")
    splink: Any = import_module("splink")
    cl: Any = import_module("splink.comparison_library")
    block_on = splink.block_on
    frame = pandas.DataFrame([_row(row, seniors=seniors) for row in rows])
    comparisons: list[Any] = [
        cl.NameComparison("given"),
        cl.NameComparison("surname"),
        cl.DateOfBirthComparison("born", input_is_string=True),
        cl.ExactMatch("region"),
        cl.LevenshteinAtThresholds("address", [2, 6]),
    ]
    if any(row["phone"] for row in rows):
        comparisons += [cl.ExactMatch("phone"), cl.ExactMatch("sex")]
    if any(row["id_number"] for row in rows):
        comparisons.append(cl.LevenshteinAtThresholds("id_number", [1]))
    blocks = [
        block_on("given", "surname"),
        block_on("born"),
        block_on("address"),
        block_on("surname", "region"),
        block_on("given", "region"),
    ]
    if seniors:
        blocks += [block_on("phone"), block_on("id_number")]
    settings = splink.SettingsCreator(
        "dedupe_only",
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=blocks,
        unique_id_column_name="record_id",
        probability_two_random_records_match=1 / len(rows),
    )
    api = import_module("splink.backends.duckdb").DuckDBAPI()
    linker = splink.Linker(api.register(frame), settings, log_level=50)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for block in (block_on("given", "surname"), block_on("born")):
        linker.training.estimate_parameters_using_expectation_maximisation(block)
    predicted = linker.inference.predict(threshold_match_probability=min(LEAST))
    found = {}
    for least in LEAST:
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
            predicted, threshold_match_probability=least
        ).as_pandas_dataframe()
        groups: defaultdict[Any, list[str]] = defaultdict(list)
        for cluster, record_id in zip(clusters["cluster_id"], clusters["record_id"], strict=True):
            groups[cluster].append(record_id)
        found[least] = list(groups.values())
    return found


def _row(row: dict[str, str], *, seniors: bool) -> dict[str, str | None]:
    record = record_of(row["record_id"], name=row["name"], phones=filter(None, [row["phone"]]))
    if seniors:
        surname, given = row["name"][:1], pinyin(row["name"][1:])
    else:
        given, _, surname = row["name"].rpartition(" ")
    said = {
        "record_id": row["record_id"],
        "given": given,
        "surname": surname,
        "born": row["birth_date"] if len(row["birth_date"]) == 10 else "",
        "region": row["region"],
        "address": row["address"],
        "phone": next(iter(record.phones), ""),
        "sex": row["sex"],
        "id_number": row["id_number"],
    }
    return {column: value or None for column, value in said.items()}
