"""What an installation still lacks before the first elder is asked for anything.

In the order in which it is done, for whoever manages accounts.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from campaigns.wording.catalogues import N_
from crm.accounts.people import accounts
from crm.copies.queries import dealer_names
from crm.notices.packaged import packaged_notices
from crm.notices.queries import current_notices
from crm.operations.status import last_backup_us
from crm.web.guards.visit import Visit


@dataclass(frozen=True, slots=True)
class FirstStep:
    """One thing to be done: what and why, and where; no place: not in a page."""

    word: str
    why: str
    href: str


_BACKUP = FirstStep(
    N_("备份，抄一份主密钥"),
    N_("还没有备份过。主密钥不在备份里，另外放好：丢了它，个人信息就再也读不出来。"),
    "/backups",
)
_NOTICES = FirstStep(
    N_("换上自己的告知书"),
    N_("念给本人听的还是随程序带来的样本，写的是虚构的公司和电话。"),
    "/notices",
)
_COMPANY = FirstStep(
    N_("写上公司的名字和联系方式"),
    N_("给本人的副本上要写找谁。请管理员设好 JINXI_COMPANY 和 JINXI_COMPANY_CONTACT，再启动。"),
    "",
)
_CONTRACT = FirstStep(
    N_("签一份经销商合同"),
    N_("有了合同，才能计划活动，给经销商开账号。"),
    "/dealers/contract",
)
_COLLEAGUES = FirstStep(
    N_("给同事开账号"),
    N_("一人一个。批准奖励、发布政策、删除都要另一个人，只有一个账号办不了。"),
    "/accounts#invite",
)


def first_steps(visit: Visit, connection: Connection) -> list[FirstStep]:
    """What is not done yet; nothing over invented data, nor for whoever could not do it."""
    if not visit.scope.may("accounts") or visit.account.is_demo:
        return []
    return list(_lacking(visit, connection))


def _lacking(visit: Visit, connection: Connection) -> Iterator[FirstStep]:
    if last_backup_us(connection) is None:
        yield _BACKUP
    samples = {(each.version, each.purpose) for each in packaged_notices()}
    if any(
        (each.version, each.purpose) in samples for each in current_notices(connection).values()
    ):
        yield _NOTICES
    if visit.site.keeper.contact is None:
        yield _COMPANY
    if not dealer_names(connection):
        yield _CONTRACT
    if sum(each.is_open for each in accounts(connection)) < 2:
        yield _COLLEAGUES
