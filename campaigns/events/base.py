"""What every event class shares: field types with their bounds, and what a class says of itself.

A field type is checked while the bytes are read, so an event that exists is a valid one.
"""

import datetime
from collections.abc import Iterable
from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta, Struct

ID_PATTERN = r"^[A-Za-z0-9._:\-]{1,64}\Z"

Id = Annotated[str, Meta(pattern=ID_PATTERN)]
"""1–64 of A-Z a-z 0-9 . _ : - ; never personal."""
LETTERS_PATTERN = r"^[^\W\d_]*$"
"""Letters of any script alone."""
Text = Annotated[str, Meta(min_length=1, max_length=200)]
"""A short name, title or code, 1–200 characters; never personal."""
Note = Annotated[str, Meta(max_length=20_000)]
"""Free text: personal, so it stands only where it is encrypted."""
Region = Annotated[str, Meta(pattern=r"^[0-9]{6}\Z")]
"""A GB/T 2260 code, six digits."""
Fen = Annotated[int, Meta(gt=0, le=2**53 - 1)]
"""Money in integer fen, above zero."""
FenOrZero = Annotated[int, Meta(ge=0, le=2**53 - 1)]
LARGEST_FEN = 10**12
"""Of any amount, and of what a purchase comes to, asked for at the door: ten milliards of yuan.
Millions of them can be added up where numbers have 64 bits."""
Count = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Quantity = Annotated[int, Meta(ge=1, le=1_000_000)]
Moment = Annotated[datetime.datetime, Meta(tz=True)]
"""RFC 3339 with a zone."""
Day = datetime.date
"""A Shanghai day, YYYY-MM-DD."""
MAIL_PATTERN = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~\-]+@[A-Za-z0-9\-]+(\.[A-Za-z0-9\-]+)*\Z"
MailAddress = Annotated[str, Meta(pattern=MAIL_PATTERN, max_length=254)]
"""As browsers take one: letters, digits and signs, `@`, a name of hosts."""
Sex = Literal["male", "female"]
BirthYear = Annotated[int, Meta(ge=1850, le=2100)]

Fault = tuple[str, str]
"""(reason, JSONPath) of something wrong with an event."""

PERSONAL_FIELDS = ("person", "contact", "health", "private")
"""The only fields in which personal data may stand; they are encrypted before they are kept."""


class EventData(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=False):
    """The `data` of an event; the class variables say how it is tied to other things."""

    type_name: ClassVar[str]
    """The wire type without `jinxi.` and `.v1`."""
    subject_kind: ClassVar[str]
    subject_field: ClassVar[str | None]
    """`subject` is `subject_kind/` and the value of this field (None: not tied to a field)."""
    creates: ClassVar[tuple[str, str] | None] = None
    """(kind, field) of the thing that comes into being with this event."""
    refers: ClassVar[tuple[tuple[str, str], ...]] = ()
    """(kind, field) of each thing that must be known for this event to take effect."""
    blank: ClassVar[bytes] = b""
    """What stands for the required personal objects once they are erased, as JSON."""
    headquarters_only: ClassVar[bool] = False
    stable: ClassVar[bool] = True
    exact: ClassVar[bool] = True
    """Whether every number of it is an integer."""

    @classmethod
    def lacks(cls, data: dict[str, Any]) -> Iterable[str]:
        """The fields that this data needs beside the required ones, as paths below `data`.

        It looks at data as sent, of which nothing is certain yet.
        """
        return ()

    def faults(self) -> Iterable[Fault]:
        """What is wrong between fields; (reason, path below `data`)."""
        return ()


class Person(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who somebody is, as written."""

    name: Text
    sex: Sex | None = None
    birth_date: Day | None = None
    birth_year: BirthYear | None = None
    id_number: Text | None = None


class Contact(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How somebody is reached, as written."""

    phones: tuple[Text, ...] | None = None
    address: Note | None = None
    mail: MailAddress | None = None


class Health(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody suffers from and has used."""

    conditions: tuple[Text, ...] | None = None
    medicines: tuple[Text, ...] | None = None
    devices: tuple[Text, ...] | None = None


class PrivateNote(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Free text about somebody."""

    note: Note | None = None
