"""Who types into a form, and when."""

from campaigns.intake import Credential
from campaigns.times import parse_instant_us
from crm.activities.queries import ActivityRow
from crm.web.view.forms import Entry

FORM_ID = "6f1d3c1e-58a4-4f0c-9d3b-0c2f4b7f9a11"

STARTS_US = parse_instant_us("2026-05-03T09:00:00+08:00")

NOW_US = parse_instant_us("2026-05-03T10:00:00+08:00")

STAFF = Credential("staff", "u-1", None, ("/phones/u-1",))

ACTIVITY = ActivityRow(
    *("A1", "activity/A1", "sunset", "promotion", "健康日", "110105", "D1"),
    *(STARTS_US, None, None, None, False, None, None),
)


def entry(
    card_id: str | None = None, written_at: str = "2026-05-03T09:12:00+08:00", **typed: str
) -> Entry:
    return Entry(FORM_ID, written_at, card_id, lambda name: typed.get(name, ""), ACTIVITY)
