"""What there is, page by page, for the company's machines: what the bearer's role sees, no more.

A page ends with `next`: what to ask `after` for the following one; null at the end. Pages go by
ids, so nothing is told twice or left out where rows come in between. Names are masked as in every
list; what was typed about somebody is read in the archive alone, where looks are kept.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel
from sqlalchemy import Connection

from campaigns.intake import Credential
from campaigns.times import rfc3339, shanghai_day
from crm.accounts.people import accounts
from crm.accounts.roles import scope_of_token
from crm.accounts.tokens import tokens
from crm.activities.queries import activities_after
from crm.follow_ups.queries import due_follow_ups
from crm.masking import masked_name
from crm.members.queries import members_after
from crm.people.asking import ids_after
from crm.people.queries import PAGE_ROWS, people_by_id
from crm.rights.queries import requests
from crm.scope import Capability, OutOfScope, Scope
from crm.storage.database import reading
from crm.web.api.events import UNAUTHORISED, AtSite, bearer, problem
from crm.web.api.list_items import (
    AccountItem,
    ActivityItem,
    FollowUpItem,
    MemberItem,
    PersonItem,
    RequestItem,
    TokenItem,
)
from crm.web.api.problems import Problem
from crm.web.guards.site import Site

router = APIRouter(tags=["lists"])

MOST_OF_A_PAGE = 500
Item = TypeVar("Item", bound=BaseModel)


class PageBody(BaseModel, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    next: str | None


@dataclass(frozen=True, slots=True)
class Turn:
    """One page that is asked for, by whom."""

    site: Site
    connection: Connection
    scope: Scope
    after: str
    limit: int


Listed = list[tuple[str, BaseModel]]
"""(what the next page begins after, the item), one more than asked for where there is more."""


def _activities(turn: Turn) -> Listed:
    rows = activities_after(turn.scope, turn.connection, turn.after, turn.limit + 1)
    return [
        (
            each.activity_id,
            ActivityItem(
                **{name: getattr(each, name) for name in _PLAIN},
                starts_at=rfc3339(each.starts_us),
                ends_at=None if each.ends_us is None else rfc3339(each.ends_us),
            ),
        )
        for each in rows
    ]


_PLAIN = tuple(ActivityItem.model_fields.keys() - {"starts_at", "ends_at"})


def _people(turn: Turn) -> Listed:
    ids = ids_after(turn.scope, turn.connection, turn.after, turn.limit + 1)
    rows = [
        person
        for start in range(0, len(ids), PAGE_ROWS)
        for person in people_by_id(turn.scope, turn.connection, ids[start : start + PAGE_ROWS])
    ]
    return [
        (
            each.person_id,
            PersonItem(
                person_id=each.person_id,
                card_id=each.card_id,
                name=masked_name(each.name) if each.name else None,
                sex=each.sex,
                born=(each.born or "")[:4] or None,
                region=each.region,
                deceased=each.deceased,
                restricted=each.restricted,
            ),
        )
        for each in rows
    ]


def _members(turn: Turn) -> Listed:
    rows = members_after(turn.scope, turn.connection, turn.after, turn.limit + 1)
    return [
        (
            each.member,
            MemberItem(
                member=each.member,
                kind=each.kind,
                dealer=each.dealer,
                name=masked_name(each.name),
                institution=each.institution,
                institution_kind=each.institution_kind,
                enrolled_at=rfc3339(each.enrolled_us),
                left=each.left,
                trained=each.trained,
            ),
        )
        for each in rows
    ]


def _follow_ups(turn: Turn) -> Listed:
    today = shanghai_day(turn.site.now_us())
    rows = due_follow_ups(turn.scope, turn.connection, today).rows
    listed = [
        (
            f"{each.due_on}/{each.trial_id}/{each.number:04}",
            FollowUpItem(
                trial_id=each.trial_id,
                number=each.number,
                person_id=each.person_id,
                due_on=each.due_on.isoformat(),
                sku=each.sku,
                owner=each.owner,
                about=each.about,
            ),
        )
        for each in rows
    ]
    return _from(listed, turn)


def _requests(turn: Turn) -> Listed:
    today = shanghai_day(turn.site.now_us())
    found = requests(turn.scope, turn.connection, turn.site.keyring, today, closed=True)
    listed = [
        (
            each.request_id,
            RequestItem(
                request_id=each.request_id,
                card_id=each.card_id,
                kind=each.kind,
                received_on=each.received_on.isoformat(),
                due_on=each.due_on.isoformat(),
                is_closed=each.closing is not None,
            ),
        )
        for each in found
    ]
    return _from(listed, turn)


def _accounts(turn: Turn) -> Listed:
    turn.scope.require("accounts", "who may sign in")
    listed = [
        (
            each.actor,
            AccountItem(
                actor=each.actor,
                name=each.name,
                roles=list(each.roles),
                dealer=each.dealer,
                is_open=each.is_open,
                created_at=rfc3339(each.created_us),
            ),
        )
        for each in accounts(turn.connection)
    ]
    return _from(listed, turn)


def _tokens(turn: Turn) -> Listed:
    turn.scope.require("accounts", "which machines hold a token")
    listed = [
        (
            each.token_id,
            TokenItem(
                token_id=each.token_id,
                name=each.name,
                role=each.role,
                dealer=each.dealer,
                sources=list(each.sources),
                created_at=rfc3339(each.created_us),
                revoked_at=None if each.revoked_us is None else rfc3339(each.revoked_us),
            ),
        )
        for each in tokens(turn.connection)
    ]
    return _from(listed, turn)


def _from(listed: Sequence[tuple[str, BaseModel]], turn: Turn) -> Listed:
    """Of a list that is read whole the part behind a place."""
    return [each for each in sorted(listed, key=lambda one: one[0]) if each[0] > turn.after][
        : turn.limit + 1
    ]


LISTS: dict[str, tuple[Capability, str, type[BaseModel], Callable[[Turn], Listed]]] = {
    "/v1/activities": ("activities", "Activities", ActivityItem, _activities),
    "/v1/people": ("people", "People, masked", PersonItem, _people),
    "/v1/members": ("members", "Members, masked", MemberItem, _members),
    "/v1/follow-ups": ("follow_ups", "Calls that are due", FollowUpItem, _follow_ups),
    "/v1/requests": ("requests", "Requests of people", RequestItem, _requests),
    "/v1/accounts": ("accounts", "Accounts", AccountItem, _accounts),
    "/v1/tokens": ("accounts", "Tokens", TokenItem, _tokens),
}
"""Path → (what the bearer must see, what it lists, one item, where the rows come from)."""

After = Annotated[str, Query(max_length=200, description="the `next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=MOST_OF_A_PAGE)]
Bearer = Annotated[Credential, Depends(bearer)]


def _operation(sees: Capability, listing: Callable[[Turn], Listed]) -> Callable[..., Any]:
    def page(site: AtSite, bearer: Bearer, after: After = "", limit: Limit = 100) -> Any:
        scope = scope_of_token(bearer)
        try:
            scope.require(sees, "what the bearer's role does not see")
            with reading(site.engine) as connection:
                found = listing(Turn(site, connection, scope, after, limit))
        except OutOfScope as error:
            raise Problem(403, "not with this token: its role does not see this list") from error
        items = [item for _, item in found[:limit]]
        return {"items": items, "next": found[limit - 1][0] if len(found) > limit else None}

    return page


for _path, (_sees, _summary, _item, _listing) in LISTS.items():
    router.add_api_route(
        _path,
        _operation(_sees, _listing),
        methods=["GET"],
        summary=_summary,
        name=_path.rpartition("/")[2],
        description="By id, a page at a time; `next` is what to ask `after`, null at the end.",
        response_model=PageBody[_item],  # type: ignore[valid-type] # the item is told by the table
        openapi_extra={"security": [{"token": []}]},
        responses={401: UNAUTHORISED, 403: problem("not with this token")},
    )
