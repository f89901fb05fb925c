"""Headquarters' words on the rewards it can foresee: approved, rejected, paid, taken back."""

from campaigns.ids import reward_id
from campaigns.season.model import Member, Referral, Sale
from campaigns.season.post import Desk, Event
from campaigns.season.sales import give_back
from campaigns.season.world import FINANCE_DESK, REWARDS_DESK, World
from campaigns.times import DAY_US

POLICY = "default"
_HOLD_DAYS = 30
_WINDOW_DAYS = 90
_CLERK_FEN_PER_UNIT = 2_000
_CONSUMER_FEN_PER_PURCHASE = 1_000


def settle_rewards(world: World) -> None:
    """Decide on every sale whose reward follows from a single agreed referral."""
    clerks = consumers = 0
    for sale in sorted(world.sales, key=lambda sale: (sale.at_us, sale.purchase_id)):
        referral = _foreseeable(sale)
        if referral is None:
            continue
        if referral.member.kind == "clerk" and _trained(referral.member, sale):
            clerks += 1
            _decide(world, sale, referral.member, clerks % 8)
        elif referral.member.kind == "consumer":
            consumers += 1
            _thank(world, sale, referral.member, consumers % 4)


def _foreseeable(sale: Sale) -> Referral | None:
    """The one referral, on the same card, in time, by an active member, at no free clinic."""
    agreed = [referral for referral in sale.person.referrals if referral.agreed]
    if len(agreed) != 1 or sale.breach:
        return None
    referral = agreed[0]
    in_time = 0 <= sale.at_us - referral.at_us < (_WINDOW_DAYS - 1) * DAY_US
    if not in_time or referral.card_id != sale.card.card_id:
        return None
    return referral if referral.member is not sale.person.member else None


def _trained(member: Member, sale: Sale) -> bool:
    return member.passed_us is not None and member.passed_us < sale.at_us - DAY_US


def _decide(world: World, sale: Sale, member: Member, course: int) -> None:
    """A clerk's reward: one of eight courses it can take."""
    amount_fen = _CLERK_FEN_PER_UNIT * sale.quantity
    if course == 0:  # returned within the hold, nothing to decide
        give_back(world, sale, world.after_us(sale.at_us, 4, 20), sale.quantity)
        return
    if course == 7 and not sale.late_referral:  # nobody has decided yet
        return
    known_us = max(sale.at_us, sale.sent.received_us)
    decided_us = world.after_us(known_us, 2, 20)
    if course in (3, 4) or sale.late_referral:
        decided_us = world.after_us(known_us, 31, 38)
    kind = "reward.rejected" if course == 2 else "reward.approved"
    if not _word(world, REWARDS_DESK, decided_us, kind, sale, member, amount_fen):
        return
    if course in (2, 6):
        return
    part = course == 4 and sale.quantity > 1  # one unit comes back before the payment
    if part and give_back(world, sale, decided_us + DAY_US, 1):
        amount_fen -= _CLERK_FEN_PER_UNIT
    paid_us = world.after_us(max(decided_us, sale.at_us + _HOLD_DAYS * DAY_US), 2, 9)
    paid = _word(world, FINANCE_DESK, paid_us, "reward.paid", sale, member, amount_fen)
    if paid and course in (1, 5):
        give_back(world, sale, world.after_us(paid_us, 2, 15), sale.quantity)


def _thank(world: World, sale: Sale, member: Member, course: int) -> None:
    """A consumer's small thanks, which needs no approval once the hold has ended."""
    if course == 0:
        give_back(world, sale, world.after_us(sale.at_us, 4, 20), sale.quantity)
        return
    if course == 3 or sale.late_referral:
        return
    paid_us = world.after_us(sale.at_us, _HOLD_DAYS + 2, _HOLD_DAYS + 12)
    amount_fen = _CONSUMER_FEN_PER_PURCHASE
    paid = _word(world, FINANCE_DESK, paid_us, "reward.paid", sale, member, amount_fen)
    if paid and course == 2:
        give_back(world, sale, world.after_us(paid_us, 3, 20), sale.quantity)


def _word(
    world: World,
    desk: Desk,
    at_us: int,
    kind: str,
    sale: Sale,
    member: Member,
    amount_fen: int,
) -> bool:
    reward = reward_id(sale.purchase_id, member.code, POLICY)
    data: Event = {
        "reward_id": reward,
        "purchase_id": sale.purchase_id,
        "member": member.code,
        "amount_fen": amount_fen,
    }
    if kind == "reward.rejected":
        data["reason_code"] = "no_written_agreement"
    if kind == "reward.paid":
        data["reference"] = f"PAY-{world.number('payment'):05d}"
    return world.post.send(desk, at_us, kind, f"reward/{reward}", data) is not None
