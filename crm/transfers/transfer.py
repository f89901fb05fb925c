"""A transfer of value: what a doctor, a clerk or a consumer member was given, once."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Form = Literal["gift", "book", "meal", "travel", "device_loan", "fee", "reward"]


@dataclass(frozen=True, slots=True)
class Transfer:
    """One line of the register; `value_fen` in fen. source, id: of the event that told of it.

    through_employer: whether the money went by way of the member's employer.
    """

    on: date
    member: str
    name: str
    kind: str
    institution: str | None
    institution_kind: str | None
    dealer: str
    form: Form
    item: str
    value_fen: int
    source: str
    id: str

    @property
    def through_employer(self) -> bool:
        """A clerk's rewards are paid through the employer."""
        return self.form == "reward" and self.kind == "clerk"
