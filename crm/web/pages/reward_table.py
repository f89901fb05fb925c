"""A queue of the rewards' desk, as a table."""

from collections.abc import Callable, Mapping

from campaigns.ids import short_number
from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from campaigns.wording.days import day_text
from crm.masking import masked_name
from crm.money import yuan_number
from crm.reward_desk.desk import DeskRow
from crm.reward_desk.queues import SORTS, QueuePart
from crm.web.desk.cells import dealer_cell, money_cell
from crm.web.desk.tables import Asked, Cell, Column, Filter, Table
from crm.web.guards.visit import Visit
from crm.web.view.labels import label, policy_word
from crm.web.view.reward_labels import MEMBER_KINDS

_OF_QUEUES: Mapping[str, frozenset[str]] = {
    "reason": frozenset({"blocked", "late", "rejected", "clawed_back", "alarms"}),
    "returned": frozenset({"clawed_back", "owed_back"}),
    "until": frozenset({"to_decide", "held"}),
    "open": frozenset({"payable", "to_hand_over"}),
    "owes": frozenset({"payable"}),
    "paid": frozenset({"paid", "clawed_back", "owed_back", "alarms"}),
    "back": frozenset({"paid", "clawed_back", "owed_back", "alarms"}),
}
"""A column → the queues that show it before anybody chooses."""


def _member(_visit: Visit, row: DeskRow) -> Cell:
    return Cell(row.member, f"/rewards/{row.reward_id}")


def _name(_visit: Visit, row: DeskRow) -> str | None:
    return masked_name(row.member_name) if row.member_name else None


def _kind(visit: Visit, row: DeskRow) -> str:
    words = (
        label("member_kind", row.member_kind) if row.member_kind else "",
        label("institution_kind", row.institution_kind) if row.institution_kind else "",
    )
    return " · ".join(visit.say(word) for word in words if word)


def _patient(visit: Visit, row: DeskRow) -> str | None:
    if row.name:
        return masked_name(row.name)
    if row.card_id:
        return visit.say(N_("档案卡 %(number)s")) % {"number": short_number(row.card_id)}
    if not row.has_purchase:
        return visit.say(N_("没有对应的购买"))
    return None if row.bought_on else visit.say(N_("这次购买不归这位会员"))


def _bought(visit: Visit, row: DeskRow) -> Cell | None:
    if row.bought_on is None:
        return None
    today = shanghai_day(visit.site.now_us())
    return Cell(day_text(row.bought_on, visit.language, today), raw=row.bought_on)


def _units(visit: Visit, row: DeskRow) -> Cell | None:
    """As many as were bought; of which some came back is said beside, for it is what is paid by."""
    if row.bought_on is None:
        return None
    back = visit.say(N_("退 %(n)s")) % {"n": row.returned} if row.returned else ""
    return Cell(" ".join(filter(None, (str(row.quantity), back))), raw=row.quantity)


def _policy(visit: Visit, row: DeskRow) -> str | None:
    return visit.say(policy_word(row.policy)) if row.policy else None


def _until(visit: Visit, row: DeskRow) -> Cell | None:
    today = shanghai_day(visit.site.now_us())
    if row.releases_on is None or not row.is_frozen(today):
        return None
    return Cell(day_text(row.releases_on, visit.language, today), raw=row.releases_on)


def _standing(visit: Visit, row: DeskRow) -> str:
    codes = row.standings(shanghai_day(visit.site.now_us()))
    return " · ".join(visit.say(label("reward_standing", code)) for code in codes)


def _reason(visit: Visit, row: DeskRow) -> str | None:
    return visit.say(label("reward_reason", row.reason)) if row.reason else None


def _marks(visit: Visit, row: DeskRow) -> Cell | None:
    """What has to be known before anybody acts, the graver first."""
    grave = [label("reward_mark", mark) for mark in row.marks if mark != "capped"]
    if row.watched and visit.may("books"):
        grave.append(N_("先核查"))
    told = (
        (N_("刚说过，正在记"), row.settling),
        (N_("付款在路上"), row.ordered),
        (label("reward_mark", "capped"), "capped" in row.marks),
    )
    light = [word for word, holds in told if holds]
    if not grave and not light:
        return None
    text = visit.joined(map(visit.say, [*grave, *light]))
    return Cell(text, tone="wrong" if grave else "waiting")


