"""Contracts of dealers."""

from datetime import timedelta
from typing import Any

from tests.integration.web.sites import (
    today,
)


def contract() -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": "contract-D1",
        "source": "/hq/console",
        "type": "jinxi.dealer.contracted.v1",
        "time": f"{today() - timedelta(days=40)}T09:00:00+08:00",
        "subject": "dealer/D1",
        "data": {
            "dealer": "D1",
            "contract_id": "K1",
            "name": "朝阳康泰",
            "kind": "exclusive",
            "regions": ["110000"],
            "starts_on": str(today() - timedelta(days=40)),
        },
    }
