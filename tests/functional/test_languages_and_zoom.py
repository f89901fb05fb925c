"""Pages in three languages, on wide screens and at twice the size: nobody is kept out."""

import pytest

from campaigns.wording.languages import LANGUAGES, Language
from crm.web.guards.visit import LANGUAGE_COOKIE
from tests.functional.journeys import Journey
from tests.functional.looking import PATHS, assert_accessible, assert_fits
from tests.profiles import PROVING

pytestmark = [pytest.mark.browser, pytest.mark.looks, pytest.mark.more_in_prove]

FEW = ("/log/A-today/new", "/people")
"""All the others are looked at in `make prove`."""
SIZES = ((1920, 1080), (640, 400))
"""The widest, and what is left of 1280 × 800 when a page is shown at 200 %."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_are_accessible_in_every_language_wide_and_at_twice_the_size(
    at_desk: Journey, language: Language
) -> None:
    page = at_desk.page
    at_desk.enter("office")
    address = at_desk.running.address
    page.context.add_cookies([{"name": LANGUAGE_COOKIE, "value": language, "url": address}])
    for path in PATHS if PROVING else FEW:
        at_desk.open(path)
        assert page.evaluate("document.documentElement.lang") == language
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            assert_accessible(page)
            assert_fits(page)
    at_desk.assert_nothing_from_elsewhere()
