"""One letter to many: a saved group, who is invited, who is to be called.

It says whom it would reach and who is left out, counted with the reason; then it is printed, or
goes by itself: consent, death, restriction and the hour are asked of every one as theirs leaves.
"""

from datetime import timedelta

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from campaigns.wording.languages import language_named
from crm.activities.queries import activities_from, activity
from crm.follow_ups.queries import due_follow_ups
from crm.invitations.queries import invited_to, with_invited
from crm.letters.batch import Batch
from crm.letters.occasions import INVITED
from crm.letters.queries import batch_of, latest_batches, letter_templates
from crm.letters.register import start_batch
from crm.letters.sending import Way, is_quiet
from crm.storage.database import reading, writing
from crm.web.desk.acts import FORM_ID, ActForm
from crm.web.guards.visit import NotFound, Posting, SignedIn, SignedInPosting, Visit
from crm.web.pages.funnel_people import segment_members, segments_to_choose
from crm.web.pages.letter_prints import as_file, printed_again
from crm.web.pages.letter_rounds import MOST_AT_ONCE, Asked, Outcome, Round
from crm.web.pages.letter_templates import activity_templates, in_words
from crm.web.pages.letters import FAILURES
from crm.web.pages.people_lists import WRITTEN_TO_DAYS
from crm.web.view.formats import moment_text

router = APIRouter()

WAYS: tuple[Way, ...] = ("print", "mail", "sms", "wechat")
_LATEST = 10
LEFT_OUT = {
    "deceased": N_("已去世"),
    "restricted": N_("档案限制使用"),
    "erased": N_("个人信息已删除"),
    "no_consent": N_("没有同意接收这一类"),
    "no_trial": N_("信里说的是试用，而没有试用过"),
    "no_activity": N_("信里说的是请来参加的活动，而这批人不是请来参加活动的"),
    "no_phone": N_("没有可用的手机号"),
    "no_mail": N_("档案里没有邮箱"),
    "before": N_("这一次已经发过"),
    "over": N_("轮到时活动已经办完"),
    "off": N_("轮到时活动已经取消"),
    "too_many": N_("一次最多 {n} 人，余下的请再发一次"),
}
CALLS = {"mine": N_("我的到期回访"), "all": N_("全部到期回访")}
_INVITES = "activity-invitation"
"""The packaged template that says to which activity."""
_NOBODY = N_("请选发给谁。")


@router.get("/letters/batch")
def batch_form(visit: SignedIn, whom: str = "") -> Response:
    """Which template, on which way, to whom."""
    _may(visit)
    known = {"language": visit.language, "way": WAYS[0], "whom": whom}
    if whom.startswith(f"{INVITED}:"):
        known["template"] = _INVITES
    return _page(visit, ActForm.of(known), None)


@router.post("/letters/batch")
def batch(posting: SignedInPosting) -> Response:
    """Look at whom it would reach and what one of them would read; then print or send it."""
    visit = posting.visit
    _may(visit)
    visit.scope.require("opens", "a letter names the person")
    form = ActForm(posting.text("form_id", 36), posting.text_of)
    asked = _asked(posting)
    if asked is None:
        faults = {"": visit.say(_NOBODY)}
        return _page(visit, ActForm(form.form_id, form.typed, faults), None)
    is_sent = posting.text("step") == "send" and FORM_ID.fullmatch(form.form_id) is not None
    if not visit.site.ways.has(asked.way):
        troubles = (visit.say(FAILURES["no_way"]),)
        return _page(visit, ActForm(form.form_id, form.typed, troubles=troubles), None)
    if not is_sent:
        return _page(visit, form, Round(visit, asked).shown())
    return _begun(posting, asked, form.form_id)


def _begun(posting: Posting, asked: Asked, form_id: str) -> Response:
    """It goes by itself from now on, or is on paper; the same form again leads to the same."""
    visit = posting.visit
    now_us, actor = visit.site.now_us(), visit.account.actor
    of = (asked.template.name, asked.template.version, asked.language, asked.way)
    batch = Batch(form_id, *of, posting.text("whom", 100), now_us, actor)
    known, found = _known(visit, form_id), Outcome()
    if known is None and asked.way == "print":
        found = Round(visit, asked).printed(batch)
        if found.gets:
            return as_file(found.letters)
        # Of two taps at once the other one has made them.
        known = _known(visit, form_id)
    elif known is None:
        found = Round(visit, asked).overview()
        group = {person_id: asked.group[person_id] for person_id in found.gets}
        if group:
            known = batch
            with writing(visit.site.engine) as connection:
                start_batch(visit.scope, connection, batch, group)
    if known is None:
        return _page(visit, ActForm(typed=posting.text_of), found)
    if known.way == "print":
        return printed_again(visit, known)
    return RedirectResponse(f"/letters/batch/{form_id}", 303)


