"""What is known of a person, and how its consents stand."""

from typing import Any

from crm.archives.queries import archive
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from tests.integration.web.sites import RunningSite


def known_of(site: RunningSite, card_id: str) -> dict[str, Any]:
    with reading(site.site.engine) as connection:
        known = archive(
            HEADQUARTERS_SCOPE, connection, site.site.keyring, card_id, site.site.now_us()
        )
    assert known is not None
    return known


def standings(site: RunningSite, card_id: str) -> dict[tuple[str, str | None], str]:
    """(purpose, dealer) → state."""
    known = known_of(site, card_id)["standings"]
    return {(each["purpose"], each["dealer"]): each["state"] for each in known}