def _money(amount_fen: int) -> Cell:
    """Nothing is told by nothing."""
    return money_cell(amount_fen) if amount_fen else Cell("", raw=yuan_number(0))


def _owes(row: DeskRow) -> Cell:
    """What a payment would be set off against."""
    return _money(0 if row.in_kind or row.open_fen <= 0 else row.member_owes_fen)


_COLUMNS: tuple[Column[DeskRow], ...] = (
    Column("member", N_("会员"), _member),
    Column("name", N_("姓名"), _name),
    Column("kind", N_("类别"), _kind),
    Column("dealer", N_("经销商"), lambda v, row: dealer_cell(v, row.dealer)),
    Column("patient", N_("为谁"), _patient),
    Column("bought", N_("哪天买的"), _bought),
    Column("units", N_("几件"), lambda visit, row: _units(visit, row), is_number=True),
    Column("returned", N_("退了几件"), lambda _, row: row.returned or None, is_number=True),
    Column("amount", N_("金额"), lambda _, row: money_cell(row.amount_fen), is_number=True),
    Column("state", N_("状态"), _standing),
    Column("reason", N_("为什么"), _reason),
    Column("until", N_("冻结到"), _until),
    Column("open", N_("还可付"), lambda _, row: _money(max(row.open_fen, 0)), is_number=True),
    Column("owes", N_("会员应退回"), lambda _, row: _owes(row), is_number=True),
    Column("paid", N_("已发放"), lambda _, row: _money(row.paid_fen), is_number=True),
    Column(
        "back",
        N_("应退回"),
        lambda _, row: _money(0 if row.is_evened else row.owed_back_fen),
        is_number=True,
    ),
    Column(
        "set_off", N_("已抵扣"), lambda _, row: _money(row.set_off_fen), is_number=True, shown=False
    ),
    Column("marks", N_("标记"), _marks),
    Column(
        "mode",
        N_("怎样发放"),
        lambda visit, row: visit.say(label("reward_mode", row.mode)) if row.mode else None,
        shown=False,
    ),
    Column("policy", N_("政策"), _policy, shown=False),
    Column("rule", N_("第几条"), lambda _, row: row.rule_number, is_number=True, shown=False),
    Column("reward", N_("编号"), lambda _, row: short_number(row.reward_id), shown=False),
)


_NOT_OF_DEALERS = {"patient", "dealer"}
"""What is empty, or the same in each row, where a dealer looks: it may be chosen all the same."""


def table_of(
    visit: Visit, queue: str, dealers: Mapping[str, str], row_id: Callable[[DeskRow], str]
) -> Table[DeskRow]:
    """The columns that matter in a queue, the others to be chosen; filtered by its members."""
    columns = (
        Column(
            each.key,
            each.word,
            each.cell,
            sorts=each.key in SORTS,
            is_number=each.is_number,
            shown=each.shown
            and queue in _OF_QUEUES.get(each.key, {queue})
            and (visit.account.dealer is None or each.key not in _NOT_OF_DEALERS),
        )
        for each in _COLUMNS
    )
    filters = [Filter("member", N_("会员编号")), Filter("kind", N_("类别"), MEMBER_KINDS)]
    if len(dealers) > 1:
        filters.append(Filter("dealer", N_("经销商"), dealers, as_they_are=True))
    return Table(
        "rewards",
        tuple(columns),
        tuple(filters),
        row_id=row_id,
        beside="ticked",
        ticked="reward",
    )


def part_of(asked: Asked) -> QueuePart:
    """What of a queue is asked for."""
    member, kind, dealer = map(asked.text, ("member", "kind", "dealer"))
    return QueuePart(member, kind, dealer, asked.by, asked.downwards)