def _known(visit: Visit, batch_id: str) -> Batch | None:
    """What the form began before."""
    with reading(visit.site.engine) as connection:
        found = batch_of(visit.scope, connection, batch_id)
    return found and found[0]


def _may(visit: Visit) -> None:
    visit.scope.require("letters", "letters are the company's")
    visit.scope.require("people", "who is written to")


def _asked(posting: Posting) -> Asked | None:
    """What is to be sent to whom; None where no group is named."""
    with reading(posting.visit.site.engine) as connection:
        known = {each.name: each for each in letter_templates(posting.visit.scope, connection)}
    template = known.get(posting.text("template", 64))
    language = language_named(posting.text("language", 8))
    way = next((each for each in WAYS if each == posting.text("way", 8)), None)
    if template is None or language is None or way is None:
        raise NotFound
    group = _whom(posting)
    return None if group is None else Asked(template, template.spoken(language), way, group)


def _whom(posting: Posting) -> dict[str, str] | None:
    """Who is meant → what it is about: the group, or the call; None where no group is named."""
    visit, whom = posting.visit, posting.text("whom", 100)
    kind, _, name = whom.partition(":")
    with reading(visit.site.engine) as connection:
        if kind == "calls":
            today = shanghai_day(visit.site.now_us())
            due = due_follow_ups(visit.scope, connection, today).rows
            mine = [each for each in due if name == "all" or each.owner == visit.account.actor]
            return {each.person_id: f"call:{each.trial_id}/{each.number}" for each in mine}
        if kind == INVITED and activity(visit.scope, connection, name) is not None:
            return dict.fromkeys(sorted(invited_to(visit.scope, connection, name)), whom)
    if kind != "segment" or not name:
        return None
    return dict.fromkeys(sorted(segment_members(visit, name)), whom)


def _page(visit: Visit, form: ActForm, found: Outcome | None) -> Response:
    today = shanghai_day(visit.site.now_us())
    with reading(visit.site.engine) as connection:
        known = letter_templates(visit.scope, connection)
        batches = latest_batches(visit.scope, connection, _LATEST)
        held = activities_from(visit.scope, connection, today - timedelta(days=WRITTEN_TO_DAYS))
        to_call = due_follow_ups(visit.scope, connection, today).rows if _calls(visit) else ()
        with_some = with_invited(visit.scope, connection, [each.activity_id for each in held])
        invited = [
            (f"invited:{each.activity_id}", _line(visit, each.title, each.starts_us))
            for each in held
            if each.activity_id in with_some
        ]
    whom = [(f"segment:{name}", word) for name, word in segments_to_choose(visit)]
    if to_call:
        whom += [(f"calls:{name}", visit.say(word)) for name, word in CALLS.items()]
    context = {
        "title": visit.say(N_("给一批人写信或发消息")),
        "templates": known,
        "ways": [(way, visit.site.ways.has(way)) for way in WAYS],
        "of_activity": activity_templates(known, visit.language),
        "is_off": any(
            each.cancelled and f"{INVITED}:{each.activity_id}" == form.typed("whom")
            for each in held
        ),
        "names_none": form.typed("whom").startswith(f"{INVITED}:"),
        "whom": whom + invited,
        "form": form,
        "found": found,
        "waits": is_quiet(visit.site.now_us()) and form.typed("way") != "print",
        "left_out": [
            (visit.say(word).format(n=MOST_AT_ONCE), found.left_out[why])
            for why, word in LEFT_OUT.items()
            if found and found.left_out[why]
        ],
        "example": found.letters[0] if found and found.gets else None,
        "had_before": found.left_out["before"] if found else 0,
        "batches": batches,
        "may_send": visit.may("opens"),
        "subjects": {each.name: in_words(visit, each).subject for each in known},
    }
    return visit.render("letter_batch.html", context, 422 if form.is_wrong else 200)


def _calls(visit: Visit) -> bool:
    return visit.scope.may("follow_ups")


def _line(visit: Visit, title: str, starts_us: int) -> str:
    when = moment_text(starts_us, visit.language, visit.site.now_us())
    return visit.say(N_("请来参加的人：%(what)s")) % {"what": f"{title} {when}"}
