"""One request of a page: who is there, in which language; and the page that goes back."""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import FormData

from campaigns.field_labels import field_label
from campaigns.wording.catalogues import LISTED
from campaigns.wording.languages import Language, language_named
from crm.accounts.people import Account, account_of
from crm.accounts.sessions import Stage, begin_session, session_named
from crm.copies.queries import dealer_words
from crm.scope import Capability, Scope
from crm.storage.database import reading
from crm.web.guards.page_forms import page_form
from crm.web.guards.phone_keys import PhoneKeys, phone_keys
from crm.web.guards.security import (
    IDLE_SECONDS,
    RENEW_AFTER_SECONDS,
    SESSION_COOKIE,
    Session,
    SessionSigner,
)
from crm.web.guards.site import Site, site_at_hand
from crm.web.view.languages import wanted_language
from crm.web.view.places import frame_of
from crm.web.view.said import Said, said_of
from crm.web.view.templates import Pages

LANGUAGE_COOKIE = "jinxi_language"
_LONGEST_SHOWN = 20_000


class SignInNeeded(Exception):
    """Nobody is signed in, and the page is not for everybody."""


class FormStale(Exception):
    """The form was made for another session."""


class Awaited(Exception):
    """It was written down on some phone, and its form has not come yet: asked again, it may be."""


class NotFound(Exception):
    """There is no such thing, or not for this viewer."""


@dataclass(frozen=True, slots=True)
class Entering:
    """Somebody whose password was right and who is not in yet."""

    account: Account
    stage: Stage


@dataclass(frozen=True)
class Visit:
    """A request and who makes it; `visitor` is None where nobody is signed in.

    entering: who stands half-way, with the second factor due.
    """

    request: Request
    site: Site
    session: Session
    visitor: Account | None
    language: Language
    entering: Entering | None = None

    @property
    def account(self) -> Account:
        """Who is signed in; SignInNeeded when nobody is."""
        if self.visitor is None:
            raise SignInNeeded
        return self.visitor

    @property
    def scope(self) -> Scope:
        """What may be seen."""
        return self.account.scope

    def may(self, capability: Capability) -> bool:
        """Whether it is open to whoever is signed in."""
        return self.visitor is not None and self.visitor.scope.may(capability)

    def may_say(self, type_name: str) -> bool:
        """Whether whoever is signed in may say events of a type."""
        return self.visitor is not None and self.visitor.may_say(type_name)

    @property
    def wants_json(self) -> bool:
        """Whether a script asks, not a person's browser."""
        return "application/json" in self.request.headers.get("accept", "")

    def say(self, text: str) -> str:
        """A text in the visitor's language."""
        said: str = self.site.translations[self.language].ugettext(text)
        return said

    def joined(self, texts: Iterable[str]) -> str:
        """Several of them in one line, parted as the visitor's language does it."""
        return self.say(LISTED).join(texts)

    def field_word(self, name: str) -> str:
        """What a field of an event is called, in the visitor's language."""
        return field_label(f"$.data.{name}", self.language)

    @cached_property
    def dealer_words(self) -> Mapping[str, str]:
        """By code what dealers are called."""
        with reading(self.site.engine) as connection:
            return dealer_words(connection, self.language)

    def dealer_word(self, code: str) -> str:
        """What a dealer is called; one that never had a contract by its code."""
        return self.dealer_words.get(code, code)

    def dealers_called(self, text: str) -> tuple[str, ...]:
        """The codes of the dealers in whose names a text stands."""
        sought = text.casefold()
        return tuple(code for code, word in self.dealer_words.items() if sought in word.casefold())

    def render(self, template: str, context: Mapping[str, Any], status: int = 200) -> HTMLResponse:
        """A page."""
        response = HTMLResponse(self.page(template, context), status)
        is_new = self.visitor is None and self._is_navigation
        if is_new or self.session.age_seconds > RENEW_AFTER_SECONDS:
            self.keep(response, self.session)
        return response

    @property
    def _is_navigation(self) -> bool:
        """Whether a person opens a page: what a script fetches would outdate an open form."""
        return self.request.headers.get("sec-fetch-mode", "navigate") == "navigate"

    def page(self, template: str, context: Mapping[str, Any]) -> str:
        """A page as text."""
        pages: Pages = self.request.app.state.pages
        always = {
            "path": self.request.url.path,
            "account": self.visitor,
            "may": self.may,
            "may_say": self.may_say,
            "dealer_word": self.dealer_word,
            "form_token": self.signer.form_token(self.session),
            "now_us": self.site.now_us(),
            "phone_keys": self._phone_keys(),
            "frame": frame_of(self.visitor, self.request.url.path) if self.visitor else None,
            "just_said": self.just_said,
        }
        return pages.render(template, self.language, {**always, **context})

    @property
    def just_said(self) -> Said | None:
        """The receipt that a page shows at its top, after a form was taken."""
        form_id, _, mark = self.request.query_params.get("said", "").rpartition(".")
        if self.visitor is None or not form_id:
            return None
        if not hmac.compare_digest(self.signer.receipt_mark(form_id).encode(), mark.encode()):
            return None
        with reading(self.site.engine) as connection:
            return said_of(connection, self.visitor, form_id, self.language)

    def _phone_keys(self) -> PhoneKeys | None:
        if self.visitor is None:
            return None
        return phone_keys(self.site.session_secret, self.visitor.actor)

    def keep(self, response: Response, session: Session) -> None:
        """Let the browser carry the session."""
        keep_cookie(self.request, response, SESSION_COOKIE, self.signer.cookie(session))

    def begin(self, response: Response, account: Account, stage: Stage) -> None:
        """A new session: whoever knew the name of the one before knows nothing now."""
        session = Session()
        begin_session(self.site.engine, session.nonce, account.actor, stage, self.site.now_us())
        self.keep(response, session)

    @property
    def address(self) -> str:
        """From where the request comes; of all phones behind one router it is the same."""
        return self.request.client.host if self.request.client is not None else ""

    @property
    def signer(self) -> SessionSigner:
        """Signs sessions and forms."""
        return SessionSigner(self.site.session_secret)


