"""What guards the pages: headers, the signed session, the token of a form."""

import hmac
import re
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime

from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SESSION_COOKIE = "jinxi_session"
IDLE_SECONDS = 4 * 3600
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
_OVER_TLS_ALONE = "max-age=31536000"
"""Of a site that was reached over HTTPS: no browser asks for it in plain again, for a year."""
_READS_CODES = re.compile(r"/log/[^/]+/scan")
_WITH_CAMERA = _HEADERS["Permissions-Policy"].replace("camera=()", "camera=(self)")
"""One page looks through the camera, and no other page may."""


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
                if _READS_CODES.fullmatch(scope["path"]):
                    headers["Permissions-Policy"] = _WITH_CAMERA
                if scope["scheme"] == "https":
                    headers["Strict-Transport-Security"] = _OVER_TLS_ALONE
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self.app(scope, receive, send_guarded)


@dataclass(frozen=True, slots=True)
class Session:
    """What the browser carries, signed; whose it is the server keeps (crm/accounts/sessions.py).

    nonce: the session's name, and what the form token is made of.
    age_seconds: since it was signed last.
    """

    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    age_seconds: int = 0


@dataclass(frozen=True)
class SessionSigner:
    """Sessions to cookies and back; tokens of forms."""

    secret: bytes

    def cookie(self, session: Session) -> str:
        """The signed text of a session."""
        return self._serializer().dumps(session.nonce)

    def session(self, cookie: str | None) -> Session | None:
        """The session of a cookie; None when it is forged, broken or unused for too long."""
        if not cookie:
            return None
        try:
            nonce, signed_at = self._serializer().loads(
                cookie, max_age=IDLE_SECONDS, return_timestamp=True
            )
        except (BadData, ValueError, TypeError, OverflowError):
            return None
        if not isinstance(nonce, str):
            return None
        return Session(nonce, int((datetime.now(UTC) - signed_at).total_seconds()))

    def form_token(self, session: Session) -> str:
        """What a form of this session must bring along."""
        return hmac.new(self.secret, session.nonce.encode(), "sha256").hexdigest()[:32]

    def is_form_token(self, session: Session, token: str) -> bool:
        """Whether a form was made for this session."""
        given = token.encode("utf-8", "replace")
        return hmac.compare_digest(self.form_token(session).encode(), given)

    def receipt_mark(self, form_id: str) -> str:
        """What shows that a receipt is the site's own word and not a link somebody made up."""
        return hmac.new(self.secret, f"said {form_id}".encode(), "sha256").hexdigest()[:16]

    def _serializer(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self.secret, salt="session")
