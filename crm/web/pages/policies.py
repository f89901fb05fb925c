"""Reward policies in pages: what is in force; drafts held against the law, tried, published.

Who drafts, who agrees and who publishes are different persons.
"""

from datetime import date, timedelta
from threading import Lock
from typing import Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from msgspec import structs

from campaigns.times import shanghai_day
from campaigns.wording.catalogues import C_, N_
from crm.accounts.people import names_of
from crm.policies.asking import try_policy
from crm.policies.document import Document, PolicyInvalid, read, written
from crm.policies.law import Finding, findings
from crm.policies.queries import Draft, Published, draft_of, drafts, policy_on, published
from crm.policies.register import Writer, agree, end, keep_draft, may_agree, may_publish
from crm.policies.trial import Trial
from crm.rewards.policy import DEFAULT_POLICY
from crm.scope import OutOfScope
from crm.storage.database import reading
from crm.web.desk.acts import FORM_ID, Act, ActForm, done, say
from crm.web.guards.visit import NotFound, SignedIn, SignedInPosting, Visit

router = APIRouter()

PUBLISHES = "reward_policy.published"
LONGEST_DOCUMENT = 60_000
_TRIED_DAYS = 180
_TAKEN = N_("已有一条政策用了这个代码。请换一个代码。")
_STALE = N_("这张表放得太久了。内容都在，请再提交一次。")
_NOT_YOURS = N_("起草、合规同意、发布要由不同的人做；要合规的话而还没有的，不能发布。")
_NO_WORD = N_("请写下为什么可以。")
_TRYING = Lock()
"""One trial at a time: each keeps a processor busy for seconds, and others have pages to see."""
_BUSY = N_("有人正在试政策，几秒就算完。请再点一次。")
_BAD_DAYS = N_("日期看不懂，或者先后反了。请写成 2026-05-03。")


@router.get("/policies")
def policies_page(visit: SignedIn) -> Response:
    """What is in force, what will be, what was; and the drafts."""
    with reading(visit.site.engine) as connection:
        known = published(visit.scope, connection, visit.site.keyring)
        found = drafts(visit.scope, connection)
        names = names_of(connection, _actors(known, found))
    today = shanghai_day(visit.site.now_us())
    context = {
        "title": visit.say(C_("places", "奖励政策")),
        "known": known,
        "current": policy_on(known, today),
        "drafts": found,
        "names": names,
        "may_draft": visit.may_say(PUBLISHES),
    }
    return visit.render("policies.html", context)


@router.get("/policies/new")
def new_page(visit: SignedIn) -> Response:
    """A draft to be written, which begins as the policy of today."""
    _drafter(visit)
    now_us = visit.site.now_us()
    tomorrow = shanghai_day(now_us) + timedelta(days=1)
    with reading(visit.site.engine) as connection:
        fact = policy_on(published(visit.scope, connection, visit.site.keyring), tomorrow)
    text = written(f"{fact.policy}-{tomorrow.year}", tomorrow, _said_in(visit, fact.rules))
    return _form(visit, ActForm.of({"text": text}))


@router.post("/policies")
def keep(posting: SignedInPosting) -> Response:
    """Keep a draft that can be read; or say line by line what cannot."""
    visit = posting.visit
    _drafter(visit)
    text, form_id = posting.text("text", LONGEST_DOCUMENT), posting.text("form_id", 36)
    if not FORM_ID.fullmatch(form_id):
        return _form(visit, ActForm(typed=posting.text_of, troubles=(visit.say(_STALE),)), 422)
    try:
        document = read(text)
    except PolicyInvalid as error:
        told = tuple(mistake.said(visit.language) for mistake in error.mistakes)
        return _form(visit, ActForm(form_id, posting.text_of, troubles=told), 422)
    with reading(visit.site.engine) as connection:
        known = published(visit.scope, connection, visit.site.keyring)
    if document.policy in {each.fact.policy for each in known}:
        form = ActForm(form_id, posting.text_of, troubles=(visit.say(_TAKEN),))
        return _form(visit, form, 422)
    draft_id = keep_draft(visit.site.engine, _writer(visit), form_id, text, document)
    return RedirectResponse(f"/policies/drafts/{draft_id}", 303)


@router.get("/policies/drafts/{draft_id}")
def draft_page(visit: SignedIn, draft_id: str) -> Response:
    """One draft: its rules, what the law asks, what differs from today's."""
    return _draft_page(visit, _draft(visit, draft_id))


@router.post("/policies/drafts/{draft_id}/try")
def try_draft(posting: SignedInPosting, draft_id: str) -> Response:
    """What it would have made of some days' purchases."""
    visit = posting.visit
    draft = _draft(visit, draft_id)
    try:
        starts = date.fromisoformat(posting.text("starts", 10))
        ends = date.fromisoformat(posting.text("ends", 10))
    except ValueError:
        starts, ends = date.max, date.min
    if starts > ends:
        return _draft_page(visit, draft, fault=_BAD_DAYS)
    if not _TRYING.acquire(blocking=False):
        return _draft_page(visit, draft, fault=_BUSY)
    try:
        with reading(visit.site.engine) as connection:
            trial = try_policy(
                visit.scope,
                connection,
                visit.site.keyring,
                read(draft.text),
                starts,
                ends,
                visit.site.now_us(),
            )
    finally:
        _TRYING.release()
    return _draft_page(visit, draft, trial=trial)


