"""A letter on its way to many: how far it is, what was not sent and why; stop, go on, again."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from campaigns.wording.catalogues import N_
from crm.accounts.people import names_of
from crm.activities.queries import activity
from crm.letters.batch import Batch
from crm.letters.queries import batch_of, letters_in, put_off, template_of
from crm.letters.register import go_on, halt
from crm.letters.sending import is_quiet
from crm.people.queries import Wanted, list_people
from crm.storage.database import reading, writing
from crm.web.guards.visit import NotFound, Posting, SignedIn, SignedInPosting, Visit
from crm.web.pages.funnel_people import segments_to_choose
from crm.web.pages.letter_batches import CALLS, LEFT_OUT
from crm.web.pages.letter_prints import printed_again
from crm.web.pages.letter_templates import in_words
from crm.web.view.formats import moment_text

router = APIRouter()

_SHOWN = 200
"""Of the letters with trouble: whoever has more looks at the server first."""
TROUBLES = {
    "refused": N_("对方的服务器不收：地址或号码不对，或者满了"),
    "later": N_("对方的服务器一直说“过一会儿再来”"),
    "unreachable": N_("没有连上服务器"),
    "no_way": N_("这条路还没有开通"),
    "shut": N_("服务器不收这里的任何一封"),
    "insecure": N_("邮件服务器没有加密，或证书对不上"),
    "no_right": N_("让它发的人，账号关了，或不能再发信"),
    "broken": N_("信没有写成，请管理员看日志"),
}
_QUIET = N_("现在是晚上 8 点到早上 9 点，不打扰人：早上 9 点接着发。")
_RUNNING = N_("正在一封一封地发，可以离开这一页。每个人在轮到的那一刻再看一遍。")
_RESTS = N_("歇一会儿再试：{why}{host}。已试 {n} 次，下一次 {when}。")
_TRIES = N_("正在再试：{why}{host}。已试 {n} 次。")
_ALL_LATER = N_("{n} 封试过了，还没有发成：{why}{host}。{when} 再试，可以离开这一页。")
_SAID_LATER = N_("对方的服务器说“过一会儿再来”")
_HOST = N_("（{host}）")
_PRINTED = N_("印好了：印的时候就算送出了。纸坏了、没有印全，按“再印一次”，印的是同样的信。")
_STOPPED = N_("停下了。已经送出的收不回来。")
_STOPPED_BY = N_("停下了：{why}。处理好了，再按“接着发”。")
_DONE = N_("发完了。")


@router.get("/letters/batch/{batch_id}")
def batch_page(visit: SignedIn, batch_id: str) -> Response:
    """How far it is."""
    _may(visit)
    with reading(visit.site.engine) as connection:
        found = batch_of(visit.scope, connection, batch_id)
        if found is None:
            raise NotFound
        batch, counts = found
        template = template_of(visit.scope, connection, batch.name, batch.version)
        due = letters_in(visit.scope, connection, batch_id, ("failed", "unsure"), _SHOWN)
        ids = frozenset(each.person_id for each in due)
        wanted = Wanted(most=max(len(ids), 1))
        people, _ = list_people(visit.scope, connection, wanted, among=ids)
        names = names_of(connection, {batch.actor})
        later = put_off(visit.scope, connection, batch_id)
    of_state = {
        state: sum(count for (each, _), count in counts.items() if each == state)
        for state in ("sent", "waiting", "failed", "unsure", "left_out")
    }
    known = {person.person_id: person for person in people}
    context: dict[str, Any] = {
        "title": visit.say(N_("发给一批人的信")),
        "batch": batch,
        "subject": in_words(visit, template).subject if template else batch.name,
        "whom": whom_word(visit, batch.whom),
        "names": names,
        "sentence": _sentence(visit, batch, later, of_state["waiting"]),
        "later": later[0],
        "later_us": later[1],
        "count": of_state,
        "total": sum(of_state.values()),
        "left_out": _reasons(visit, counts, "left_out", LEFT_OUT),
        "failed": _reasons(visit, counts, "failed", TROUBLES),
        "troubled": [(each, known.get(each.person_id), _why(visit, each.trouble)) for each in due],
        "is_live": batch.state == "running",
        "may_send": visit.may("opens"),
    }
    return visit.render("letters_under_way.html", context)


@router.post("/letters/batch/{batch_id}/stop")
def stop_it(posting: SignedInPosting, batch_id: str) -> Response:
    """No more of it leaves until somebody says so."""
    with writing(_known(posting, batch_id).site.engine) as connection:
        halt(posting.visit.scope, connection, batch_id)
    return RedirectResponse(f"/letters/batch/{batch_id}", 303)


@router.post("/letters/batch/{batch_id}/go")
def go_on_with_it(posting: SignedInPosting, batch_id: str) -> Response:
    """It goes on where it stood."""
    with writing(_known(posting, batch_id).site.engine) as connection:
        go_on(posting.visit.scope, connection, batch_id)
    return RedirectResponse(f"/letters/batch/{batch_id}", 303)


@router.post("/letters/batch/{batch_id}/again")
def send_again(posting: SignedInPosting, batch_id: str) -> Response:
    """Those that could not be sent are tried once more, and no others."""
    with writing(_known(posting, batch_id).site.engine) as connection:
        go_on(posting.visit.scope, connection, batch_id, again=True)
    return RedirectResponse(f"/letters/batch/{batch_id}", 303)


@router.post("/letters/batch/{batch_id}/print")
def print_again(posting: SignedInPosting, batch_id: str) -> Response:
    """The same letters on paper once more."""
    visit = _known(posting, batch_id)
    with reading(visit.site.engine) as connection:
        found = batch_of(visit.scope, connection, batch_id)
    if found is None or found[0].way != "print":
        raise NotFound
    return printed_again(visit, found[0])


def _may(visit: Visit) -> None:
    visit.scope.require("letters", "letters are the company's")
    visit.scope.require("people", "who is written to")


def _known(posting: Posting, batch_id: str) -> Visit:
    """Who may act on a batch that there is; NotFound."""
    visit = posting.visit
    _may(visit)
    visit.scope.require("opens", "a letter names the person")
    with reading(visit.site.engine) as connection:
        if batch_of(visit.scope, connection, batch_id) is None:
            raise NotFound
    return visit


def whom_word(visit: Visit, whom: str) -> str:
    """The list it goes to, in words; empty where it is no more, or not this visitor's to name."""
    kind, _, name = whom.partition(":")
    if kind == "calls":
        return visit.say(CALLS.get(name, ""))
    if kind == "segment":
        return dict(segments_to_choose(visit)).get(name, "")
    with reading(visit.site.engine) as connection:
        found = activity(visit.scope, connection, name)
    return visit.say(N_("请来参加的人：%(what)s")) % {"what": found.title} if found else ""


