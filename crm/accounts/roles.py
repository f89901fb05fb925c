"""The table of roles: what each sees and says, and whether a password alone opens it.

Pages, API, menus, the command and the tests read it; nobody else asks which role somebody has.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from campaigns.catalogue import CATALOGUE
from campaigns.intake import Credential
from campaigns.intake import Role as SendingRole
from campaigns.regions import region_name
from campaigns.wording.catalogues import N_
from campaigns.wording.sentence import SaidError
from crm.scope import HEADQUARTERS_SCOPE, Capability, Scope, dealer_scope

AccountRole = Literal[
    "headquarters",
    "compliance",
    "staff",
    "dealer",
    "dealer_staff",
    "marketing",
    "planning",
    "finance",
    "auditor",
]

_NOBODYS = frozenset({"day.reached"})
"""Said by the CRM itself."""
_A_DEALERS = frozenset({"copy.acknowledged"})
"""What a dealer holds only the dealer can say."""
_PLANS = frozenset({"activity.planned", "activity.changed", "activity.cancelled"})
"""The company plans every activity, the dealer carries it out (handbook, p. 39)."""
_ON_THE_SPOT = frozenset({"activity.planned"})
"""What nobody planned is written down where it is held; who plans ahead changes plans too."""
_ALL = frozenset(CATALOGUE) - _NOBODYS
_OPEN = frozenset(name for name in _ALL if not CATALOGUE[name].headquarters_only)
MOST_REGIONS = 20
"""Of one account."""
_ASK_FOR_MORE: frozenset[Capability] = frozenset({"health", "money", "books", "accounts", "audit"})
_HEADQUARTERS_ALONE: frozenset[Capability] = frozenset({"decides", "status", "runs", "accounts"})


@dataclass(frozen=True, slots=True)
class Role:
    """One line of the table.

    word: what the role is called; does: in one sentence, what it is for. first_page: where
    the person lands. sees: capabilities; says: event types. speaks_as: as whom its events are
    kept. of_regions: whether it may be given regions, whose activities it sees and no others.
    """

    word: str
    does: str
    first_page: str
    sees: frozenset[Capability]
    says: frozenset[str] = frozenset()
    speaks_as: SendingRole = "staff"
    of_dealer: bool = False
    of_regions: bool = False

    @property
    def needs_second_factor(self) -> bool:
        """Whether a password alone does not open the pages."""
        return bool(self.sees & _ASK_FOR_MORE)


def _may(*sees: Capability) -> frozenset[Capability]:
    return frozenset(sees)


ROLES: dict[AccountRole, Role] = {
    "headquarters": Role(
        N_("总部"),
        N_("除了限制使用的人，都看得到；什么都可以登记和决定，也管账号。"),
        "/",
        HEADQUARTERS_SCOPE.sees,
        _ALL - _A_DEALERS,
        "headquarters",
    ),
    "compliance": Role(
        N_("合规"),
        N_("都看得到，限制使用的人也在内；答复权利请求，记撤回。"),
        "/",
        HEADQUARTERS_SCOPE.sees - _HEADQUARTERS_ALONE | {"restricted", "legal"},
        frozenset({"card.erased", "consent.withdrawn", "reward.approved", "reward.rejected"}),
    ),
    "staff": Role(
        N_("现场工作人员"),
        N_("在活动上登记，找人，回访。"),
        "/log",
        _may(
            *("activities", "people", "archive", "opens", "health", "follow_ups", "members"),
            *("letters", "hears"),
        ),
        _OPEN - _A_DEALERS - _PLANS | _ON_THE_SPOT,
        of_regions=True,
    ),
    "dealer": Role(
        N_("经销商"),
        N_("自己那一份副本、自己承办的活动；登记，确认。"),
        "/copy",
        dealer_scope("").sees,
        _OPEN - _PLANS,
        "dealer",
        of_dealer=True,
    ),
    "dealer_staff": Role(
        N_("经销商现场人员"),
        N_("在自己经销商的活动上登记；只找得到自己副本里的人。"),
        "/log",
        _may("activities", "own_people", "members", "passes_on"),
        _OPEN - _A_DEALERS - _PLANS,
        "dealer",
        of_dealer=True,
    ),
    "marketing": Role(
        N_("市场"),
        N_("看人数：人在哪一步流失；不看姓名。"),
        "/funnels",
        _may("activities", "numbers"),
    ),
    "planning": Role(
        N_("企划"),
        N_("活动的安排。"),
        "/activities",
        _may("activities"),
        _PLANS | {"event.voided"},
    ),
    "finance": Role(
        N_("财务"),
        N_("奖励；看不到健康情况。"),
        "/rewards",
        _may("money", "books", "payees", "members"),
        frozenset({"reward.paid"}),
    ),
    "auditor": Role(
        N_("审计"),
        N_("记过什么、谁记的、谁看过、谁改了账号；姓名一直遮住，什么都不能改。"),
        "/",
        _may(
            *(
                "activities",
                "people",
                "archive",
                "money",
                "books",
                "members",
                "numbers",
                "events",
                "requests",
            ),
            *("copies", "looks", "audit"),
        ),
    ),
}


class AccountInvalid(SaidError, ValueError):
    """The account cannot be as asked for; the message says why."""


class RegionsInvalid(AccountInvalid):
    """Nobody of these roles can be given these regions; the message says why."""


class RolesInvalid(AccountInvalid):
    """Nobody can have these roles together; the message says why."""


def checked_roles(roles: Collection[str], dealer: str | None) -> tuple[AccountRole, ...]:
    """Those of an account, in the order of the table; RolesInvalid where they do not fit."""
    unknown = set(roles) - ROLES.keys()
    if unknown or not roles:
        raise RolesInvalid(N_("身份是这几种之一：{roles}"), roles=", ".join(ROLES))
    found = tuple(role for role in ROLES if role in roles)
    of_dealer = {ROLES[role].of_dealer for role in found}
    if len(of_dealer) > 1:
        raise RolesInvalid(N_("一个账户是公司的，或者是一家经销商的，不能两样都是"))
    if (True in of_dealer) != (dealer is not None):
        raise RolesInvalid(N_("经销商的账户要写 --dealer，别的不写"))
    return found


def checked_regions(roles: Collection[str], regions: Collection[str]) -> tuple[str, ...]:
    """Those of an account of these roles, each once; RegionsInvalid where they do not fit."""
    unknown = [code for code in regions if not region_name(code)]
    if unknown:
        raise RegionsInvalid(N_("没有这个地区：{region}"), region=unknown[0])
    if regions and not all(ROLES[role].of_regions for role in ROLES if role in roles):
        raise RegionsInvalid(N_("地区只给现场工作人员：还有别的身份的，看得到各地的活动"))
    if len(set(regions)) > MOST_REGIONS:
        raise RegionsInvalid(N_("地区最多 {most} 个：写省、市就管下面各区"), most=MOST_REGIONS)
    return tuple(sorted(set(regions)))


def scope_of(
    *roles: AccountRole, dealer: str | None = None, regions: Collection[str] = ()
) -> Scope:
    """What somebody of these roles may see: all that any of them may."""
    sees = frozenset().union(*(ROLES[role].sees for role in roles))
    within = regions if all(ROLES[role].of_regions for role in roles) else ()
    return Scope(sees, dealer, tuple(within))


def says_of(roles: Iterable[AccountRole]) -> frozenset[str]:
    """The event types that somebody of these roles may say."""
    return frozenset().union(*(ROLES[role].says for role in roles))


def roles_that_say(type_name: str) -> tuple[AccountRole, ...]:
    """Who may say events of a type, in the order of the table."""
    return tuple(name for name, role in ROLES.items() if type_name in role.says)


def speaks_as(roles: Collection[AccountRole]) -> SendingRole:
    """As whom the events of somebody of these roles are kept: the first of the table that says."""
    return next(ROLES[role].speaks_as for role in ROLES if role in roles)


def first_page_of(roles: Collection[AccountRole]) -> str:
    """Where somebody of these roles lands: what the first of the table opens."""
    return next(ROLES[role].first_page for role in ROLES if role in roles)


_OF_TOKENS: dict[SendingRole, AccountRole] = {
    "headquarters": "headquarters",
    "staff": "staff",
    "dealer": "dealer",
}


def scope_of_token(credential: Credential) -> Scope:
    """What the bearer of a token may see."""
    return scope_of(_OF_TOKENS[credential.role], dealer=credential.dealer)
