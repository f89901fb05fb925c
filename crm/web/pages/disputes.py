"""What members dispute: said on their own page, listed and answered at the desk."""

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from crm.accounts.access import Access, log_accesses
from crm.accounts.people import names_of
from crm.disputes.dispute import LONGEST_TEXT, Dispute, Outcome
from crm.disputes.queries import dispute_of, disputes
from crm.disputes.register import Answered, Reply, Said, TooMany, answer_dispute, say_dispute
from crm.members.register import OpenLink
from crm.reward_desk.desk import DeskRow
from crm.reward_desk.hands import handled
from crm.reward_desk.queries import desk_rows
from crm.scope import OutOfScope
from crm.storage.database import reading, writing
from crm.web.desk.acts import FORM_ID, ActForm
from crm.web.desk.files import taken_away
from crm.web.desk.tables import Asked
from crm.web.guards.visit import AnyPosting, FormStale, NotFound, SignedIn, SignedInPosting, Visit
from crm.web.pages.dispute_table import DISPUTES
from crm.web.pages.own_rewards import OWN, opened, show_own
from crm.web.view.reward_labels import DISPUTE_OUTCOMES
from crm.web.view.speakers import speaker_word

router = APIRouter()

_NO_TEXT = N_("请写哪里不对，例如“这次买的是 3 件”。")
_NO_ANSWER = N_("请写答复，会员在自己的页面上看得到。")
_NO_OUTCOME = N_("请选一个结论。")
_TOO_MANY = N_("已经有几条在等答复。答复以后再提新的。")
_BEFORE = N_("这一条之前已经有人答复了。")
_OUTCOMES: tuple[Outcome, ...] = ("upheld", "declined")


@router.post("/own/{secret}/dispute")
def dispute(posting: AnyPosting, secret: str) -> Response:
    """A member says what it does not agree with; not by a link that its dealer made."""
    visit = posting.visit
    link = opened(visit, secret)
    if isinstance(link, Response):
        return link
    if link.dealer is not None:
        raise NotFound
    form_id, text = posting.text("form_id", 36), posting.text("text", LONGEST_TEXT)
    if not FORM_ID.fullmatch(form_id):
        raise FormStale
    if not text:
        faults = {"text": visit.say(_NO_TEXT)}
        return show_own(visit, secret, link, ActForm(form_id, posting.text_of, faults))
    row = _own_reward(visit, posting.text("reward", 64), link)
    about = (None, text) if row is None else (row.reward_id, text, row.entered_by)
    said = Said(form_id, link.member, *about)
    try:
        say_dispute(visit.site.engine, visit.site.keyring, said, visit.site.now_us())
    except TooMany:
        troubles = (visit.say(_TOO_MANY),)
        return show_own(visit, secret, link, ActForm(form_id, posting.text_of, troubles=troubles))
    return RedirectResponse(f"/own/{secret}#disputes", 303)


def _own_reward(visit: Visit, reward_id: str, link: OpenLink) -> DeskRow | None:
    """A reward of the member's own; whatever else is named is none."""
    with reading(visit.site.engine) as connection:
        rows = desk_rows(OWN, connection, [reward_id])
    return next((row for row in rows if row.member == link.member), None)


@router.get("/disputes")
def disputes_page(visit: SignedIn) -> Response:
    """All of them, what is due first at its head."""
    with reading(visit.site.engine) as connection:
        found = disputes(visit.scope, connection)
        names = names_of(connection, {each.actor for each in found if each.actor})
    rows = [(each, speaker_word(names, each.actor, visit.say)) for each in found]
    asked = Asked.of(visit.request.query_params)
    shown = DISPUTES.show(visit, asked, DISPUTES.of_rows(rows), "/disputes")
    if asked.file:
        return taken_away(visit, shown)
    return visit.render("disputes.html", {"title": visit.say(N_("会员异议")), "table": shown})


@router.get("/disputes/{dispute_id}")
def dispute_page(visit: SignedIn, dispute_id: str) -> Response:
    """One of them; its words for who may answer, and who read them is kept."""
    return _one(visit, dispute_id, ActForm())


@router.post("/disputes/{dispute_id}/answer")
def answer(posting: SignedInPosting, dispute_id: str) -> Response:
    """Answer it, once: nobody who had a hand in the reward."""
    visit = posting.visit
    if not _answers(visit):
        raise OutOfScope("who answers what members dispute")
    found, row = _found(visit, dispute_id)
    if _had_a_hand(visit, found, row):
        raise OutOfScope("nobody answers for what they entered, approved or paid")
    text = posting.text("answer", LONGEST_TEXT)
    outcome = next((each for each in _OUTCOMES if each == posting.text("outcome", 16)), None)
    faults = {} if outcome else {"outcome": visit.say(_NO_OUTCOME)}
    faults |= {} if text else {"answer": visit.say(_NO_ANSWER)}
    if faults or outcome is None:
        return _one(visit, dispute_id, ActForm(typed=posting.text_of, faults=faults))
    reply = Reply(outcome, text, visit.account.actor)
    site = visit.site
    try:
        answer_dispute(site.engine, site.keyring, found.dispute_id, reply, site.now_us())
    except Answered:
        return _one(visit, dispute_id, ActForm(troubles=(visit.say(_BEFORE),)))
    return RedirectResponse(f"/disputes/{dispute_id}", 303)


def _one(visit: Visit, dispute_id: str, form: ActForm) -> Response:
    found, row = _found(visit, dispute_id)
    reads = _answers(visit)
    own = reads and _had_a_hand(visit, found, row)
    with writing(visit.site.engine) as connection:
        names = names_of(connection, {found.actor} if found.actor else set())
        if reads:
            look = Access(
                visit.site.now_us(), visit.account.actor, f"dispute/{dispute_id}", "dispute"
            )
            log_accesses(connection, [look])
    context = {
        "title": visit.say(N_("会员异议")),
        "dispute": found,
        "row": row,
        "reads": reads,
        "may_answer": reads and found.outcome is None and not own,
        "had_a_hand": own,
        "outcomes": [(each, visit.say(DISPUTE_OUTCOMES[each])) for each in _OUTCOMES],
        "names": names,
        "form": form,
        "today": shanghai_day(visit.site.now_us()),
    }
    return visit.render("dispute.html", context, 422 if form.is_wrong else 200)


def _found(visit: Visit, dispute_id: str) -> tuple[Dispute, DeskRow | None]:
    with reading(visit.site.engine) as connection:
        found = dispute_of(visit.scope, connection, visit.site.keyring, dispute_id)
        if found is None:
            raise NotFound
        rows = desk_rows(visit.scope, connection, [found.reward_id or ""])
    return found, next(iter(rows), None)


def _answers(visit: Visit) -> bool:
    visit.scope.require("books", "what members dispute")
    return visit.may_say("reward.approved") or visit.may_say("reward.paid")


def _had_a_hand(visit: Visit, found: Dispute, row: DeskRow | None) -> bool:
    if found.reward_id is None:
        return False
    actor, those = visit.account.actor, [found.reward_id]
    with reading(visit.site.engine) as connection:
        touched = handled(connection, actor, those, [] if row is None else [row])
    return bool(touched) or actor in found.entered_by
