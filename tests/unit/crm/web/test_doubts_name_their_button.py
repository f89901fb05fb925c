"""What a form doubts is asked with the word of the button that stands there."""

import re

from crm.web.view.templates import TEMPLATES_FOLDER

_IN_STEPS = {"follow_up.html", "invite.html", "letter_batch.html", "segment_tasks.html"}
"""Several buttons lead on from these; nothing of them is doubted."""
_BEGUN = re.compile(r"forms\.begin\(\w+, form_token(?:, (.*?))?\) \}\}")


def test_who_is_asked_to_send_again_is_told_the_button_that_is_there() -> None:
    nameless, unknown = set(), {}
    for template in sorted(TEMPLATES_FOLDER.glob("*.html")):
        text = template.read_text(encoding="utf-8")
        for begun in _BEGUN.finditer(text):
            if begun[1] is None:
                nameless.add(template.name)
                continue
            words = re.findall(r'_\("([^"]+)"', begun[1])
            rest = text.replace(begun[0], "")
            missing = [word for word in words if f'_("{word}"' not in rest]
            if missing:
                unknown[template.name] = missing
    assert (nameless - _IN_STEPS, unknown) == (set(), {})
