"""A dealer's copy that a command takes out: of a dealer there is, and when it may leave."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from sqlalchemy import Connection

from campaigns.times import shanghai_day
from crm.clock import now_us
from crm.copies.queries import dealer_names
from crm.feed.settling import NotSettled, must_be_settled
from crm.funnels.fields import meant
from crm.funnels.own_copy import OwnCopy
from crm.funnels.queries import Funnels
from crm.scope import HEADQUARTERS_SCOPE as SCOPE
from crm.storage.database import reading
from streams.running.installation import Installation
from streams.wording.say import say


def copy_of(installation: Installation, dealer: str) -> OwnCopy:
    """What a dealer's funnels are made of; BadParameter where there is none, or not now."""
    with reading(installation.engine) as connection:
        must_be_dealer(connection, dealer)
    with _told():
        return Funnels(installation.engine).own_copy(SCOPE, dealer, shanghai_day(now_us()))


def must_be_dealer(connection: Connection, dealer: str) -> None:
    """BadParameter where there is no such dealer."""
    known = dealer_names(connection)
    if dealer not in known:
        message = say(
            "没有经销商 {dealer}，{meant}有：{known}",
            dealer=repr(dealer),
            meant=meant(dealer, known),
            known=", ".join(sorted(known)),
        )
        raise typer.BadParameter(message)


def may_leave_now(connection: Connection, dealer: str) -> None:
    """BadParameter while nothing of the copy may leave the house."""
    with _told():
        must_be_settled(connection, shanghai_day(now_us()), dealer=dealer)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except NotSettled as reason:
        message = say("副本还没有结算完，现在不发放。请先 jinxi work --until-idle，再来一次。")
        raise typer.BadParameter(message) from reason
