"""What guards the pages: headers, the signed session, the token of a form, slow guessing."""

import hmac
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock

from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from campaigns.times import SECOND_US

SESSION_COOKIE = "jinxi_session"
SESSION_SECONDS = 12 * 3600
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
    """

    nonce: str
    actor: str | None = None
    password_mark: str | None = None
    age_seconds: int = 0

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
        return self._serializer().dumps([session.nonce, session.actor, session.password_mark])

    def session(self, cookie: str | None) -> Session | None:
        """The session of a cookie; None when it is forged, broken or too old."""
        if not cookie:
            return None
        try:
            values, signed_at = self._serializer().loads(
                cookie, max_age=SESSION_SECONDS, return_timestamp=True
            )
            nonce, actor, password_mark = values
        except (BadData, ValueError, TypeError):
            return None
        age = datetime.now(UTC) - signed_at
        return Session(nonce, actor, password_mark, int(age.total_seconds()))

    def form_token(self, session: Session) -> str:
        """What a form of this session must bring along."""
        return hmac.new(self.secret, session.nonce.encode(), "sha256").hexdigest()[:32]

    def is_form_token(self, session: Session, token: str) -> bool:
        """Whether a form was made for this session."""
        return hmac.compare_digest(self.form_token(session).encode(), token.encode())

    def _serializer(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self.secret, salt="session")


@dataclass
class Attempts:
    """Counts failures by key, so that guessing gets slow; kept in memory, and bounded.

    most: failures within the period before one has to wait until the period is over.
    """

    most: int
    period_us: int = 15 * 60 * SECOND_US
    keys: int = 10_000
    _failures: OrderedDict[str, list[int]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def wait_seconds(self, key: str, now_us: int) -> int:
        """How long this key has to wait, 0 when it may try."""
        with self._lock:
            recent = self._recent(key, now_us)
            if len(recent) < self.most:
                return 0
            return max(1, (recent[-self.most] + self.period_us - now_us) // SECOND_US)

    def failed(self, key: str, now_us: int) -> None:
        """One more failure."""
        with self._lock:
            self._failures[key] = [*self._recent(key, now_us), now_us][-self.most :]
            self._failures.move_to_end(key)
            while len(self._failures) > self.keys:
                self._failures.popitem(last=False)

    def succeeded(self, key: str) -> None:
        """Forget the failures."""
        with self._lock:
            self._failures.pop(key, None)

    def _recent(self, key: str, now_us: int) -> list[int]:
        return [at for at in self._failures.get(key, []) if at > now_us - self.period_us]


@dataclass(frozen=True)
class SignInAttempts:
    """Failures to sign in: of a name from an address, of a name, from an address.

    A name alone is given more, so that a stranger far away does not lock its owner out at once.
    """

    here: Attempts = field(default_factory=lambda: Attempts(most=5))
    by_name: Attempts = field(default_factory=lambda: Attempts(most=30))
    by_address: Attempts = field(default_factory=lambda: Attempts(most=50))
