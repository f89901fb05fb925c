"""The ways on which a letter leaves the house: a mail server, a gateway for phones, paper."""

import smtplib
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from http.client import HTTPException
from typing import Literal
from urllib.parse import urlsplit

from campaigns.canonical import canonical_json
from campaigns.times import moment_of, rfc3339
from crm.configuration.settings import Settings
from crm.copies.webhook_signatures import headers, written_secret
from crm.feed.calling import AddressRefused, call
from crm.keyring.keyring import Keyring
from crm.letters.sending import Way
from crm.letters.template import Letter
from crm.rights.large_print import large_print
from crm.rights.parts import OwnCopy, Section

_SECONDS = 20.0
_TAKEN = range(200, 300)
_OF_THIS_MESSAGE = (400, 404, 413, 422)
"""What a gateway answers of one message; of others it is the way that is in trouble."""
_TRY_LATER = (408, 425, 429)
_BROKEN = 500
_OK, _RECIPIENT_TAKEN, _FOR_GOOD = 250, (250, 251), 500
"""Replies of a mail server (RFC 5321, 4.2): from the last on it is no use to try again."""
_KEY_NAME = "messages"


Trouble = Literal["refused", "later", "unsure", "unreachable", "no_way", "shut", "insecure"]
"""Of this letter: refused for good; later: it may be taken another time; unsure: it was handed
over, and no answer came. Of the way: unreachable for now; no_way: none is set up; shut: we are
turned away, whoever is written to; insecure: others could read along on the way there."""


class NotSent(Exception):
    """It did not leave, or is not known to have; `why`: Trouble."""

    def __init__(self, why: Trouble) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Ways:
    """What an installation has set up; None: there is no such way."""

    mail_server: str | None = None
    mail_from: str | None = None
    gateway: str | None = None
    loopback: bool = False
    needs_tls: bool = False
    """Whether mail leaves over TLS alone, to a server whose certificate proves its name."""

    @classmethod
    def of(cls, settings: Settings) -> "Ways":
        """What the settings say."""
        server, sender = settings.mail_server, settings.mail_from
        loopback, needs_tls = settings.webhooks_to_loopback, settings.mail_tls == "required"
        return cls(server, sender, settings.messages_url, loopback, needs_tls)

    def has(self, way: Way) -> bool:
        """Whether a letter can leave on it."""
        if way == "mail":
            return self.mail_server is not None and self.mail_from is not None
        return way == "print" or self.gateway is not None

    def host(self, way: Way) -> str:
        """The name of the server that takes letters on it, without its port."""
        if way == "mail":
            return (self.mail_server or "").rpartition(":")[0]
        return urlsplit(self.gateway or "").hostname or ""

    def mail(self, letter: Letter, to: str, letter_id: str, at_us: int) -> None:
        """Hand it to the mail server; NotSent."""
        if self.mail_server is None or self.mail_from is None:
            raise NotSent("no_way")
        message = EmailMessage()
        try:
            message["Subject"], message["From"], message["To"] = letter.subject, self.mail_from, to
        except ValueError as error:
            raise NotSent("refused") from error
        message["Message-ID"] = f"<{letter_id}@{self.mail_from.rpartition('@')[2]}>"
        message["Date"] = format_datetime(moment_of(at_us))
        message.set_content(letter.body, cte="base64")
        host, _, port = self.mail_server.rpartition(":")
        try:
            server = smtplib.SMTP(host, int(port), timeout=_SECONDS)
            try:
                _secure(server, needs_tls=self.needs_tls)
                _post(server, self.mail_from, to, message.as_bytes(policy=SMTP))
            finally:
                # However the leave-taking goes: it is taken, or it is not, by now.
                with suppress(OSError, smtplib.SMTPException):
                    server.quit()
                server.close()
        except ssl.SSLError as error:
            raise NotSent("insecure") from error
        except (OSError, smtplib.SMTPException) as error:
            raise NotSent(_why(error)) from error

    def message(
        self, keyring: Keyring, letter: Letter, way: str, to: str, letter_id: str, at_us: int
    ) -> None:
        """Hand it to the gateway, signed after Standard Webhooks; NotSent. The same id again is the
        same message."""
        if self.gateway is None:
            raise NotSent("no_way")
        body = canonical_json(
            {
                "type": "message.send",
                "timestamp": rfc3339(at_us),
                "data": {"way": way, "to": to, "language": letter.language, "text": letter.body},
            }
        )
        signed = headers(gateway_secret(keyring), letter_id, at_us, body)
        try:
            status = call(self.gateway, body, signed, loopback=self.loopback)
        except (OSError, HTTPException, AddressRefused) as error:
            raise NotSent("unreachable") from error
        if status in _TRY_LATER or status >= _BROKEN:
            raise NotSent("later")
        if status not in _TAKEN:
            raise NotSent("refused" if status in _OF_THIS_MESSAGE else "shut")


def _secure(server: smtplib.SMTP, *, needs_tls: bool) -> None:
    """Go over to TLS (RFC 3207): where it is offered, or not on at all without it."""
    server.ehlo_or_helo_if_needed()
    if server.has_extn("starttls"):
        server.starttls(context=ssl.create_default_context() if needs_tls else None)
        server.ehlo()
    elif needs_tls:
        raise NotSent("insecure")


def _post(server: smtplib.SMTP, sender: str, to: str, message: bytes) -> None:
    """One message in one session, step by step: at which one it ends says what that means."""
    code, said = server.mail(sender)
    if code != _OK:
        raise smtplib.SMTPSenderRefused(code, said, sender)
    code, said = server.rcpt(to)
    if code not in _RECIPIENT_TAKEN:
        raise NotSent("later" if code < _FOR_GOOD else "refused")
    try:
        code, _ = server.data(message)
    except smtplib.SMTPDataError as error:
        raise NotSent("later" if error.smtp_code < _FOR_GOOD else "refused") from error
    except (OSError, smtplib.SMTPException) as error:
        # The whole of it may have arrived, and the answer been lost.
        raise NotSent("unsure") from error
    if code != _OK:
        raise NotSent("later" if code < _FOR_GOOD else "refused")


def _why(error: Exception) -> Trouble:
    """What trouble with the server itself means."""
    if isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= _FOR_GOOD:
        return "shut"
    return "unreachable"


def gateway_secret(keyring: Keyring) -> str:
    """What the gateway checks signatures with."""
    return written_secret(keyring.secret(_KEY_NAME))


def all_on_paper(letters: Sequence[Letter]) -> bytes:
    """Letters of one language as one PDF, each on pages of its own, its address above it."""
    sections = [_section(each) for each in letters]
    copy = OwnCopy(letters[0].language, letters[0].subject, "", sections)
    return large_print(copy, apart=True, above=[each.to for each in letters])


def on_paper(letter: Letter) -> bytes:
    """The letter as PDF in large print."""
    copy = OwnCopy(letter.language, letter.subject, "", [_section(letter)])
    return large_print(copy, above=[letter.to])


def _section(letter: Letter) -> Section:
    return Section("letter", letter.subject, letter.body.split("\n\n"), [])
