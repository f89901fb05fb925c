"""The forms that the visitor sent, with the names that this visitor may see of them."""

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import Connection

from crm.entries.queries import OwnForm, names_written, own_forms_since
from crm.feed.finding import own_names
from crm.people.queries import PAGE_ROWS
from crm.web.guards.visit import Visit
from crm.web.pages.copy import is_settled, keep_shown


def own_forms(
    visit: Visit, connection: Connection, since_us: int, form_id: str | None = None
) -> list[OwnForm]:
    """The own forms since an instant, the latest first; or one of them.

    Somebody of a dealer sees the name on a card that the account wrote itself, and whose row is in
    the dealer's copy; of nobody else.
    """
    return _named(visit, connection, _found(visit, connection, since_us, form_id))


def own_forms_page(
    visit: Visit, connection: Connection, since_us: int, page: int
) -> tuple[list[OwnForm], int]:
    """(one page of the own forms since an instant, how many there are)."""
    found, skipped = _found(visit, connection, since_us), (page - 1) * PAGE_ROWS
    return _named(visit, connection, found[skipped : skipped + PAGE_ROWS]), len(found)


def _found(
    visit: Visit, connection: Connection, since_us: int, form_id: str | None = None
) -> list[OwnForm]:
    sees_all = visit.scope.may("people")
    return own_forms_since(connection, visit.account.source, since_us, sees_all, form_id)


def _named(visit: Visit, connection: Connection, found: list[OwnForm]) -> list[OwnForm]:
    if visit.scope.may("people") or not found:
        return found
    subjects = frozenset().union(*(form.subjects for form in found))
    names = names_seen(visit, connection, subjects)
    return [
        replace(
            form,
            name=next((names[subject] for subject in sorted(form.subjects & names.keys())), None),
        )
        for form in found
    ]


def names_seen(visit: Visit, connection: Connection, subjects: Collection[str]) -> dict[str, str]:
    """Subject of a card → the name that somebody of a dealer may see of it: that the account wrote
    itself, or of a row of the dealer's copy. The company's people have their own ways."""
    dealer = visit.scope.dealer
    if dealer is None:
        return {}
    names = names_written(connection, visit.site.keyring, visit.account.source, subjects)
    if visit.scope.may("own_people") and is_settled(visit, connection, dealer):
        shared = own_names(visit.scope, connection, dealer, subjects)
        keep_shown(visit, connection, dealer, len(shared))
        names |= shared
    return names
