"""Events of a person: of headquarters, some days ago."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

from tests.integration.web.sites import today


def consent(card_id: str, **data: Any) -> dict[str, Any]:
    said = {"card_id": card_id, "purpose": "archive", "notice_version": "2026-01"}
    said |= {"method": "paper", "by": "self"} | data
    return {
        "specversion": "1.0",
        "id": f"yes-{card_id}-{said['purpose']}-{said['notice_version']}",
        "source": "/sheets/D1",
        "type": "jinxi.consent.given.v1",
        "time": f"{today()}T00:00:00+08:00",
        "subject": f"card/{card_id}",
        "data": said,
    }


def refusal(card_id: str) -> dict[str, object]:
    return {
        "specversion": "1.0",
        "id": f"no-{card_id}",
        "source": "/sheets/D1",
        "type": "jinxi.consent.refused.v1",
        "time": f"{today()}T00:00:01+08:00",
        "subject": f"card/{card_id}",
        "data": {"card_id": card_id, "purpose": "archive"},
    }


def fields(page: str) -> dict[str, str]:
    """What the form of an act sends before anybody types."""
    form = page[page.index('<form class="log') :]
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in hidden}


def event(type_name: str, card_id: str, **data: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"{type_name}-{card_id}-{data.get('trial_id') or data.get('complaint_id') or 'x'}",
        "source": "/hq/console",
        "type": f"jinxi.{type_name}.v1",
        "time": f"{today() - timedelta(days=1)}T11:00:00+08:00",
        "subject": f"card/{card_id}",
        "data": {"card_id": card_id, **data},
    }
