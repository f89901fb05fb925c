"""Funnels and groups of their people that are saved: named, owned, shared, each version kept."""

from dataclasses import dataclass, replace
from uuid import uuid4

import msgspec
from sqlalchemy import ColumnElement, Connection, Engine, func, insert, select

from campaigns.wording.catalogues import N_
from campaigns.wording.sentence import SaidError
from crm.funnels.document import Document
from crm.funnels.report import Listed
from crm.funnels.tables import SAVED_FUNNEL
from crm.scope import Scope
from crm.storage.database import writing
from crm.storage.locks import SAVING, hold

LONGEST_NAME = 80


class SavingRefused(SaidError, ValueError):
    """It cannot be saved; the message says why in one sentence."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Who saves, and when; actor: the opaque id of an account."""

    scope: Scope
    actor: str
    now_us: int

    @property
    def dealer(self) -> str | None:
        """Of whose people alone: a dealer's; None: the company's."""
        return None if self.scope.may("numbers") else self.scope.dealer


@dataclass(frozen=True, slots=True)
class Saved:
    """One version of a saved funnel. listed: of a saved group of people, which of the funnel's."""

    funnel_id: str
    version: int
    owner: str
    name: str
    document: Document
    shared: bool
    removed: bool
    saved_us: int
    saved_by: str
    listed: Listed | None = None


def save_funnel(
    engine: Engine,
    owner: Owner,
    name: str,
    document: Document,
    *,
    shared: bool = False,
    funnel_id: str | None = None,
    listed: Listed | None = None,
) -> Saved:
    """A new one, or the next version of one's own; SavingRefused where it cannot be.

    What one has saved under the name as it stands is saved once: a second tap saves nothing more.
    """
    if not name.strip() or len(name) > LONGEST_NAME:
        raise SavingRefused(N_("名称要 1 到 {most} 个字"), most=LONGEST_NAME)
    saved = Saved("", 1, owner.actor, name.strip(), document, shared, False, 0, "", listed)
    with writing(engine) as connection:
        hold(connection, SAVING)
        own = _standing(connection, _visible(owner) & (SAVED_FUNNEL.c.owner == owner.actor))
        same = (each for each in own if funnel_id in (None, each.funnel_id) and _says(each, saved))
        return next(same, None) or _write(connection, owner, saved, funnel_id)


def _says(one: Saved, other: Saved) -> bool:
    """Whether two say the same under one name."""
    return all(
        getattr(one, part) == getattr(other, part)
        for part in ("name", "document", "shared", "listed")
    )


def remove_funnel(engine: Engine, owner: Owner, funnel_id: str) -> None:
    """Take one's own out of the list; its history stays."""
    with writing(engine) as connection:
        hold(connection, SAVING)
        known = _newest(connection, owner, funnel_id)
        if known is None:
            raise SavingRefused(N_("没有这个漏斗，或者不是你存的"))
        if not known.removed:
            _write(connection, owner, replace(known, removed=True), funnel_id)


def saved_funnels(connection: Connection, owner: Owner) -> list[Saved]:
    """The funnels that stand: one's own and those that are shared, by name."""
    return [each for each in _standing(connection, _visible(owner)) if each.listed is None]


def saved_segments(connection: Connection, owner: Owner) -> list[Saved]:
    """The same of the groups of people."""
    return [each for each in _standing(connection, _visible(owner)) if each.listed is not None]


def all_saved(scope: Scope, connection: Connection, dealer: str | None) -> list[Saved]:
    """Whatever stands of the company's, or of a dealer's, whoever saved it, by name."""
    scope.require("accounts", "what others saved and did not share")
    return _standing(connection, _of(dealer))


def _standing(connection: Connection, which: ColumnElement[bool]) -> list[Saved]:
    newest = (
        select(SAVED_FUNNEL.c.funnel_id, func.max(SAVED_FUNNEL.c.version).label("version"))
        .group_by(SAVED_FUNNEL.c.funnel_id)
        .subquery()
    )
    query = select(SAVED_FUNNEL).join(
        newest,
        (SAVED_FUNNEL.c.funnel_id == newest.c.funnel_id)
        & (SAVED_FUNNEL.c.version == newest.c.version),
    )
    query = query.where(SAVED_FUNNEL.c.removed.is_(False), which)
    return [_saved(row) for row in connection.execute(query.order_by(SAVED_FUNNEL.c.name))]


def history_of(connection: Connection, owner: Owner, funnel_id: str) -> list[Saved]:
    """Every version, the newest first; none where it is not this viewer's to see."""
    query = select(SAVED_FUNNEL).where(SAVED_FUNNEL.c.funnel_id == funnel_id)
    rows = connection.execute(query.order_by(SAVED_FUNNEL.c.version.desc())).all()
    found = [_saved(row) for row in rows]
    if not found or rows[0].dealer != owner.dealer:
        return []
    return found if found[0].owner == owner.actor or found[0].shared else []


def _visible(owner: Owner) -> ColumnElement[bool]:
    saved = SAVED_FUNNEL.c
    return _of(owner.dealer) & ((saved.owner == owner.actor) | saved.shared)


def _of(dealer: str | None) -> ColumnElement[bool]:
    saved = SAVED_FUNNEL.c
    return saved.dealer.is_(None) if dealer is None else saved.dealer == dealer


def _newest(connection: Connection, owner: Owner, funnel_id: str) -> Saved | None:
    found = history_of(connection, owner, funnel_id)
    return found[0] if found and found[0].owner == owner.actor else None


def _write(connection: Connection, owner: Owner, wanted: Saved, funnel_id: str | None) -> Saved:
    known = None if funnel_id is None else _newest(connection, owner, funnel_id)
    same = known is None or (known.listed is None) == (wanted.listed is None)
    if (funnel_id is not None and known is None) or not same:
        raise SavingRefused(N_("没有这个漏斗，或者不是你存的"))
    saved = replace(
        wanted,
        funnel_id=funnel_id or str(uuid4()),
        version=1 if known is None else known.version + 1,
        saved_us=owner.now_us,
        saved_by=owner.actor,
    )
    row = {
        **{each: getattr(saved, each) for each in Saved.__slots__},
        "document": msgspec.json.encode(saved.document),
        "listed": None if saved.listed is None else msgspec.json.encode(saved.listed),
        "dealer": owner.dealer,
    }
    connection.execute(insert(SAVED_FUNNEL).values(row))
    return saved


def _saved(row: object) -> Saved:
    values = {each: getattr(row, each) for each in Saved.__slots__}
    values["document"] = msgspec.json.decode(values["document"], type=Document)
    if values["listed"] is not None:
        values["listed"] = msgspec.json.decode(values["listed"], type=Listed)
    return Saved(**values)
