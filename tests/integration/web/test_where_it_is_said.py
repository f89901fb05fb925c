"""Every thing that people can say has a form by which a right role says it, and nobody else."""

import pytest

from campaigns.catalogue import CATALOGUE
from crm.accounts.people import Account
from crm.accounts.roles import ROLES, AccountRole
from crm.web.routes import PAGES
from crm.web.view.said_on import SAID_ON
from tests.integration.web.roles import OPENS

NOT_YET: frozenset[str] = frozenset()
"""What no page says yet. It only ever gets shorter."""

NOBODYS_PAGE = {"day.reached", "copy.acknowledged"}
"""The CRM's own word, and what a dealer's system says by its digest."""

WITHOUT_A_FORM = {
    *(("card.corrected", "dealer_staff"), ("person.deceased", "dealer_staff")),
    *(("relation.stated", "dealer"), ("relation.stated", "dealer_staff")),
    *(("complaint.resolved", "dealer"), ("complaint.resolved", "dealer_staff")),
    *(("consent.withdrawn", "dealer_staff"), ("follow_up.done", "dealer_staff")),
}
"""(type, role): what a role may say by its sheet or system, and has no form for. It only ever gets
shorter."""


def account_with(role: AccountRole) -> Account:
    return Account("u-1", role, (role,), "D1" if ROLES[role].of_dealer else None)


def test_every_type_that_people_say_has_a_form_or_is_named_as_missing() -> None:
    assert SAID_ON.keys() | NOT_YET == CATALOGUE.keys() - NOBODYS_PAGE
    assert not SAID_ON.keys() & NOT_YET


def test_every_form_that_is_named_is_there() -> None:
    there = {
        getattr(route, "path", "")
        for module in PAGES
        for route in module.router.routes
        if "POST" in getattr(route, "methods", ())
    }
    assert {path for paths in SAID_ON.values() for path in paths} <= there


@pytest.mark.parametrize("type_name", SAID_ON)
def test_no_form_is_open_to_who_may_say_nothing_of_it(
    type_name: str,
) -> None:
    """By the matrix that test_roles holds against the pages themselves."""
    for path in SAID_ON[type_name]:
        types = [name for name, paths in SAID_ON.items() if path in paths]
        for role in ROLES:
            account = account_with(role)
            if not any(map(account.may_say, types)):
                assert not OPENS[f"POST {path}"](account), (role, path)


def test_whoever_may_say_something_finds_a_form_for_it_or_is_named_as_without() -> None:
    without = {
        (type_name, role)
        for type_name, paths in SAID_ON.items()
        for role in ROLES
        if account_with(role).may_say(type_name)
        and not any(OPENS[f"POST {path}"](account_with(role)) for path in paths)
    }
    assert without == WITHOUT_A_FORM
