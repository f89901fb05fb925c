"""Which role may open which page and say what, as the map of the pages has it."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from fastapi.routing import APIRoute

from crm.accounts.people import Account
from crm.accounts.roles import ROLES, AccountRole
from crm.people.queries import find_people
from crm.scope import HEADQUARTERS_SCOPE, Capability
from crm.storage.database import reading
from crm.web.api import docs
from crm.web.routes import PAGES
from crm.web.view.person_acts import ACTS
from streams.embedded.worker import Worker
from tests.integration.web.sites import (
    RunningSite,
    activity_today,
    invent_season,
    running,
    sign_in,
)

Allowed = Callable[[Account], bool]


def sees(capability: Capability) -> Allowed:
    return lambda account: account.scope.may(capability)


def says(type_name: str) -> Allowed:
    return lambda account: account.may_say(type_name)


def everybody(_account: Account) -> bool:
    return True


def either(one: Allowed, other: Allowed) -> Allowed:
    return lambda account: one(account) or other(account)


def both(one: Allowed, other: Allowed) -> Allowed:
    return lambda account: one(account) and other(account)


LOGS = says("activity.attended")


def speaks(account: Account) -> bool:
    return account.credential is not None


INVITES = both(sees("people"), LOGS)

WRITES_DOWN = both(LOGS, says("activity.planned"))

_BOTH = ("GET", "POST")

WRITES_CARDS = says("card.registered")

FINDS = both(LOGS, either(sees("people"), sees("own_people")))

LISTS_THE_SEASON = both(sees("people"), sees("numbers"))

MEMBERS = sees("members")


def of_members(type_name: str) -> Allowed:
    return both(MEMBERS, says(type_name))


PUBLISHES = says("reward_policy.published")

SEES_PAYMENTS = sees("books")

NAMES_PAYEES = sees("payees")

ASKS_FOR_CALLS = both(both(LISTS_THE_SEASON, sees("follow_ups")), says("follow_up.done"))

LISTS_A_FUNNEL = either(LISTS_THE_SEASON, sees("own_numbers"))

FUNNELS = either(sees("numbers"), sees("own_numbers"))

_PASSED_ON = ("/copy/row/{key}", "/event")

OPENS: dict[str, Allowed] = {
    "GET /": everybody,
    **dict.fromkeys(("GET /me", "GET /me/password", "GET /me/second-factor"), everybody),
    **dict.fromkeys(("POST /me/password", "POST /me/second-factor"), everybody),
    **dict.fromkeys(("GET /sign-in", "GET /sign-in/code", "POST /sign-in"), everybody),
    **dict.fromkeys(("POST /sign-in/code", "POST /sign-in/demo", "POST /sign-out"), everybody),
    **dict.fromkeys(("GET /unsent", "GET /kept", "GET /offline", "POST /language"), everybody),
    **dict.fromkeys(("GET /service-worker.js", "GET /docs"), everybody),
    **dict.fromkeys(("GET /join/{secret}", "POST /join/{secret}"), everybody),
    **dict.fromkeys(("GET /own/{secret}", "POST /own/{secret}/dispute"), everybody),
    "GET /watch": SEES_PAYMENTS,
    "POST /watch/decide": both(SEES_PAYMENTS, says("reward.approved")),
    **dict.fromkeys(("GET /disputes", "GET /disputes/{dispute_id}"), SEES_PAYMENTS),
    "POST /disputes/{dispute_id}/answer": both(
        SEES_PAYMENTS, either(says("reward.approved"), says("reward.paid"))
    ),
    "POST /members/{code}/link": both(sees("money"), says("member.changed")),
    "POST /members/{code}/link/end": both(MEMBERS, speaks),
    **dict.fromkeys(("GET /more", "GET /search", "POST /search"), everybody),
    "GET /notices/{version}/{purpose}": everybody,
    "GET /notices/{version}/{purpose}/spoken": everybody,
    **dict.fromkeys(("GET /season.csv", "GET /season.svg"), sees("numbers")),
    **dict.fromkeys(("GET /activities", "GET /activities/{activity_id}"), sees("activities")),
    "GET /calendar": sees("activities"),
    "GET /activities/{activity_id}/poster": sees("activities"),
    "GET /activities/{activity_id}/poster.pdf": sees("activities"),
    **{f"{method} /plan": says("activity.changed") for method in ("GET", "POST")},
    **{f"{method} /plan/list": says("activity.changed") for method in ("GET", "POST")},
    **{f"{method} /plan/copy": says("activity.changed") for method in ("GET", "POST")},
    **dict.fromkeys(("GET /log/walk-in", "GET /log/walk-in/new"), WRITES_DOWN),
    "POST /log/walk-in/submit": WRITES_DOWN,
    **{f"{method} /log/{{activity_id}}/scan": LOGS for method in ("GET", "POST")},
    "GET /log/{activity_id}/card/{card_id}": LOGS,
    "GET /activities/{activity_id}/cards.pdf": sees("activities"),
    **{
        f"{method} /activities/{{activity_id}}/{act}": says(f"activity.{word}")
        for method in ("GET", "POST")
        for act, word in (("change", "changed"), ("cancel", "cancelled"), ("held", "held"))
    },
    **dict.fromkeys(("GET /invite", "POST /invite"), INVITES),
    "POST /activities/{activity_id}/uninvite": INVITES,
    **{f"{method} /activities/{{activity_id}}/expected": sees("people") for method in _BOTH},
    "GET /activities/{activity_id}/{group}": sees("people"),
    "POST /activities/{activity_id}/{group}": sees("people"),
    **dict.fromkeys(("GET /people", "POST /people"), sees("people")),
    "GET /season/{step}": LISTS_THE_SEASON,
    "POST /season/{step}": LISTS_THE_SEASON,
    "GET /people/{name}": sees("archive"),
    "POST /people/{name}/reveal": sees("opens"),
    "POST /people/{name}/readings": both(sees("opens"), sees("health")),
    **{
        f"{method} /people/{{name}}/{act.path}": both(sees("archive"), says(act.says))
        for act in ACTS
        for method in ("GET", "POST")
    },
    "POST /people/{name}/evidence": sees("opens"),
    "POST /people/{name}/withdraw": both(sees("archive"), says("consent.withdrawn")),
    "GET /follow-ups": sees("follow_ups"),
    "GET /follow-ups/{trial_id}/{number}": sees("follow_ups"),
    "POST /follow-ups/assign": both(sees("follow_ups"), says("follow_up.done")),
    "POST /follow-ups/{trial_id}/{number}/open": both(sees("follow_ups"), sees("opens")),
    "POST /follow-ups/{trial_id}/{number}/done": both(sees("follow_ups"), says("follow_up.done")),
    "POST /follow-ups/{trial_id}/{number}/later": both(sees("follow_ups"), says("follow_up.done")),
    "GET /events": sees("events"),
    # Everybody sees the own words there, and takes them back.
    "GET /event": everybody,
    **{f"{method} /event/again": speaks for method in _BOTH},
    "GET /said/unsettled": speaks,
    "POST /event/handled": both(sees("events"), says("event.voided")),
    "POST /event/void": says("event.voided"),
    "POST /status/retry": sees("runs"),
    **dict.fromkeys(("GET /conflicts", "POST /conflicts/open"), sees("conflicts")),
    "POST /conflicts/decide": sees("decides"),
    **dict.fromkeys(
        ("GET /matching", "GET /matching/linked", "POST /matching/open"), sees("conflicts")
    ),
    "POST /matching/decide": both(sees("conflicts"), says("identity.same")),
    "POST /matching/publish": both(sees("conflicts"), says("matching.published")),
    **dict.fromkeys(("GET /rights", "GET /rights/{request_id}"), sees("requests")),
    "POST /rights": sees("answers"),
    **dict.fromkeys(("GET /people/{name}/request", "POST /people/{name}/request"), sees("hears")),
    **{
        f"{method} {at}/consent": both(sees("passes_on"), says("consent.given"))
        for method in _BOTH
        for at in _PASSED_ON
    },
    **{f"{method} {at}/request": sees("passes_on") for method in _BOTH for at in _PASSED_ON},
    "POST /rights/{request_id}/own-copy": sees("answers"),
    **{
        f"{method} /rights/{{request_id}}/erase": both(sees("answers"), says("card.erased"))
        for method in ("GET", "POST")
    },
    **dict.fromkeys(("GET /restricted", "POST /restricted"), sees("restricted")),
    "GET /letters": sees("letters"),
    "GET /letters/batch": both(sees("letters"), sees("people")),
    "POST /letters/batch": both(sees("letters"), sees("opens")),
    "GET /letters/batch/{batch_id}": both(sees("letters"), sees("people")),
    **{
        f"POST /letters/batch/{{batch_id}}/{act}": both(sees("letters"), sees("opens"))
        for act in ("stop", "go", "again", "print")
    },
    **dict.fromkeys(
        (
            "GET /letters/batch/{batch_id}/people/{state}",
            "POST /letters/batch/{batch_id}/people/{state}",
        ),
        both(sees("letters"), sees("people")),
    ),
    "POST /letters": sees("decides"),
    "POST /letters/secret": both(sees("decides"), sees("runs")),
    "GET /people/{name}/letter": both(sees("letters"), sees("archive")),
    "POST /people/{name}/letter": both(sees("letters"), sees("opens")),
    "GET /clashes": sees("runs"),
    "POST /rights/{request_id}/note": sees("answers"),
    "GET /rights/{request_id}/answer.pdf": sees("answers"),
    "POST /rights/{request_id}/close": sees("answers"),
    **dict.fromkeys(("GET /dealers", "GET /recalls", "GET /hand-over"), sees("copies")),
    "GET /dealers/{dealer}/bases": sees("copies"),
    "GET /copy/deletions/{receipt_id}": either(sees("copies"), sees("own_copy")),
    **dict.fromkeys(
        ("GET /hand-over/people", "POST /hand-over/people"), both(sees("copies"), sees("people"))
    ),
    **dict.fromkeys(("GET /copy", "POST /copy/reveal"), sees("own_copy")),
    **dict.fromkeys(
        ("GET /copy/changes", "GET /copy/calls", "GET /copy/calls/lapsed"), sees("own_copy")
    ),
    **dict.fromkeys(("POST /copy/seen", "POST /copy/workbook"), sees("own_copy")),
    **dict.fromkeys(("GET /status", "GET /components"), sees("status")),
    **dict.fromkeys(("POST /copy/find", "POST /copy/deleted"), sees("own_copy")),
    **{f"{method} /copy/invite/{{activity_id}}": sees("own_copy") for method in ("GET", "POST")},
    **dict.fromkeys(("GET /copy/row/{key}", "POST /copy/row/{key}/open"), sees("own_copy")),
    "POST /copy/row/{key}/correct": both(sees("own_copy"), says("card.corrected")),
    "POST /copy/row/{key}/called": both(sees("own_copy"), says("follow_up.done")),
    "POST /copy/row/{key}/deceased": both(sees("own_copy"), says("person.deceased")),
    "POST /copy/row/{key}/withdraw": both(sees("own_copy"), says("consent.withdrawn")),
    "GET /dealers/{dealer}": sees("copies"),
    "GET /dealers/contract": says("dealer.contracted"),
    "POST /dealers/contract": says("dealer.contracted"),
    "GET /dealers/{dealer}/end/{contract_id}": says("dealer.ended"),
    "POST /dealers/{dealer}/end/{contract_id}": says("dealer.ended"),
    **dict.fromkeys((f"GET /funnels{end}" for end in ("", ".csv", ".xlsx", ".svg")), FUNNELS),
    **dict.fromkeys(("GET /funnels/people", "POST /funnels/people"), LISTS_A_FUNNEL),
    **dict.fromkeys(("GET /segments", "POST /segments/{segment_id}/remove"), FUNNELS),
    **dict.fromkeys((f"{m} /segments/{{segment_id}}" for m in ("GET", "POST")), LISTS_A_FUNNEL),
    "POST /segments": LISTS_A_FUNNEL,
    **dict.fromkeys(
        (f"{m} /segments/{{segment_id}}/follow-ups" for m in ("GET", "POST")), ASKS_FOR_CALLS
    ),
    **dict.fromkeys(("POST /funnels/saved", "GET /funnels/saved/{funnel_id}"), FUNNELS),
    "POST /funnels/saved/{funnel_id}/remove": FUNNELS,
    "GET /funnels/season": FUNNELS,
    **dict.fromkeys(("GET /funnels/differs", "GET /funnels/differs.csv"), FUNNELS),
    "POST /funnels/why": both(sees("numbers"), sees("archive")),
    "POST /status/clock": sees("runs"),
    **dict.fromkeys(("GET /backups", "POST /backups", "POST /backups/try"), sees("runs")),
    **dict.fromkeys(("GET /rewards", "GET /rewards/{reward_id}"), sees("money")),
    **dict.fromkeys(("GET /members", "POST /members", "GET /members/{code}"), sees("members")),
    **dict.fromkeys(
        (f"GET /members/{{code}}/card.{kind}" for kind in ("svg", "png", "pdf")), MEMBERS
    ),
    **dict.fromkeys(("GET /members/new", "POST /members/new"), of_members("member.enrolled")),
    **{f"POST /members/{a}": of_members("member.trained") for a in ("training", "trained")},
    "POST /members/{code}/change": of_members("member.changed"),
    "POST /members/{code}/value": of_members("value.transferred"),
    "POST /members/{code}/leave": of_members("member.left"),
    "GET /statements": sees("money"),
    "GET /members/{code}/earned": both(MEMBERS, sees("money")),
    "GET /transfers": SEES_PAYMENTS,
    **dict.fromkeys(("GET /transfers/open-payments", "GET /transfers/efpia"), NAMES_PAYEES),
    **dict.fromkeys(("GET /policies", "GET /policies/{code}"), SEES_PAYMENTS),
    "GET /policies/drafts/{draft_id}": SEES_PAYMENTS,
    "POST /policies/drafts/{draft_id}/try": SEES_PAYMENTS,
    **dict.fromkeys(("GET /policies/new", "POST /policies"), PUBLISHES),
    **{f"POST /policies/drafts/{{draft_id}}/{a}": PUBLISHES for a in ("publish", "withdraw")},
    "POST /policies/drafts/{draft_id}/agree": sees("legal"),
    "POST /rewards/decide": says("reward.approved"),
    **dict.fromkeys(("GET /rewards/files", "GET /rewards/files/{file_id}"), SEES_PAYMENTS),
    "GET /rewards/files/{file_id}/csv": NAMES_PAYEES,
    **{f"POST /rewards/{at}": says("reward.paid") for at in ("files", "{reward_id}/pay")},
    "POST /rewards/files/{file_id}/answer": says("reward.paid"),
    **{
        f"POST /rewards/{{reward_id}}/orders/{{order_id}}/{act}": says("reward.paid")
        for act in ("tell", "fail")
    },
    **dict.fromkeys(("GET /log", "GET /log/{activity_id}"), LOGS),
    "POST /log/{activity_id}/find": FINDS,
    "GET /log/{activity_id}/new": LOGS,
    **dict.fromkeys(("GET /log/{activity_id}/list", "GET /log/{activity_id}/expected"), LOGS),
    "GET /log/{activity_id}/person/{person_id}": FINDS,
    "POST /log/{activity_id}/submit": LOGS,
    **dict.fromkeys(("GET /said", "GET /said/{form_id}", "POST /said/{form_id}"), speaks),
    **dict.fromkeys(
        ("GET /said/{form_id}/move", "POST /said/{form_id}/move"), says("event.voided")
    ),
    **dict.fromkeys(("GET /sheets/{activity_id}", "POST /sheets/{activity_id}"), WRITES_CARDS),
    **dict.fromkeys(
        ("GET /sheets/{activity_id}/sent/{key}", "POST /sheets/{activity_id}/sent/{key}"),
        both(WRITES_CARDS, says("event.voided")),
    ),
    "GET /sheets/{activity_id}/blank": sees("activities"),
    **dict.fromkeys(("GET /accounts", "POST /accounts"), sees("accounts")),
    "GET /audit": sees("audit"),
    "GET /accounts/{actor}": sees("accounts"),
    "POST /accounts/links/{number}/take-back": sees("accounts"),
    **{f"POST /accounts/{{actor}}/{act}": sees("accounts") for act in ("roles", "password")},
    **{f"POST /accounts/{{actor}}/{act}": sees("accounts") for act in ("factor", "close")},
    "POST /accounts/{actor}/sign-out": sees("accounts"),
    **dict.fromkeys(("GET /tokens", "POST /tokens"), sees("accounts")),
    **dict.fromkeys(("GET /webhooks", "POST /webhooks"), sees("accounts")),
    "POST /webhooks/{webhook_id}/remove": sees("accounts"),
    "POST /webhooks/{webhook_id}/retry": sees("accounts"),
    **dict.fromkeys(("GET /notices", "POST /notices"), sees("accounts")),
    "POST /tokens/{token_id}/revoke": sees("accounts"),
}
"""Each page and form, and to whom it is open: by what the table of roles says, never by a role."""


@dataclass
class Told:
    """A season with an account of every role, and ids that lead somewhere."""

    running: RunningSite
    accounts: dict[AccountRole, Account]
    person_id: str

    @contextmanager
    def client(self, role: AccountRole) -> Iterator[httpx.Client]:
        with self.running.client() as client:
            assert sign_in(client, role).status_code == 303
            yield client

    def address(self, path: str, role: AccountRole) -> str:
        filled = path.replace("{activity_id}", "A-today").replace("{group}", "attended")
        filled = filled.replace("{name}", self.person_id).replace("{person_id}", self.person_id)
        filled = filled.replace("{step}", "1").replace("{actor}", self.accounts[role].actor)
        return re.sub(r"\{\w+\}", "none", filled)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    folder: Path = tmp_path_factory.mktemp("season")
    invent_season(folder, people=60)
    with running(folder) as started:
        found = {}
        for role, line in ROLES.items():
            dealer = "D1" if line.of_dealer else None
            actor = started.user(role, role, dealer)
            found[role] = Account(actor, role, (role,), dealer, is_demo=True)
        started.accept(activity_today())
        # Days too: what is not settled is shown to no dealer.
        Worker(started.site.engine, started.site.keyring).until_idle()
        with reading(started.site.engine) as connection:
            people, _ = find_people(HEADQUARTERS_SCOPE, connection, "")
        yield Told(started, found, next(p.person_id for p in people if not p.restricted))


def pages() -> Iterator[tuple[str, str]]:
    for module in (*PAGES, docs):
        for route in module.router.routes:
            assert isinstance(route, APIRoute)
            for method in sorted(route.methods or ()):
                yield method, route.path
