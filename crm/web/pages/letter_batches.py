"""One letter to many: a saved group, who is invited, who is to be called; each looked at by itself.

Consent, death, restriction and the quiet hours are asked of every one at the moment of sending. Who
is left out is counted with the reason.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from fastapi import APIRouter
from fastapi.responses import Response

from campaigns.ids import derived_id
from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from campaigns.wording.languages import LANGUAGES, Language, language_named
from crm.accounts.access import Access, log_accesses
from crm.activities.queries import activities_from
from crm.archives.queries import person_then
from crm.components.evaluation import PersonView
from crm.follow_ups.queries import due_follow_ups
from crm.invitations.queries import invited_to, with_invited
from crm.letters.queries import letter_templates
from crm.letters.register import Sending, begin, end
from crm.letters.sending import Way
from crm.letters.template import Letter, LetterTemplate, named_in, rendered
from crm.letters.ways import NotSent, all_on_paper
from crm.storage.database import reading, writing
from crm.web.desk.acts import FORM_ID, ActForm
from crm.web.guards.visit import NotFound, Posting, SignedIn, SignedInPosting, Visit
from crm.web.pages.funnel_people import segment_members, segments_to_choose
from crm.web.pages.letters import LETTER, phones_of, values_of, what_stands_against
from crm.web.view.formats import moment_text

router = APIRouter()

MOST_AT_ONCE = 100
"""More people wait for a page too long, and for paper nobody."""
WAYS: tuple[Way, ...] = ("print", "sms", "wechat")
_OF_A_TRIAL = frozenset({"sku", "started_on"})
_DAYS_BACK = 14
_LEFT_OUT = {
    "deceased": N_("已去世"),
    "restricted": N_("档案限制使用"),
    "erased": N_("个人信息已删除"),
    "no_consent": N_("没有同意接收这一类"),
    "quiet_hours": N_("晚上 8 点到早上 9 点，不打扰人"),
    "no_trial": N_("信里说的是试用，而没有试用过"),
    "no_phone": N_("没有可用的手机号"),
    "before": N_("这一次已经发过"),
    "failed": N_("没有送出去"),
    "too_many": N_("一次最多 {n} 人，余下的请再发一次"),
}
_NOBODY = N_("请选发给谁。")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be sent, in which language and on which way."""

    template: LetterTemplate
    language: Language
    way: Way


@dataclass
class Outcome:
    """Who gets it, and how many do not, and why."""

    letters: list[tuple[PersonView, Letter]] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


@router.get("/letters/batch")
def batch_form(visit: SignedIn, whom: str = "") -> Response:
    """Which template, on which way, to whom."""
    _may(visit)
    known = {"language": visit.language, "way": WAYS[0], "whom": whom}
    return _page(visit, ActForm.of(known), None)


@router.post("/letters/batch")
def batch(posting: SignedInPosting) -> Response:
    """Look at whom it would reach and what one of them would read; then print or send it."""
    visit = posting.visit
    _may(visit)
    visit.scope.require("opens", "a letter names the person")
    asked = _asked(posting)
    form = ActForm(posting.text("form_id", 36), posting.text_of)
    ids = _whom(posting)
    if ids is None:
        faults = {"": visit.say(_NOBODY)}
        return _page(visit, ActForm(form.form_id, form.typed, faults), None)
    sends = posting.text("step") == "send" and FORM_ID.fullmatch(form.form_id) is not None
    found = _sorted_out(visit, asked, ids)
    if not sends or not found.letters:
        _keep_looks(visit, [person for person, _ in found.letters[:1]])
        return _page(visit, form, found)
    _keep_looks(visit, [person for person, _ in found.letters])
    sent = _sent(visit, asked, form.form_id, found)
    if asked.way == "print" and sent:
        headers = {
            "Content-Disposition": 'inline; filename="letters.pdf"',
            "Cache-Control": "no-store",
        }
        return Response(all_on_paper(sent), media_type="application/pdf", headers=headers)
    return _page(visit, ActForm(typed=form.typed), found, sent=len(sent))


def _may(visit: Visit) -> None:
    visit.scope.require("letters", "letters are the company's")
    visit.scope.require("people", "who is written to")


def _asked(posting: Posting) -> Asked:
    with reading(posting.visit.site.engine) as connection:
        known = {each.name: each for each in letter_templates(posting.visit.scope, connection)}
    template = known.get(posting.text("template", 64))
    language = language_named(posting.text("language", 8))
    way = next((each for each in WAYS if each == posting.text("way", 8)), None)
    if template is None or language is None or way is None:
        raise NotFound
    return Asked(template, language, way)


