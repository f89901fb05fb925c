"""How tests say something by a page: the form is opened, filled in and sent as a browser does."""

import re
from html import unescape
from typing import Any

import httpx

_FIELD = re.compile(r"<(?:input|textarea|select)\b[^>]*>")
_OPTION = re.compile(r"<option\b[^>]*>")


def form_in(page: str, action: str) -> dict[str, Any]:
    """The fields of the form that goes to an address, as they stand on the page.

    Of several boxes of one name that are ticked all values, as a list.
    """
    found = re.search(rf'<form [^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', page, re.S)
    assert found, f"no form goes to {action}"
    fields: dict[str, Any] = {}
    for tag in re.finditer(r"<(input|textarea|select)\b([^>]*)>([^<]*)", found[1]):
        kind, said, text = tag.groups()
        name = _value(said, "name")
        if name is None:
            continue
        if kind == "select":
            rest = found[1][tag.end() :].partition("</select>")[0]
            chosen = re.search(r'<option value="([^"]*)" selected', rest)
            fields[name] = unescape(chosen[1]) if chosen else ""
        elif kind == "textarea":
            fields[name] = unescape(text)
        elif _value(said, "type") not in ("checkbox", "radio") or " checked" in said:
            value = unescape(_value(said, "value") or "")
            ticked = _value(said, "type") == "checkbox" and name in fields
            fields[name] = [*_listed(fields[name]), value] if ticked else value
    return fields


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def _value(said: str, name: str) -> str | None:
    found = re.search(rf'\b{name}="([^"]*)"', said)
    return found[1] if found else None


def fill_in(
    client: httpx.Client, page: str, values: dict[str, Any], action: str | None = None
) -> httpx.Response:
    """Open a page, fill in some fields of its form and send it; doubts are not answered."""
    opened = client.get(page)
    assert opened.status_code == 200, (page, opened.status_code)
    action = action or page
    return client.post(action, data={**form_in(opened.text, action), **values})


def sent_again(client: httpx.Client, answer: httpx.Response, action: str) -> httpx.Response:
    """The form that came back with a doubt, sent as it stands."""
    return client.post(action, data=form_in(answer.text, action))


def forms(page: str, action: str) -> list[dict[str, Any]]:
    found = re.findall(rf'<form method="post" action="{action}">(.*?)</form>', page, re.DOTALL)
    return [dict(re.findall(r'name="(\w+)" value="([^"]*)"', form)) for form in found]