def _sentence(visit: Visit, batch: Batch, later: tuple[int, int], waiting: int) -> tuple[str, str]:
    """(tone, how it stands); later: how many were tried and wait, and when the next is due."""
    why, now_us = _why(visit, batch.trouble), visit.site.now_us()
    host = visit.say(_HOST).format(host=visit.site.ways.host(batch.way))
    if batch.state == "done":
        return "good", visit.say(_PRINTED if batch.way == "print" else _DONE)
    if batch.state == "stopped":
        return "wrong", visit.say(_STOPPED_BY).format(why=why) if why else visit.say(_STOPPED)
    if is_quiet(now_us):
        return "waiting", visit.say(_QUIET)

    def at(next_us: int) -> str:
        return moment_text(next_us, visit.language, now_us)

    told = {"why": why, "host": host, "n": batch.attempts, "when": at(batch.next_try_us)}
    if why and batch.next_try_us > now_us:
        return "waiting", visit.say(_RESTS).format(**told)
    tried, next_us = later
    if tried and tried == waiting and next_us > now_us:
        told |= {"n": tried, "why": visit.say(_SAID_LATER), "when": at(next_us)}
        return "waiting", visit.say(_ALL_LATER).format(**told)
    return "waiting", visit.say(_TRIES).format(**told) if why else visit.say(_RUNNING)


def _why(visit: Visit, trouble: str | None) -> str:
    return visit.say(TROUBLES[trouble]) if trouble in TROUBLES else ""


def _reasons(
    visit: Visit, counts: Any, state: str, words: dict[str, str]
) -> list[tuple[str, str, int]]:
    """(code, word, how many) of why letters stand so."""
    return [
        (why, visit.say(word), counts[(state, why)])
        for why, word in words.items()
        if (state, why) in counts
    ]
