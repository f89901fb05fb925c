"""Sheets that are picked on a page."""

import csv
import io
import re
from collections.abc import Sequence
from html import unescape
from typing import Any

import httpx

from tests.integration.web.sites import token_in

HEADINGS = ("姓名", "手机", "出生日期", "购买数量", "单价", "购买型号", "同意建档")


def sheet_of(*rows: Sequence[Any], headings: Sequence[str] = HEADINGS) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([headings, *rows])
    return text.getvalue().encode()


def pick(client: httpx.Client, activity: str, data: bytes, name: str = "s.csv") -> httpx.Response:
    """Send a file as the browser does."""
    token = token_in(client.get(f"/sheets/{activity}").text)
    return client.post(
        f"/sheets/{activity}",
        data={"form_token": token, "act": "look"},
        files={"sheet": (name, data)},
    )


def fields_of(page: str) -> dict[str, str]:
    """The fields of the form that carries the sheet, as they stand."""
    form = re.search(r"<form[^>]*(?:data-sheet|action=\"/sheets/[^\"]*\">)(.*?)</form>", page, re.S)
    assert form
    found = {}
    for tag in re.findall(r"<input [^>]*>", form[1]):
        name = re.search(r'name="([^"]*)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        chosen = 'type="checkbox"' not in tag and 'type="radio"' not in tag
        if name and (chosen or " checked" in tag):
            found[unescape(name[1])] = unescape(value[1]) if value else ""
    for said, options in re.findall(r'<select [^>]*name="([^"]*)">(.*?)</select>', form[1], re.S):
        picked = re.search(r'value="([^"]*)" selected', options)
        found[unescape(said)] = picked[1] if picked else ""
    return found


def again(client: httpx.Client, page: str, act: str, **changed: str) -> httpx.Response:
    """Send the form of the page on, with some fields typed over."""
    where = re.search(r'action="(/sheets/[^"]*)"', page)
    assert where
    return client.post(where[1], data={**fields_of(page), **changed, "act": act})


def cell(page: str, row: int, key: str) -> str:
    """The name of a field of the grid."""
    return next(name for name in fields_of(page) if name.startswith(f"cell:{key}:{row}:"))
