"""A form that is sent a second time, as a second tap or a page gone back to sends it, keeps nothing
more: each that the pages have, or why it may.

What a form says as events is known by the form's own number (`test_catalogue`, `test_person_acts`);
here are those that keep something beside the events.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from campaigns.ids import person_id
from crm.storage.database import METADATA, reading
from crm.web.view.person_acts import ACTS
from crm.web.view.said_on import SAID_ON
from tests.integration.web.acting import form_in
from tests.integration.web.contracts import contract
from tests.integration.web.own_links import given, kept, said
from tests.integration.web.reward_sites import (
    Person,
    event,
    member,
    reach_every_day,
    reward_of,
    rewarding,
    sale,
    signed_in,
)
from tests.integration.web.roles import pages
from tests.integration.web.sites import RunningSite, activity_today, card, today, token_in

SAYS_EVENTS = {path for paths in SAID_ON.values() for path in paths} | {
    *(f"/people/{{name}}/{act.path}" for act in ACTS),
    *("/said/{form_id}", "/said/{form_id}/move", "/event/again", "/sheets/{activity_id}"),
    *("/conflicts/decide", "/copy/row/{key}/consent", "/event/consent"),
    "/sheets/{activity_id}/sent/{key}",
}
"""Each event has an id of its form, or of what stands in it: twice it is a duplicate."""
READS = {
    *("/language", "/search", "/people", "/members", "/restricted", "/season/{step}"),
    *("/activities/{activity_id}/{group}", "/activities/{activity_id}/expected"),
    *("/log/{activity_id}/find", "/hand-over/people", "/copy/find", "/matching/open"),
    *("/conflicts/open", "/letters/batch/{batch_id}/people/{state}", "/members/training"),
    *("/policies/drafts/{draft_id}/try", "/funnels/why", "/funnels/people"),
    *("/segments/{segment_id}", "/letters/batch/{batch_id}/print", "/backups/try"),
}
"""They keep nothing but who looked."""
OPENS = {
    *("/people/{name}/reveal", "/people/{name}/readings", "/people/{name}/evidence"),
    *("/copy/reveal", "/copy/workbook", "/copy/row/{key}/open", "/letters/secret"),
    *("/follow-ups/{trial_id}/{number}/open", "/rights/{request_id}/own-copy"),
}
"""Each time something was shown or handed out, and each time that is kept."""
ENDS = {
    *("/sign-in", "/sign-in/demo", "/sign-in/code", "/sign-out", "/me/password"),
    *("/me/second-factor", "/join/{secret}", "/accounts/links/{number}/take-back"),
    *("/accounts/{actor}/password", "/accounts/{actor}/factor", "/accounts/{actor}/sign-out"),
    *("/accounts/{actor}/close", "/tokens/{token_id}/revoke", "/webhooks/{webhook_id}/remove"),
    *("/webhooks/{webhook_id}/retry", "/status/retry", "/backups"),
    *("/letters/batch/{batch_id}/stop", "/letters/batch/{batch_id}/go"),
    *("/letters/batch/{batch_id}/again", "/members/{code}/link/end", "/members/{code}/link"),
    *("/rewards/{reward_id}/orders/{order_id}/fail", "/copy/seen", "/event/handled"),
    *("/status/clock", "/watch/decide", "/activities/{activity_id}/uninvite"),
    *("/copy/deleted", "/copy/invite/{activity_id}"),
}
"""What they bring about is a state, or a secret in place of the one before."""
SECRETS = {"/accounts", "/tokens"}
"""What is shown once cannot be shown again: a second tap makes another, which is listed."""
ELSEWHERE = {
    "/letters/batch": "test_many_are_sent_once_each_however_often_it_is_tapped",
    "/people/{name}/letter": "test_a_message_is_signed_and_a_second_tap_sends_it_once",
    "/own/{secret}/dispute": "test_a_second_tap_disputes_once_and_five_wait_at_a_time",
    "/rights": "test_a_second_tap_enters_no_second_request_and_other_words_do",
    "/people/{name}/request": "test_a_second_tap_enters_no_second_request_and_other_words_do",
    **dict.fromkeys(
        ("/copy/row/{key}/request", "/event/request"),
        "test_who_passes_on_the_same_again_is_told_so_and_nothing_is_entered_twice",
    ),
    "/notices": "test_a_notice_is_added_as_a_new_version_and_shown_from_then_on",
    "/segments/{segment_id}/follow-ups": (
        "test_nobody_is_called_twice_about_the_same_thing_whatever_form_asks"
    ),
}
"""Their tests prove it beside other things."""
LOOKS = {"access_log", "web_session", "sign_in_attempt"}
"""Tables of who looked and who is signed in."""


def _policy() -> str:
    return POLICY.format(day=today() + timedelta(days=9))


@dataclass(frozen=True)
class Sent:
    """A form: by whom, on which page (none: another leads there), where it goes, what is typed."""

    by: str
    page: str
    action: str
    typed: dict[str, Any]


POLICY = """\
policy: twice
effective_from: {day}
rules:
  - member_kind: doctor
    mode: ALLOWED
    basis: percent
    percent_bp: 3000
    hold_days: 0
    training_required: false
