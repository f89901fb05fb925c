"""Style sheets as a phone loads them: shorter, and the same."""

import pytest

from crm.web.view.templates import STATIC_FOLDER
from tests.functional.journeys import Journey

_RULES = """text => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  return [...sheet.cssRules].map(rule => rule.cssText.replaceAll(", ", ","));
}"""


@pytest.mark.parametrize("name", sorted(path.name for path in STATIC_FOLDER.glob("*.css")))
def test_what_a_phone_loads_of_a_style_sheet_says_the_same_rules_in_fewer_bytes(
    on_phone: Journey, name: str
) -> None:
    on_phone.open("/sign-in")
    written = (STATIC_FOLDER / name).read_text(encoding="utf-8")
    loaded = on_phone.page.evaluate(
        "name => fetch(`/static/x/${name}`).then(answer => answer.text())", name
    )
    assert len(loaded) < len(written)
    assert on_phone.page.evaluate(_RULES, loaded) == on_phone.page.evaluate(_RULES, written)
