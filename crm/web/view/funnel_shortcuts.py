"""One tap from a funnel to its neighbours: another time, compared or not, one group alone."""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from msgspec import structs

from campaigns.wording.catalogues import N_, translated
from campaigns.wording.languages import Language
from crm.funnels.columns import ACTIVITY, REGION
from crm.funnels.definition import Step, parse_step
from crm.funnels.document import Compared, Document
from crm.funnels.fields import PLACES, fields_of
from crm.web.view.funnel_form import DEFAULT, address_of
from crm.web.view.funnel_words import dimension_word

_ROLLING = {30: N_("近 30 天"), 90: N_("近 90 天"), 182: N_("近半年")}
_FIELDS = {**dict.fromkeys(PLACES, REGION), "activity_kind": "kind"}
_OF_ACTIVITIES = ("dealer", "programme", ACTIVITY)
_OF_MEETINGS = ("dealer", "activity_kind", "month")
_QUARTER = 3


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A neighbour: what it is called, its address, whether it is what stands there."""

    word: str
    query: str
    is_shown: bool


def other_times(document: Document, today: date, language: Language) -> Iterator[Shortcut]:
    """The same funnel of the times that meetings ask for."""
    for days, word in _ROLLING.items():
        of_days = structs.replace(document, last_days=days, from_day=None, to_day=None)
        yield Shortcut(translated(word, language), address_of(of_days), of_days == document)
    begins = quarter_start(today)
    before = quarter_start(begins - timedelta(days=1))
    for word, first, after in (
        (N_("本季度"), begins, today + timedelta(days=1)),
        (N_("上季度"), before, begins),
    ):
        quarter = structs.replace(document, last_days=None, from_day=first, to_day=after)
        yield Shortcut(translated(word, language), address_of(quarter), quarter == document)


def compared_or_not(document: Document, today: date, language: Language) -> Iterator[Shortcut]:
    """The same funnel with another time beside it, or without where it stands there: the one
    before, of a quarter the quarter before, and the year before, which is what meetings hold it
    against; and days that somebody chose."""
    first, _ = document.period(today)
    offered: dict[Compared, str] = {"before": N_("和前一段比")}
    if document.compare == "quarter" or first == quarter_start(first):
        offered["quarter"] = N_("和上一季度的同样几天比")
    offered["year"] = N_("和去年同期比")
    if document.compare == "days":
        offered["days"] = N_("和自己选的一段比")
    for code, word in offered.items():
        is_shown = document.compare == code
        bare = structs.replace(document, compare_from=None, compare_to=None)
        other = structs.replace(bare, compare="" if is_shown else code)
        yield Shortcut(translated(word, language), address_of(other), is_shown)


def grouped_or_not(
    document: Document, language: Language, offered: Container[str]
) -> Iterator[Shortcut]:
    """The same funnel broken down as meetings want it, by what is offered, or without where it
    is."""
    for name in filter(offered.__contains__, _OF_MEETINGS):
        is_shown = name in document.by
        by = tuple(each for each in document.by if each != name)
        other = structs.replace(document, by=by if is_shown else (*by, name))
        word = translated(N_("按%(what)s"), language) % {"what": dimension_word(name, language)}
        yield Shortcut(word, address_of(other), is_shown)


def only_group(document: Document, dimension: str, value: str | None) -> str | None:
    """The address of a funnel of one group of a breakdown alone; None: no condition says that."""
    first = parse_step(document.steps[0])
    field = _FIELDS.get(dimension, dimension)
    lent = field in (*_FIELDS.values(), *_OF_ACTIVITIES)
    if value is None or not lent or not {field, ACTIVITY} <= set(fields_of(first.type)):
        return None
    conditions = {**dict(first.conditions), field: value}
    step = Step(first.type, tuple(sorted(conditions.items())))
    by = tuple(name for name in document.by if name != dimension)
    return address_of(structs.replace(document, steps=(str(step), *document.steps[1:]), by=by))


def funnel_of_activity(activity_id: str, first: date, today: date) -> str:
    """The address of what became of those who came to one activity, from its first day on."""
    came = Step("activity.attended", ((ACTIVITY, activity_id),))
    steps = (str(came), *DEFAULT.steps[1:])
    after = today + timedelta(days=1)
    since = {"last_days": None, "from_day": first, "to_day": after}
    return f"/funnels?{address_of(structs.replace(DEFAULT, steps=steps, **since))}"


def quarter_start(day: date) -> date:
    """The first day of the quarter of a year that a day lies in."""
    return day.replace(month=(day.month - 1) // _QUARTER * _QUARTER + 1, day=1)
