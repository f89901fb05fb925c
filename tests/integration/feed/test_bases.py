"""On which consent each row of a copy rests, read from the journal and not from the copy."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from campaigns.events.consents import ConsentGiven
from crm.clock import now_us
from crm.copies.asking import Proof, proofs_of_copy
from crm.copies.tables import COPY_ROW, DEALER_CHANGE
from crm.outcomes.tables import OUTCOME
from crm.scope import HEADQUARTERS_SCOPE, OutOfScope, dealer_scope
from crm.storage.database import reading, writing
from tests.integration.feed.dealers import Company, card, contract, event, shared, withdrawal
from tests.integration.web.sites import running


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    """D1 holds one person."""
    with running(tmp_path) as site:
        found = Company(site)
        found.take(contract("D1"), *shared("c1", "D1"))
        yield found
        found.close()


def only(company: Company) -> Proof:
    with reading(company.running.site.engine) as connection:
        (proof,) = proofs_of_copy(HEADQUARTERS_SCOPE, connection, "D1", now_us())
    return proof


def test_a_row_rests_on_the_consent_that_came_before_it(company: Company) -> None:
    proof = only(company)
    assert proof.basis == "consent" and proof.consent is not None
    assert isinstance(proof.consent.data, ConsentGiven) and proof.consent.data.dealer == "D1"


def on_another_card() -> list[dict[str, Any]]:
    """The person has a second card, on which it said no."""
    same = {"card_id": "c1", "other_card_id": "c2", "reason_code": "reviewed"}
    no = {"card_id": "c2", "purpose": "share_with_dealer", "dealer": "D1"}
    return [
        card("c2"),
        event("identity.same", "card/c1", same),
        event("consent.refused", "card/c2", no),
    ]


def of_the_archive() -> list[dict[str, Any]]:
    """The person wants no archive at all."""
    return [event("consent.refused", "card/c1", {"card_id": "c1", "purpose": "archive"})]


@pytest.mark.parametrize("no", [lambda: [withdrawal("c1", "D1")], on_another_card, of_the_archive])
def test_a_row_that_a_broken_copy_would_keep_after_a_no_is_found(
    company: Company, no: Callable[[], list[dict[str, Any]]]
) -> None:
    with reading(company.running.site.engine) as connection:
        (row,) = connection.execute(COPY_ROW.select()).mappings().all()
    company.take(*no())
    with writing(company.running.site.engine) as connection:
        assert connection.execute(COPY_ROW.select()).all() == []
        connection.execute(COPY_ROW.insert(), [dict(row)])
    assert only(company).basis == "no"


def test_a_row_whose_consent_no_longer_counts_or_came_late_is_found(company: Company) -> None:
    with writing(company.running.site.engine) as connection:
        connection.execute(update(DEALER_CHANGE).values(changed_us=1))
    assert only(company).basis == "late"
    with writing(company.running.site.engine) as connection:
        connection.execute(update(OUTCOME).values(outcome="voided"))
    assert (only(company).basis, only(company).consent) == ("none", None)


def test_no_dealer_asks_on_what_copies_rest(company: Company) -> None:
    with reading(company.running.site.engine) as connection, pytest.raises(OutOfScope):
        proofs_of_copy(dealer_scope("D1"), connection, "D1", now_us())
