"""Writes activities."""

from typing import Any

from campaigns.times import instant_us
from crm.outcomes.shared import Activity


def activity_row(activity: Activity) -> dict[str, Any]:
    """The row of one activity."""
    return {
        "activity_id": activity.activity_id,
        "subject": f"activity/{activity.activity_id}",
        "programme": activity.programme,
        "kind": activity.kind,
        "title": activity.title,
        "region": activity.region,
        "dealer": activity.dealer,
        "starts_us": instant_us(activity.starts_at),
        "ends_us": instant_us(activity.ends_at) if activity.ends_at else None,
        "venue": activity.venue,
        "filing_no": activity.filing_no,
        "cancelled": activity.cancelled,
        "reached": activity.reached,
        "cards_handed_out": activity.cards_handed_out,
        "cost_fen": activity.cost_fen,
    }
