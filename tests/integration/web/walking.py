"""Somebody of each role who walks the pages: says something by a form, sees it, takes it back.

What one role says is asked of every other that may not: no form, and 403 on the bare request.
"""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
from sqlalchemy import select

from crm.accounts.people import Account
from crm.accounts.roles import AccountRole
from crm.journal.events import JOURNAL
from crm.outcomes.tables import OUTCOME
from crm.storage.database import reading
from tests.integration.web.acting import form_in
from tests.integration.web.sites import RunningSite, today, token_in

LOGGED = {
    **{"name": "程登记", "sex": "female", "born": "1950", "phone": "13700003399"},
    **{"attended": "1", "systolic_mmhg": "130", "diastolic_mmhg": "80", "method": "paper"},
    **{"consent_archive": "1", "consent_health": "1", "refused_marketing": "1"},
    **{"trial": "1", "trial_sku": "JX-B4", "purchase": "1", "purchase_sku": "JX-B4"},
    **{"quantity": "1", "price": "693", "gift_item": "毛巾", "gift_value": "20", "club_join": "1"},
    **{"complaint_kind": "service", "complaint_text": "等太久", "referral": "1", "member": "M1"},
}
"""All that a form of the phone can hold of somebody new, and what it says."""
OF_LOG = (
    *("card.registered", "activity.attended", "clinic.consulted", "consent.given"),
    *("consent.refused", "trial.started", "purchase.made", "gift.given", "club.joined"),
    *("complaint.raised", "referral.made"),
)


PRESENT_DAY = "the present day"
"""Stands for it among what is typed: which day it is, is asked when it is typed."""


@dataclass(frozen=True)
class Act:
    """One form of a page. form: where it goes; says: what it must say, of it the first is walked.

    values: what is typed.
    """

    role: AccountRole
    page: str
    form: str
    says: tuple[str, ...]
    values: dict[str, Any]


@dataclass
class Walk:
    """A site with an account of each role, and all that was said so far."""

    site: RunningSite
    clients: dict[str, httpx.Client]
    actors: dict[AccountRole, Account]
    said: dict[str, tuple[str, str]] = field(default_factory=dict)

    def do(self, act: Act) -> None:
        """Say it, see it, and see it refused to who may not."""
        client = self.clients[act.role]
        opened = client.get(act.page)
        assert opened.status_code == 200, (act.page, opened.status_code)
        day = str(today())
        typed = {name: day if it is PRESENT_DAY else it for name, it in act.values.items()}
        form = {**form_in(opened.text, act.form), **typed}
        self.refused_to_others(act, form)
        answer = client.post(act.form, data=form)
        for _ in range(3):
            if answer.status_code != 200 or "data-receipt" in answer.text:
                break
            # A doubt is asked about once; what was typed is sent again as it stands.
            asked = re.search(r'name="asked" value="([^"]*)"', answer.text)
            form = {**form, "asked": asked[1] if asked else ""}
            answer = client.post(act.form, data=form)
        taken = answer.status_code == 303 or "data-receipt" in answer.text
        assert taken, (act.form, answer.status_code, faults_of(answer.text))
        self.site.work()
        for type_name in act.says:
            self.seen(act, type_name)

    def seen(self, act: Act, type_name: str) -> None:
        with reading(self.site.site.engine) as connection:
            query = (
                select(JOURNAL.c.source, JOURNAL.c.id, OUTCOME.c.outcome)
                .join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position)
                .where(JOURNAL.c.type == type_name, JOURNAL.c.source.startswith("/phones/"))
                .order_by(JOURNAL.c.position.desc())
            )
            row = connection.execute(query).first()
        assert row is not None, (act.form, type_name)
        assert row.outcome == "recorded", (type_name, row.outcome)
        assert row.source == f"/phones/{self.actors[act.role].actor}"
        self.said[type_name] = row.source, row.id
        page = self.clients["headquarters"].get(_address(row.source, row.id))
        assert page.status_code == 200 and "已入档" in page.text, type_name

    def refused_to_others(self, act: Act, form: dict[str, Any]) -> None:
        """Whoever says none of it is refused the bare request, and shown no such form."""
        for role, account in self.actors.items():
            if any(map(account.may_say, act.says)):
                continue
            client = self.clients[role]
            own = {"form_token": token_in(client.get("/me").text), "form_id": str(uuid4())}
            answer = client.post(act.form, data={**form, **own})
            assert answer.status_code == 403, (role, act.form, answer.status_code)
            assert f'action="{act.form}"' not in client.get(act.page).text, (role, act.page)

    def take_back(self, type_name: str) -> None:
        """By the form of the event's own page."""
        source, event_id = self.said[type_name]
        client, page = self.clients["headquarters"], _address(source, event_id)
        form = {**form_in(client.get(page).text, "/event/void"), "reason_code": "typed_wrong"}
        answer = client.post("/event/void", data=form)
        if answer.status_code == 200:
            again = form_in(answer.text, "/event/void")
            answer = client.post("/event/void", data=again)
        assert answer.status_code == 303, (type_name, faults_of(answer.text))
        self.site.work()
        assert "谁撤销了它" in client.get(page).text, type_name
        assert self.outcome(source, event_id) == "voided", type_name

    def outcome(self, source: str, event_id: str) -> str:
        """What became of an event."""
        query = select(OUTCOME.c.outcome).join(JOURNAL, JOURNAL.c.position == OUTCOME.c.position)
        query = query.where(JOURNAL.c.source == source, JOURNAL.c.id == event_id)
        with reading(self.site.site.engine) as connection:
            return str(connection.execute(query).scalar_one())


def _address(source: str, event_id: str) -> str:
    return f"/event?source={quote(source, safe='')}&id={event_id}"


def faults_of(page: str) -> str:
    return " ".join(re.findall(r'role="alert">(.*?)</div>', page, re.S))[:600]
