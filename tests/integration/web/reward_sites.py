"""Events of members, referrals and purchases for the pages of rewards; everybody is invented."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

import httpx

from campaigns.ids import reward_id
from campaigns.times import rfc3339
from crm.accounts.roles import AccountRole
from crm.clock import now_us
from streams.embedded.worker import Worker
from tests.integration.web.sites import RunningSite, running, sign_in, today, token_in


def event(
    type_name: str, subject: str, data: dict[str, Any], days_ago: int, event_id: str = ""
) -> dict[str, Any]:
    """An event of headquarters, some days ago at noon; of today, just now."""
    day = today() - timedelta(days=days_ago)
    return {
        "specversion": "1.0",
        "id": event_id or f"{type_name}-{subject.partition('/')[2]}",
        "source": "/hq/console",
        "type": f"jinxi.{type_name}.v1",
        "subject": subject,
        "time": f"{day}T12:00:00+08:00" if days_ago else rfc3339(now_us()),
        "data": data,
    }


def member(code: str, kind: str = "clerk", dealer: str = "D1", trained: bool = True) -> list[Any]:
    """An enrolment long ago, with a phone of its own, and a training."""
    enrolled = {
        "member": code,
        "kind": kind,
        "dealer": dealer,
        "person": {"name": "赵小店"},
        "contact": {"phones": [f"135{crc32(code.encode()) % 10**8:08d}"]},
        "institution": "康民药店",
        "institution_kind": "pharmacy",
    }
    events = [event("member.enrolled", f"member/{code}", enrolled, 120)]
    if trained:
        passed = {"member": code, "course": "产品知识", "passed": True}
        events.append(event("member.trained", f"member/{code}", passed, 110))
    return events


def sale(n: int, code: str, days_ago: int = 45, quantity: int = 2) -> list[Any]:
    """A patient of its own, referred by a member, who buys."""
    card_id, purchase_id = f"C{n}", f"P{n}"
    registered = {
        "card_id": card_id,
        "person": {"name": f"李桂{'一二三四五六七八九十'[n % 10]}"},
        "contact": {"phones": [f"139{n:08d}"]},
        "source_kind": "referral",
    }
    referred = {
        "referral_id": f"R{n}",
        "card_id": card_id,
        "member": code,
        "patient_agreed": True,
    }
    bought = {
        "purchase_id": purchase_id,
        "card_id": card_id,
        "sku": "JX-B4",
        "quantity": quantity,
        "unit_price_fen": 69_300,
        "channel": "pharmacy",
        "region": "110105",
    }
    subject = f"card/{card_id}"
    return [
        event("card.registered", subject, registered, days_ago + 2),
        event("referral.made", subject, referred, days_ago + 1),
        event("purchase.made", subject, bought, days_ago),
    ]


def reward_of(n: int, code: str, policy: str = "default") -> str:
    """The reward of a sale."""
    return reward_id(f"P{n}", code, policy)


@contextmanager
def rewarding(folder: Path, *events: Any, **others: AccountRole) -> Iterator[RunningSite]:
    """A site with the events, every day reached: chief of headquarters, payer, dealer of D1."""
    with running(folder) as site:
        site.user("chief", "headquarters")
        site.user("payer", "finance")
        site.user("dealer", "dealer", "D1")
        for name, role in others.items():
            site.user(name, role)
        site.accept(*events)
        reach_every_day(site)
        yield site


def reach_every_day(site: RunningSite) -> None:
    """Record everything, and every day up to today."""
    Worker(site.site.engine, site.site.keyring).until_idle()


class Person:
    """Somebody who is signed in and clicks."""

    def __init__(self, client: httpx.Client) -> None:
        """With the client of the session."""
        self.client = client

    def get(self, path: str) -> httpx.Response:
        return self.client.get(path, follow_redirects=True)

    def post(self, path: str, **fields: Any) -> httpx.Response:
        """A form with this session's token; a list stands several times."""
        token = token_in(self.client.get("/me").text)
        form = {"form_token": token, **fields}
        return self.client.post(path, data=form)


@contextmanager
def signed_in(site: RunningSite, name: str) -> Iterator[Person]:
    """Somebody of the site."""
    with site.client() as client:
        assert sign_in(client, name).status_code == 303
        yield Person(client)
