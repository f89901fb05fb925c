"""Who is who: pairs of cards that a person is asked about, side by side; and by which weights.

Values open by a tap that is kept. A decision is an event, and stands above any weight.
"""

from collections.abc import Iterable, Mapping

from fastapi import APIRouter
from fastapi.responses import Response

from campaigns.wording.catalogues import N_
from crm.accounts.access import Access, log_accesses
from crm.components.as_of import weights_now
from crm.identity.default_weights import SHIPPED
from crm.pairs.first_weights import shipped_levels
from crm.pairs.queries import (
    PAGE_PAIRS,
    asked_pairs,
    count_cards,
    is_asked,
    linked_by_weights,
)
from crm.pairs.trying import tried
from crm.scope import OutOfScope
from crm.storage.database import reading, writing
from crm.web.desk.acts import Act, ActForm, done, say
from crm.web.desk.changes import what_changes
from crm.web.guards.visit import NotFound, SignedIn, SignedInPosting, Visit
from crm.web.view.matching_labels import LEVELS, THINGS

router = APIRouter()

_TYPES = {"same": "identity.same", "different": "identity.different"}
_REASON = "reviewed"
_ALL_AGAIN = N_("全部 %(n)s 张档案卡会重新识别一遍，要几分钟；期间照常登记。")
_WEIGHTS_DO = (
    N_(
        "很像是同一个人的档案卡会自动归到一份档案：经销商的副本、回访和奖励跟着变，经销商会收到变化。"
    ),
    N_("归到一起的，算完以后这里有全部清单，不对的可以说“不是同一个人”。"),
    N_("人说过的“是”和“不是”不变。可以随时改回只用确定规则，归到一起的会再分开。"),
)
_WOULD_JOIN = {
    True: N_("会有 %(joined)s 张卡自动归到别的卡，%(asked)s 对请人来看。"),
    False: N_(
        "大约会有 %(joined)s 张卡自动归到别的卡，%(asked)s 对请人来看：是看了 %(seen)s 张估计的。"
    ),
}
_RULE_DOES = (
    N_("按权重归到一起的 %(joined)s 张卡会再分开：副本、回访和奖励跟着变，经销商会收到变化。"),
    N_("请人来看的那些对子会清空。人说过的“是”和“不是”不变。"),
)
_NOTHING_CHOSEN = N_("还没有选。请至少给一对选“是”或“不是”。")


@router.get("/matching")
def matching_page(visit: SignedIn, page: int = 1) -> Response:
    """The pairs, the likeliest first."""
    return _page(visit, ActForm(), page=page)


@router.post("/matching/open")
def open_pair(posting: SignedInPosting) -> Response:
    """Show what two cards say, and what would change if they were one person's."""
    visit = posting.visit
    pair = posting.text("card_id", 64), posting.text("other_card_id", 64)
    with reading(visit.site.engine) as connection:
        if not is_asked(visit.scope, connection, *pair):
            raise NotFound
    now_us = visit.site.now_us()
    with writing(visit.site.engine) as connection:
        looks = [Access(now_us, visit.account.actor, card_id, "pair") for card_id in pair]
        log_accesses(connection, looks)
    return _page(visit, ActForm(), opened=pair)


@router.post("/matching/decide")
def decide(posting: SignedInPosting) -> Response:
    """Say of some pairs whether they are one person; the others wait."""
    visit = posting.visit
    if not visit.account.may_say("identity.same"):
        raise OutOfScope("who is who")
    acts = []
    for place in range(PAGE_PAIRS):
        type_name = _TYPES.get(posting.text(f"word-{place}", 16))
        card_id, _, other_id = posting.text(f"pair-{place}", 130).partition(" ")
        if type_name is not None:
            data = {"card_id": card_id, "other_card_id": other_id, "reason_code": _REASON}
            acts.append(Act(type_name, data))
    if not acts:
        form = ActForm(troubles=(visit.say(_NOTHING_CHOSEN),))
        return _page(visit, form)
    answer = say(posting, acts)
    if answer.form is not None:
        return _page(visit, answer.form)
    return done(visit, "/matching", answer)


