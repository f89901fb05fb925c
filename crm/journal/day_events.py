"""The CRM's own events of time: a day was reached, or is taken back since the clock was wrong.

A day that was taken back and comes again is another event, and has a number: the identity of an
event is for ever.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

import orjson
from sqlalchemy import Connection, func, select

from campaigns.catalogue import wire_name
from campaigns.intake import CLOCK_SOURCE
from campaigns.times import day_start_us, rfc3339
from crm.journal.events import JOURNAL
from crm.storage.database import in_pieces


def day_lines(
    connection: Connection, reach: Sequence[date], take_back: Sequence[date], today: date
) -> list[bytes]:
    """The events of days to be taken back, and of days to be reached."""
    came = _counts(connection, "day.reached", (*reach, *take_back))
    went = _counts(connection, "event.voided", (*reach, *take_back))
    lines = [day_voided(day, today, max(came[day] - 1, 0)) for day in take_back]
    return lines + [day_reached(day, min(came[day], went[day])) for day in reach]


def _counts(connection: Connection, type_name: str, days: Iterable[date]) -> Counter[date]:
    """How often the CRM said it of each day."""
    found: Counter[date] = Counter()
    for piece in in_pieces([_subject(day) for day in days]):
        query = select(JOURNAL.c.subject, func.count()).where(
            JOURNAL.c.subject.in_(piece), JOURNAL.c.type == type_name, JOURNAL.c.role == "system"
        )
        for subject, count in connection.execute(query.group_by(JOURNAL.c.subject)):
            found[date.fromisoformat(subject.partition("/")[2])] = count
    return found


def day_reached(day: date, taken_back: int = 0) -> bytes:
    """The event that a Shanghai day began; `taken_back`: how often it had to be taken back."""
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": _id(day, taken_back),
            "source": CLOCK_SOURCE,
            "type": wire_name("day.reached"),
            "time": rfc3339(day_start_us(day)),
            "subject": _subject(day),
            "data": {"day": day.isoformat()},
        }
    )


def day_voided(day: date, today: date, taken_back: int = 0) -> bytes:
    """The event that takes a day back, on the day that it is by the clock that is right again."""
    of_id = _id(day, taken_back)
    data = {"of_source": CLOCK_SOURCE, "of_id": of_id, "reason_code": "did_not_happen"}
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": f"{of_id}:back",
            "source": CLOCK_SOURCE,
            "type": wire_name("event.voided"),
            "time": rfc3339(day_start_us(today)),
            "subject": _subject(day),
            "data": data,
        }
    )


def _subject(day: date) -> str:
    return f"day/{day.isoformat()}"


def _id(day: date, taken_back: int) -> str:
    return f"{day.isoformat()}:{taken_back + 1}" if taken_back else day.isoformat()
