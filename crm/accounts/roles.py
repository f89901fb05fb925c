"""What a role sees that asks for more than a password."""

from dataclasses import dataclass
from typing import Literal

AccountRole = Literal["headquarters", "compliance", "staff", "dealer"]


@dataclass(frozen=True, slots=True)
class Rights:
    """What somebody of a role may come to see."""

    sees_health: bool
    sees_money: bool

    @property
    def needs_second_factor(self) -> bool:
        """Whether a password alone does not open the pages."""
        return self.sees_health or self.sees_money


ROLES: dict[AccountRole, Rights] = {
    "headquarters": Rights(sees_health=True, sees_money=True),
    "compliance": Rights(sees_health=True, sees_money=True),
    "staff": Rights(sees_health=True, sees_money=False),
    "dealer": Rights(sees_health=True, sees_money=True),
}