"""
SEGMENT = "step=activity.attended&days=3&at=1"
KEPT_BY: dict[str, Callable[["Desk"], Sent]] = {
    "/rights/{request_id}/note": lambda desk: Sent(
        "office", desk.request, f"{desk.request}/note", {"text": "打电话没有人接"}
    ),
    "/rights/{request_id}/close": lambda desk: Sent(
        "office", desk.request, f"{desk.request}/close", {"outcome": "taken_back"}
    ),
    "/disputes/{dispute_id}/answer": lambda desk: Sent(
        "payer", desk.dispute, f"{desk.dispute}/answer", {"outcome": "declined", "answer": "没有"}
    ),
    "/policies": lambda _: Sent(
        "office",
        "/policies/new",
        "/policies",
        {"text": _policy()},
    ),
    "/policies/drafts/{draft_id}/agree": lambda desk: Sent(
        "law", desk.draft, f"{desk.draft}/agree", {"word": "可以"}
    ),
    "/policies/drafts/{draft_id}/withdraw": lambda desk: Sent(
        "office", desk.draft, f"{desk.draft}/withdraw", {}
    ),
    "/letters": lambda _: Sent(
        "office", "/letters", "/letters", {"subject_zh-CN": "来信", "body_zh-CN": "请来坐坐"}
    ),
    "/funnels/saved": lambda _: Sent(
        "office", f"/funnels?{SEGMENT}", "/funnels/saved", {"name": "到场"}
    ),
    "/segments": lambda _: Sent(
        "office", f"/funnels/people?{SEGMENT}", "/segments", {"name": "到场的人"}
    ),
    "/webhooks": lambda _: Sent(
        "office", "/webhooks", "/webhooks", {"dealer": "D1", "url": "https://orders.example/called"}
    ),
    "/follow-ups/assign": lambda desk: Sent(
        "office", "/follow-ups", "/follow-ups/assign", {"chosen": desk.call, "owner": desk.actor}
    ),
    "/follow-ups/{trial_id}/{number}/later": lambda desk: Sent(
        "office",
        f"/follow-ups/{desk.call}",
        f"/follow-ups/{desk.call}/later",
        {"not_before": str(today() + timedelta(days=3))},
    ),
    "/rewards/files": lambda _: Sent("payer", "", "/rewards/files", {"reward": reward_of(1, "M1")}),
    "/invite": lambda _: Sent(
        "office", "", "/invite", {"chosen": person_id("K-1"), "to": "A-today", "step": "send"}
    ),
    "/funnels/saved/{funnel_id}/remove": lambda desk: Sent(
        *("office", desk.funnel, f"{desk.funnel}/remove"), {}
    ),
    "/segments/{segment_id}/remove": lambda desk: Sent(
        *("office", desk.segment, f"{desk.segment}/remove"), {}
    ),
    "/accounts/{actor}/roles": lambda desk: Sent(
        "office", f"/accounts/{desk.actor}", f"/accounts/{desk.actor}/roles", {"role_planning": "1"}
    ),
}


@dataclass(frozen=True)
class Desk:
    """A site, and what somebody has said there: pages, a call, and an account of field staff."""

    site: RunningSite
    request: str
    dispute: str
    draft: str
    call: str
    actor: str
    funnel: str
    segment: str


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder: Path = tmp_path_factory.mktemp("twice")
    known = card("K-1", "周一号", "13700008001")
    known["time"] = f"{today() - timedelta(days=20)}T09:00:00+08:00"
    tried = {"trial_id": "T-1", "card_id": "K-1", "sku": "JX-B4"}
    events = (
        *(contract(), *member("M1"), *sale(1, "M1"), activity_today(), known),
        event("trial.started", "card/K-1", tried, 9),
    )
    with rewarding(folder, *events, office="headquarters", law="compliance") as site:
        with signed_in(site, "law") as law:
            approved = {"word": "approved", "reward": reward_of(1, "M1"), "form_id": str(uuid4())}
            assert law.post("/rewards/decide", **approved).status_code == 303
        reach_every_day(site)
        with site.client() as client:
            with signed_in(site, "office") as office:
                path = given(office, "M1")
            said(client, path, text="少算了")
        (dispute,) = kept(site, "M1")
        with signed_in(site, "office") as office:
            address = f"/people/{person_id('K-1')}/request"
            asked = {"kind": "copy", "asked_by": "self", "channel": "visit"}
            asked |= {"received_on": str(today()), "form_id": str(uuid4())}
            request = office.post(address, **asked).headers["location"]
            text = _policy().replace("twice", "drafted")
            draft = office.post("/policies", text=text, form_id=str(uuid4())).headers["location"]
            saved = {"query": SEGMENT, "name": "要删的"}
            funnel = office.post("/funnels/saved", **saved).headers["location"]
            segment = office.post("/segments", **saved).headers["location"]
            (call,) = set(re.findall(r'name="chosen" value="([^"]+)"', _calls(office)))
        field = site.user("field", "staff")
        (funnel_id,) = re.findall(r"saved=([\w-]+)", funnel)
        yield Desk(
            *(site, request, f"/disputes/{dispute.dispute_id}", draft, call, field),
            f"/funnels/saved/{funnel_id}",
            segment.partition("?")[0],
        )


def _calls(office: Person) -> str:
    return office.get("/follow-ups").text


def _rows(desk: Desk) -> dict[str, list[str]]:
    """All that is kept, by table."""
    with reading(desk.site.site.engine) as connection:
        return {
            name: sorted(map(repr, connection.execute(select(table))))
            for name, table in METADATA.tables.items()
            if name not in LOOKS
        }


def test_of_every_form_it_is_known_what_a_second_tap_does() -> None:
    forms = {path for method, path in pages() if method == "POST"}
    kinds = (SAYS_EVENTS, READS, OPENS, ENDS, SECRETS, set(ELSEWHERE), set(KEPT_BY))
    assert set().union(*kinds) == forms
    assert sum(map(len, kinds)) == len(forms), "each is of one kind"
    tests = "".join(each.read_text() for each in Path(__file__).parent.glob("test_*.py"))
    assert [name for name in ELSEWHERE.values() if f"def {name}(" not in tests] == []


@pytest.mark.parametrize("form", KEPT_BY)
def test_what_is_sent_twice_is_kept_once(desk: Desk, form: str) -> None:
    sent = KEPT_BY[form](desk)
    with signed_in(desk.site, sent.by) as person:
        opened = person.get(sent.page or "/me").text
        bare = {"form_token": token_in(opened), "form_id": str(uuid4())}
        fields = (form_in(opened, sent.action) if sent.page else bare) | sent.typed
        before = _rows(desk)
        first = person.client.post(sent.action, data=fields)
        once = _rows(desk)
        assert once != before, (first.status_code, first.text)
        assert first.status_code in (200, 303)
        person.client.post(sent.action, data=fields)
    assert _rows(desk) == once
