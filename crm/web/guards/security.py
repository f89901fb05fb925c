"""What guards the pages: headers, the signed session, the token of a form."""

import hmac
import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SESSION_COOKIE = "jinxi_session"
IDLE_SECONDS = 4 * 3600
LONGEST_SESSION_SECONDS = 12 * 3600
RENEW_AFTER_SECONDS = 1800

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class SecurityHeaders:
    """Adds the headers to every answer; what does not say otherwise is kept in no cache."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_HEADERS)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self.app(scope, receive, send_guarded)


@dataclass(frozen=True, slots=True)
class Session:
    """What the browser carries, signed.

    nonce: makes the form token; actor and password_mark: None before somebody has signed in.
    began_s: when, in seconds since the epoch; age_seconds: since it was signed last.
    """

    nonce: str
    actor: str | None = None
    password_mark: str | None = None
    began_s: int = field(default_factory=lambda: int(time.time()))
    age_seconds: int = 0

    @property
    def is_over(self) -> bool:
        """Whether somebody signed in so long ago that it must be done anew, used or not."""
        return self.actor is not None and time.time() - self.began_s > LONGEST_SESSION_SECONDS

    @classmethod
    def anonymous(cls) -> "Session":
        """Of a browser that nobody has signed in with."""
        return cls(secrets.token_urlsafe(12))

    @classmethod
    def of(cls, actor: str, password_mark: str) -> "Session":
        """A new one: whoever knew the nonce before knows nothing now."""
        return cls(secrets.token_urlsafe(12), actor, password_mark)


@dataclass(frozen=True)
class SessionSigner:
    """Sessions to cookies and back; tokens of forms."""

    secret: bytes

    def cookie(self, session: Session) -> str:
        """The signed text of a session."""
        carried = [session.nonce, session.actor, session.password_mark, session.began_s]
        return self._serializer().dumps(carried)

    def session(self, cookie: str | None) -> Session | None:
        """The session of a cookie; None when it is forged, broken, unused or begun too long ago."""
        if not cookie:
            return None
        try:
            values, signed_at = self._serializer().loads(
                cookie, max_age=IDLE_SECONDS, return_timestamp=True
            )
            nonce, actor, password_mark, began_s = values
        except (BadData, ValueError, TypeError):
            return None
        age = datetime.now(UTC) - signed_at
        session = Session(nonce, actor, password_mark, began_s, int(age.total_seconds()))
        return None if session.is_over else session

    def form_token(self, session: Session) -> str:
        """What a form of this session must bring along."""
        return hmac.new(self.secret, session.nonce.encode(), "sha256").hexdigest()[:32]

    def is_form_token(self, session: Session, token: str) -> bool:
        """Whether a form was made for this session."""
        return hmac.compare_digest(self.form_token(session).encode(), token.encode())

    def _serializer(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self.secret, salt="session")
