"""Pages as a script reads them: their links and forms, and all that an answer tells."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from io import BytesIO
from random import Random
from uuid import UUID
from zipfile import ZipFile

import httpx


@dataclass
class Form:
    """A form as a page has it: (name, value, kind, whether it is set) of each field."""

    action: str
    method: str
    fields: list[tuple[str, str, str, bool]] = field(default_factory=list)

    def filled(self, random: Random, words: tuple[str, ...]) -> dict[str, str]:
        """As somebody fills it who tries everything; hidden fields are left alone, mostly."""
        data = {}
        for name, value, kind, is_set in self.fields:
            dice, word = random.random(), random.choice(words)
            if name == "form_token" or (kind == "hidden" and dice < 0.85):
                data[name] = value
            elif kind in ("radio", "checkbox", "option", "submit"):
                if is_set or dice < 0.3:
                    data[name] = value
            else:
                data[name] = value if value and dice < 0.3 else word
        if UUID_TEXT.fullmatch(data.get("form_id", "")):
            data["form_id"] = str(UUID(int=random.getrandbits(128), version=4))
        return data


class Page(HTMLParser):
    """The links and forms of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._is_in_form = False
        self._select = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(said.get("action", ""), said.get("method", "get").lower()))
            self._is_in_form = True
        elif tag == "a" and said.get("href", "").startswith("/"):
            self.links.append(said["href"])
        elif tag == "select":
            self._select = said.get("name", "")
        elif self._is_in_form and tag == "option":
            self._field(self._select, said, "option", "selected" in said)
        elif self._is_in_form and tag in ("input", "button", "textarea") and said.get("name"):
            kind = said.get("type", "submit" if tag == "button" else "text")
            self._field(said["name"], said, kind, "checked" in said)

    def handle_endtag(self, tag: str) -> None:
        self._is_in_form &= tag != "form"

    def _field(self, name: str, said: dict[str, str], kind: str, is_set: bool) -> None:
        self.forms[-1].fields.append((name, said.get("value", ""), kind, is_set))


UUID_TEXT = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F-]{22}")
_VARIES = (
    (re.compile(r'(name="form_token" value|name="form_id" value|data-[\w-]+)="[^"]*"'), ""),
    (re.compile(r'name="(seen|deleted)" value="\d+"'), ""),
    (UUID_TEXT, "…"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ][\d:.+Z]+|\b\d\d:\d\d(:\d\d)?\b"), "…"),
    (re.compile(r'<path fill="#fff".*?</svg>'), ""),
    (re.compile(r"127\.0\.0\.1:\d+"), ""),
)
"""What differs from site to site, and from one time to another, with nobody's doing."""


def is_html(answer: httpx.Response) -> bool:
    return str(answer.headers.get("content-type")).startswith("text/html")


def told(answer: httpx.Response) -> str:
    """All that an answer tells."""
    text = answer.text
    if answer.content.startswith(b"PK"):
        with ZipFile(BytesIO(answer.content)) as parts:
            text = "\n".join(f"{name} {parts.read(name).decode()}" for name in parts.namelist())
    elif answer.content.startswith(b"%PDF"):
        text = ""
    kinds = [answer.headers.get(name) for name in ("content-type", "content-disposition")]
    text = f"{answer.status_code} {answer.headers.get('location')} {kinds} {text}"
    for pattern, instead in _VARIES:
        text = pattern.sub(instead, text)
    return text