@router.post("/matching/publish")
def publish(posting: SignedInPosting) -> Response:
    """Put the shipped weights in force, or the rule alone."""
    visit = posting.visit
    weighs = posting.text("which", 8) == "weights"
    data = {
        "version": f"{SHIPPED.version if weighs else 'rule'}-{posting.text('form_id', 36)[:8]}",
        "link_centibits": SHIPPED.link,
        "ask_centibits": SHIPPED.ask,
        "levels": shipped_levels() if weighs else [],
    }
    doubts = _what_publishing_does(visit, weighs=weighs)
    answer = say(posting, [Act("matching.published", data)], doubts=doubts)
    if answer.form is not None:
        return _page(visit, ActForm(), publish_form=answer.form)
    return done(visit, "/matching", answer)


def _what_publishing_does(visit: Visit, *, weighs: bool) -> tuple[str, ...]:
    with reading(visit.site.engine) as connection:
        cards, joined = count_cards(visit.scope, connection)
        numbers = {"n": f"{cards:,}", "joined": f"{joined:,}"}
        if not weighs:
            return _in_words(visit, (_ALL_AGAIN, *_RULE_DOES), numbers)
        would = tried(visit.scope, connection, visit.site.keyring, SHIPPED, visit.site.now_us())
    numbers |= {name: f"{getattr(would, name):,}" for name in ("joined", "asked", "seen")}
    return _in_words(visit, (_ALL_AGAIN, _WOULD_JOIN[would.exact], *_WEIGHTS_DO), numbers)


def _in_words(
    visit: Visit, sentences: Iterable[str], numbers: Mapping[str, str]
) -> tuple[str, ...]:
    return tuple(visit.say(sentence) % numbers for sentence in sentences)


@router.get("/matching/linked")
def linked_page(visit: SignedIn, page: int = 1) -> Response:
    """The cards that weights joined to another, the least sure first."""
    page = max(1, page)
    with reading(visit.site.engine) as connection:
        pairs, total = linked_by_weights(visit.scope, connection, page)
    context = {
        "title": visit.say(N_("按权重归到一起的档案卡")),
        "pairs": pairs,
        "total": total,
        "things": THINGS,
        "levels": LEVELS,
        "page": page,
        "first": (page - 1) * PAGE_PAIRS,
        "pages": -(-total // PAGE_PAIRS),
    }
    return visit.render("matching_linked.html", context)


def _page(
    visit: Visit,
    form: ActForm,
    *,
    opened: tuple[str, str] | None = None,
    page: int = 1,
    publish_form: ActForm | None = None,
) -> Response:
    with reading(visit.site.engine) as connection:
        pairs, total = asked_pairs(visit.scope, connection, max(1, page))
        weights = weights_now(connection, visit.site.keyring)
        _, joined = count_cards(visit.scope, connection)
    context = {
        "title": visit.say(N_("是不是同一个人")),
        "form": form,
        "publish_form": publish_form or ActForm(),
        "joined": joined,
        "pairs": pairs,
        "total": total,
        "opened": opened,
        "changes": _changes(visit, opened) if opened else (),
        "weights": weights,
        "things": THINGS,
        "levels": LEVELS,
        "may_decide": visit.account.may_say("identity.same"),
        "may_publish": visit.account.may_say("matching.published"),
        "page": max(1, page),
        "pages": -(-total // PAGE_PAIRS),
    }
    return visit.render("matching.html", context)


def _changes(visit: Visit, pair: tuple[str, str]) -> tuple[str, ...]:
    """What would be other if the two were one person's; nothing for who may not say so."""
    if not visit.account.may_say("identity.same"):
        return ()
    data = {"card_id": pair[0], "other_card_id": pair[1], "reason_code": _REASON}
    return what_changes(visit, [Act("identity.same", data)])
