"""What people bought within their windows, and what the activities of a step cost."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
import pytest

from campaigns.times import day_start_us
from crm.funnels.definition import parse_step
from crm.funnels.document import Document
from crm.funnels.money import Costs, costs_by, costs_of, reached_at
from crm.funnels.own_copy import own_copy
from crm.funnels.report import Question, Report, report_of

DOCUMENT = Document(
    ("trial.started", "purchase.made"),
    "10d",
    date(2026, 3, 1),
    date(2026, 4, 1),
    by=("sex",),
)


def bought(day: str, quantity: int = 1, returned: int = 0, price: int = 100) -> dict[str, Any]:
    kept = {"quantity": quantity, "returned": returned, "unit_price_fen": price}
    return {"purchase_id": day, "time": f"{day}+08:00", "sku": "four", "channel": "dealer", **kept}


def asked(*purchases: dict[str, Any], document: Document = DOCUMENT) -> Report:
    """Of two people who began a trial on the third at ten; the first bought."""
    began = {"type": "trial.started", "time": "2026-03-03T10:00:00+08:00"}
    rows = [
        {"identity": {"sex": sex}, "history": [{**began, "timeprecision": "second", "sku": "four"}]}
        for sex in ("female", "male")
    ]
    rows[0]["purchases"] = list(purchases)
    own = own_copy(((f"k{n}", orjson.dumps(row)) for n, row in enumerate(rows)), (), 0)
    return report_of(
        Question(document, date(2026, 4, 1)), own.columns, own.attributes, own.standing
    )


@pytest.mark.parametrize(
    ("purchase", "spent"),
    [
        (bought("2026-03-04T09:00:00"), 100),
        (bought("2026-03-04T09:00:00", quantity=3, returned=1), 200),
        (bought("2026-03-04T09:00:00", quantity=2, returned=2), 0),
        (bought("2026-03-04T09:00:00", price=0), 0),
        (bought("2026-03-03T09:59:59"), 0),
        (bought("2026-03-03T10:00:00"), 100),
        # Midnight stands for a day that is known alone: it may have been after ten.
        (bought("2026-03-03T00:00:00"), 100),
        (bought("2026-03-13T23:59:59"), 100),
        (bought("2026-03-14T00:00:01"), 0),
    ],
)
def test_what_counts_is_bought_between_the_entry_and_the_end_of_the_window_and_kept(
    purchase: dict[str, Any], spent: int
) -> None:
    assert asked(purchase).steps[0].spent_fen == spent


def test_a_step_has_what_those_bought_who_reached_it_and_groups_add_up() -> None:
    purchases = bought("2026-03-04T09:00:00"), bought("2026-03-06T09:00:00", quantity=2)
    report = asked(*purchases)
    assert [step.spent_fen for step in report.steps] == [300, 300]
    assert {group.value: group.spent_fen for group in report.groups["sex"]} == {
        "female": 300,
        "male": 0,
    }
    left = asked(*purchases, document=Document(("trial.started", "trial.ended"), last_days=60))
    assert [step.spent_fen for step in left.steps] == [300, 0]


@dataclass
class Held:
    kind: str
    cost_fen: int | None
    cancelled: bool = False
    activity_id: str = "A1"
    programme: str = "sunset"
    dealer: str = "D1"
    region: str = "110105"
    reached: int | None = 7
    starts_us: int = day_start_us(date(2026, 3, 4))


HELD = (
    Held("free_clinic", 1_000),
    Held("free_clinic", None, dealer="D2"),
    Held("free_clinic", 5_000, cancelled=True),
    Held("promotion", 70),
)


@pytest.mark.parametrize(
    ("step", "costs"),
    [
        ("activity.attended", Costs(3, 1, 1_070)),
        ("activity.attended:kind=free_clinic", Costs(2, 1, 1_000)),
        ("activity.attended:kind=free_clinic,dealer=D1", Costs(1, 0, 1_000)),
        ("activity.attended:region=310000", Costs(0, 0, 0)),
        ("purchase.made", None),
        ("trial.started:kind=free_clinic", None),
    ],
)
def test_the_costs_are_those_of_the_activities_that_the_first_step_names(
    step: str, costs: Costs | None
) -> None:
    assert costs_of(parse_step(step), HELD) == costs


@pytest.mark.parametrize(
    ("dimension", "groups"),
    [
        ("activity_kind", {"free_clinic": Costs(2, 1, 1_000), "promotion": Costs(1, 0, 70)}),
        ("dealer", {"D1": Costs(2, 0, 1_070), "D2": Costs(1, 1, 0)}),
        ("programme", {"sunset": Costs(3, 1, 1_070)}),
        ("activity_id", {"A1": Costs(3, 1, 1_070)}),
        ("month", {"2026-03": Costs(3, 1, 1_070)}),
        ("week", {"2026-03-02": Costs(3, 1, 1_070)}),
        ("province", {"110000": Costs(3, 1, 1_070)}),
        ("city", {"110100": Costs(3, 1, 1_070)}),
        ("county", {"110105": Costs(3, 1, 1_070)}),
        ("sex", {}),
    ],
)
def test_a_group_costs_what_its_activities_cost(dimension: str, groups: dict[str, Costs]) -> None:
    assert costs_by(parse_step("activity.attended"), HELD, dimension) == groups
    assert costs_by(parse_step("trial.started"), HELD, dimension) == {}


@pytest.mark.parametrize(
    ("step", "reached"),
    [
        ("activity.attended", 31),
        ("activity.attended:region=110000", 30),
        ("activity.attended:region=420100", 1),
        ("activity.attended:dealer=D2", 20),
        ("activity.attended:kind=promotion,region=110105", 0),
        ("activity.attended:dealer=D9", 0),
        ("trial.started", None),
        ("purchase.made:dealer=D1", None),
    ],
)
def test_who_was_reached_is_counted_at_the_activities_that_the_first_step_names_or_not_told(
    step: str, reached: int | None
) -> None:
    held = [
        Held("free_clinic", None, reached=10),
        Held("free_clinic", None, reached=20, dealer="D2"),
        Held("promotion", None, reached=None),
        Held("promotion", None, reached=1, region="420106"),
    ]
    assert reached_at(parse_step(step), held) == reached
