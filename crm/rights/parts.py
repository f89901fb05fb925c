"""Of what a paper for a person is made: sections, their entries, and the lines of these."""

from dataclasses import dataclass

from campaigns.wording.languages import Language


@dataclass(frozen=True, slots=True)
class Line:
    """One fact: the field's name for programs, what it is called, and its value."""

    field: str
    label: str
    value: str | int | list[str]


@dataclass(frozen=True, slots=True)
class Entry:
    """A card, something that happened, or a consent; `origin` tells who recorded it and when."""

    title: str
    lines: list[Line]
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the copy, under a heading."""

    name: str
    title: str
    paragraphs: list[str]
    entries: list[Entry]


@dataclass(frozen=True, slots=True)
class OwnCopy:
    """The whole copy."""

    language: Language
    title: str
    made: str
    sections: list[Section]