@router.post("/policies/drafts/{draft_id}/agree")
def agree_to(posting: SignedInPosting, draft_id: str) -> Response:
    """Compliance's word on what the law asks."""
    visit = posting.visit
    visit.scope.require("legal", "compliance's word on a policy")
    draft = _draft(visit, draft_id)
    agreement = posting.text("word", 2_000)
    if not may_agree(draft, visit.account.actor):
        return _draft_page(visit, draft, fault=_NOT_YOURS)
    if not agreement:
        return _draft_page(visit, draft, fault=_NO_WORD)
    agree(visit.site.engine, _writer(visit), draft, agreement)
    return RedirectResponse(f"/policies/drafts/{draft_id}", 303)


@router.post("/policies/drafts/{draft_id}/publish")
def publish(posting: SignedInPosting, draft_id: str) -> Response:
    """Say it: an event like any other, which tells who drafted it and who agreed."""
    visit = posting.visit
    _drafter(visit)
    draft = _draft(visit, draft_id)
    document = read(draft.text)
    asked = _asked(visit, document)
    needs_agreement = any(each.needs_agreement for each in asked)
    if not may_publish(draft, visit.account.actor, needs_agreement=needs_agreement):
        return _draft_page(visit, draft, fault=_NOT_YOURS)
    data: dict[str, Any] = {**document.data(), "drafted_by": draft.drafted_by}
    if draft.agreed_by is not None:
        data["agreed_by"] = draft.agreed_by
    answer = say(posting, [Act(PUBLISHES, data)])
    if answer.form is not None:
        return _draft_page(visit, draft, form=answer.form)
    end(visit.site.engine, _writer(visit), draft, "published")
    return done(visit, "/policies", answer)


@router.post("/policies/drafts/{draft_id}/withdraw")
def withdraw(posting: SignedInPosting, draft_id: str) -> Response:
    """Take a draft off the table."""
    visit = posting.visit
    _drafter(visit)
    end(visit.site.engine, _writer(visit), _draft(visit, draft_id), "withdrawn")
    return RedirectResponse("/policies", 303)


@router.get("/policies/{code}")
def policy_page(visit: SignedIn, code: str) -> Response:
    """One policy that stands: its rules, what the law asks about them, as a document."""
    with reading(visit.site.engine) as connection:
        known = published(visit.scope, connection, visit.site.keyring)
        found = next((each for each in known if each.fact.policy == code), None)
        if found is None:
            raise NotFound
        names = names_of(connection, _actors([found], []))
    today = shanghai_day(visit.site.now_us())
    fact = found.fact
    starts = today if fact is DEFAULT_POLICY else fact.effective_from
    context = {
        "title": visit.say(N_("奖励政策")),
        "found": found,
        "names": names,
        "asked": findings(fact.rules, starts, starts),
        "text": written(fact.policy, starts, _said_in(visit, fact.rules)),
        "is_shipped": fact is DEFAULT_POLICY,
    }
    return visit.render("policy.html", context)


def _draft_page(
    visit: Visit,
    draft: Draft,
    *,
    trial: Trial | None = None,
    fault: str | None = None,
    form: ActForm | None = None,
) -> Response:
    document = read(draft.text)
    asked = _asked(visit, document)
    needs_agreement = any(each.needs_agreement for each in asked)
    actor = visit.account.actor
    now = shanghai_day(visit.site.now_us())
    with reading(visit.site.engine) as connection:
        known = published(visit.scope, connection, visit.site.keyring)
        people = {draft.drafted_by, draft.agreed_by or "", draft.ended_by or ""}
        names = names_of(connection, people)
    context = {
        "title": visit.say(N_("政策草稿")),
        "draft": draft,
        "document": document,
        "current": policy_on(known, document.effective_from),
        "asked": asked,
        "needs_agreement": needs_agreement,
        "names": names,
        "trial": trial,
        "starts": (trial.starts if trial else now - timedelta(days=_TRIED_DAYS)).isoformat(),
        "ends": (trial.ends if trial else now).isoformat(),
        "fault": None if fault is None else visit.say(fault),
        "form": form or ActForm(),
        "may_agree": visit.may("legal") and needs_agreement and may_agree(draft, actor),
        "may_publish": visit.may_say(PUBLISHES)
        and may_publish(draft, actor, needs_agreement=needs_agreement),
        "may_withdraw": visit.may_say(PUBLISHES) and draft.state == "draft",
    }
    is_wrong = fault is not None or form is not None
    return visit.render("policy_draft.html", context, 422 if is_wrong else 200)


def _asked(visit: Visit, document: Document) -> list[Finding]:
    today = shanghai_day(visit.site.now_us())
    return findings(document.rules, document.effective_from, today)


def _form(visit: Visit, form: ActForm, status: int = 200) -> Response:
    context = {"title": visit.say(N_("起草政策")), "form": form, "most": LONGEST_DOCUMENT}
    return visit.render("policy_new.html", context, status)


def _draft(visit: Visit, draft_id: str) -> Draft:
    with reading(visit.site.engine) as connection:
        found = draft_of(visit.scope, connection, draft_id)
    if found is None:
        raise NotFound
    return found


def _drafter(visit: Visit) -> None:
    if not visit.may_say(PUBLISHES):
        raise OutOfScope("who drafts policies")


def _writer(visit: Visit) -> Writer:
    return Writer(visit.account.actor, visit.site.now_us())


def _said_in(visit: Visit, rules: tuple[Any, ...]) -> tuple[Any, ...]:
    """The rules with the shipped reasons in the visitor's language."""
    return tuple(
        structs.replace(rule, law=visit.say(rule.law)) if rule.law else rule for rule in rules
    )


def _actors(known: list[Published], found: list[Draft]) -> set[str]:
    actors = {each.published_by or "" for each in known}
    actors |= {each.drafted_by or "" for each in known} | {each.agreed_by or "" for each in known}
    return actors | {draft.drafted_by for draft in found}
