"""Tells of a payment that was ordered, as an event: what was stored, whatever is typed now."""

from dataclasses import dataclass
from typing import Literal

import orjson

from campaigns.sentences import refusal_sentence
from campaigns.times import rfc3339
from campaigns.wording.catalogues import N_
from crm.reward_desk.orders import OrderRow, Payer
from crm.reward_desk.register import begin_telling, end_telling
from crm.scope import OutOfScope
from crm.web.desk.acts import Act, sayer_of
from crm.web.guards.visit import Visit

TAKEN = N_("这一笔正有人在付，或刚刚付过。请刷新后再看。")
_OTHER = N_("这一笔的编号已经用在别的记录上，没有记。请在下面点“钱没有付出去”，再重新记一笔发放。")
_REFUSED = N_("没有记上，这一笔还开着：%(why)s")


def payer_of(visit: Visit) -> Payer:
    """Whoever is signed in, as a payer; OutOfScope where the account may not pay."""
    if not visit.may_say("reward.paid"):
        raise OutOfScope("who pays rewards")
    return Payer(visit.account.actor, visit.account.source, visit.site.now_us())


@dataclass(frozen=True, slots=True)
class Telling:
    """What came of telling; `why`: unless it is told, a sentence in the visitor's language."""

    outcome: Literal["told", "taken", "other", "refused"]
    why: str = ""


def tell(visit: Visit, payer: Payer, order: OrderRow) -> Telling:
    """Say a payment as an event, once: what was told before counts as told.

    Refused, the order is open again.
    """
    credential = sayer_of(visit, ["reward.paid"])
    begun = begin_telling(visit.site.engine, payer, order.order_id)
    if begun != "begun":
        return _telling(visit, begun)
    data = {
        "reward_id": order.reward_id,
        "purchase_id": order.purchase_id,
        "member": order.member,
        "amount_fen": order.amount_fen,
        "reference": order.reference,
    }
    said_at = rfc3339(visit.site.now_us())
    event = Act("reward.paid", data).event(payer.source, order.event_id, 1, said_at)
    (receipt,) = visit.site.intake.accept([orjson.dumps(event)], credential)
    if end_telling(visit.site.engine, payer, order.order_id):
        return Telling("told")
    if receipt.reason == "id_reused":
        return _telling(visit, "other")
    reason, path = receipt.reason or "", receipt.path or "$"
    why = refusal_sentence(reason, path, visit.language)
    return Telling("refused", visit.say(_REFUSED) % {"why": why})


def _telling(visit: Visit, outcome: Literal["told", "taken", "other"]) -> Telling:
    why = {"told": "", "taken": TAKEN, "other": _OTHER}[outcome]
    return Telling(outcome, why and visit.say(why))