def _whom(posting: Posting) -> list[str] | None:
    """The people who are meant; None where no group is named."""
    visit, whom = posting.visit, posting.text("whom", 100)
    kind, _, name = whom.partition(":")
    with reading(visit.site.engine) as connection:
        if kind == "calls":
            today = shanghai_day(visit.site.now_us())
            due = due_follow_ups(visit.scope, connection, today).rows
            mine = [each for each in due if name == "all" or each.owner == visit.account.actor]
            return list(dict.fromkeys(each.person_id for each in mine))
        if kind == "invited" and name:
            return sorted(invited_to(visit.scope, connection, name))
    return sorted(segment_members(visit, name)) if kind == "segment" and name else None


def _sorted_out(visit: Visit, asked: Asked, ids: Iterable[str]) -> Outcome:
    """Each person looked at as they stand at this moment."""
    found, now_us = Outcome(), visit.site.now_us()
    about_trial = _OF_A_TRIAL & named_in(asked.template, asked.language)
    for place, person_id in enumerate(ids):
        if place >= MOST_AT_ONCE:
            found.left_out["too_many"] += 1
            continue
        with reading(visit.site.engine) as connection:
            known = person_then(
                visit.scope, connection, visit.site.keyring, person_id, visit.site.now_us()
            )
        if known is None:
            continue
        person = known[0]
        values = values_of(visit, person, asked.language)
        against: str | None = what_stands_against(person, asked.template, asked.way, now_us)
        if against is None and any(not values[each] for each in about_trial):
            against = "no_trial"
        if against is None and asked.way != "print" and not next(phones_of(person), ""):
            against = "no_phone"
        if against is not None:
            found.left_out[against] += 1
        else:
            found.letters.append((person, rendered(asked.template, asked.language, values)))
    return found


def _sent(visit: Visit, asked: Asked, form_id: str, found: Outcome) -> list[Letter]:
    """What left the house; each is kept before it leaves, and how it went."""
    site, gone = visit.site, []
    for person, letter in found.letters:
        card_id = person.cards[0].card_id
        # Of the form and the person: a second tap sends nothing twice.
        letter_id = derived_id("letter", form_id, person.person_id)
        sending = Sending(
            letter_id,
            card_id,
            asked.template,
            asked.language,
            asked.way,
            site.now_us(),
            visit.account.actor,
        )
        with writing(site.engine) as connection:
            is_new = begin(connection, sending)
        if not is_new:
            found.left_out["before"] += 1
            continue
        failed = False
        if asked.way != "print":
            to = next(phones_of(person))
            try:
                site.ways.message(site.keyring, letter, asked.way, to, letter_id, sending.at_us)
            except NotSent:
                failed = True
                found.left_out["failed"] += 1
        with writing(site.engine) as connection:
            end(connection, letter_id, failed=failed)
        if not failed:
            gone.append(letter)
    return gone


def _keep_looks(visit: Visit, people: Iterable[PersonView]) -> None:
    """Whose name was put into a letter is kept."""
    at_us, actor = visit.site.now_us(), visit.account.actor
    looks = [Access(at_us, actor, person.cards[0].card_id, LETTER) for person in people]
    with writing(visit.site.engine) as connection:
        log_accesses(connection, looks)


def _page(visit: Visit, form: ActForm, found: Outcome | None, sent: int | None = None) -> Response:
    today = shanghai_day(visit.site.now_us())
    with reading(visit.site.engine) as connection:
        known = letter_templates(visit.scope, connection)
        held = activities_from(visit.scope, connection, today - timedelta(days=_DAYS_BACK))
        to_call = due_follow_ups(visit.scope, connection, today).rows if _calls(visit) else ()
        with_some = with_invited(visit.scope, connection, [each.activity_id for each in held])
        invited = [
            (f"invited:{each.activity_id}", _line(visit, each.title, each.starts_us))
            for each in held
            if each.activity_id in with_some
        ]
    whom = [(f"segment:{name}", word) for name, word in segments_to_choose(visit)]
    if to_call:
        whom += [("calls:mine", visit.say(N_("我的到期回访")))]
        whom += [("calls:all", visit.say(N_("全部到期回访")))]
    context = {
        "title": visit.say(N_("给一批人写信或发消息")),
        "templates": known,
        "languages": LANGUAGES,
        "ways": WAYS,
        "whom": whom + invited,
        "form": form,
        "found": found,
        "sent": sent,
        "left_out": [
            (visit.say(word).format(n=MOST_AT_ONCE), found.left_out[why])
            for why, word in _LEFT_OUT.items()
            if found and found.left_out[why]
        ],
        "example": found.letters[0][1] if found and found.letters and sent is None else None,
    }
    return visit.render("letter_batch.html", context, 422 if form.is_wrong else 200)


def _calls(visit: Visit) -> bool:
    return visit.scope.may("follow_ups")


def _line(visit: Visit, title: str, starts_us: int) -> str:
    when = moment_text(starts_us, visit.language, visit.site.now_us())
    return visit.say(N_("请来参加的人：%(what)s")) % {"what": f"{title} {when}"}