def keep_cookie(
    request: Request, response: Response, name: str, value: str, seconds: int = IDLE_SECONDS
) -> None:
    """A cookie that no script reads and no other site sends."""
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


def any_visit(request: Request, site: Annotated[Site, Depends(site_at_hand)]) -> Visit:
    """A request by anybody."""
    session = SessionSigner(site.session_secret).session(request.cookies.get(SESSION_COOKIE))
    language = _language(request)
    if session is None:
        return nobodys_visit(request, site)
    with reading(site.engine) as connection:
        kept = session_named(connection, session.nonce, site.now_us())
        account = None if kept is None else account_of(connection, kept.actor)
    if kept is None or account is None:
        return Visit(request, site, session, None, language)
    if kept.stage == "full":
        return Visit(request, site, session, account, language)
    return Visit(request, site, session, None, language, Entering(account, kept.stage))


def nobodys_visit(request: Request, site: Site) -> Visit:
    """A request, whoever makes it."""
    return Visit(request, site, Session(), None, _language(request))


def _language(request: Request) -> Language:
    chosen = language_named(request.cookies.get(LANGUAGE_COOKIE, ""))
    return chosen or wanted_language(request.headers.get("accept-language"))


AnyVisit = Annotated[Visit, Depends(any_visit)]


def signed_in_visit(visit: AnyVisit) -> Visit:
    """A request by somebody who is signed in."""
    if visit.visitor is None:
        raise SignInNeeded
    return visit


SignedIn = Annotated[Visit, Depends(signed_in_visit)]


@dataclass(frozen=True)
class Posting:
    """A form that was sent, with its token checked."""

    visit: Visit
    form: FormData

    def text(self, name: str, longest: int = 200) -> str:
        """One field without blanks around it, cut to a length; empty when it is missing."""
        value = self.form.get(name)
        return value.strip()[:longest] if isinstance(value, str) else ""

    def text_of(self, name: str) -> str:
        """What was typed into a field, as a form that is shown again holds it."""
        return self.text(name, _LONGEST_SHOWN)

    def texts(self, name: str, longest: int = 200) -> list[str]:
        """All values of a field that may stand several times, as boxes of a list do."""
        values = self.form.getlist(name)
        return [value.strip()[:longest] for value in values if isinstance(value, str)]

    def ticked(self, name: str) -> bool:
        """Whether a box is ticked."""
        return bool(self.text(name))


async def any_posting(visit: AnyVisit) -> Posting:
    """A form by anybody."""
    form = await page_form(visit.request, is_known=visit.visitor is not None)
    token = form.get("form_token")
    if not isinstance(token, str) or not visit.signer.is_form_token(visit.session, token):
        if visit.visitor is None and visit.request.url.path != "/sign-in":
            raise SignInNeeded
        raise FormStale
    return Posting(visit, form)


AnyPosting = Annotated[Posting, Depends(any_posting)]


def signed_in_posting(posting: AnyPosting) -> Posting:
    """A form by somebody who is signed in."""
    if posting.visit.visitor is None:
        raise SignInNeeded
    return posting


SignedInPosting = Annotated[Posting, Depends(signed_in_posting)]
