"""The ways on which a letter leaves the house: a mail server, a gateway for phones, paper."""

import smtplib
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from http.client import HTTPException

from campaigns.canonical import canonical_json
from campaigns.times import moment_of, rfc3339
from crm.copies.webhook_signatures import headers, written_secret
from crm.feed.calling import AddressRefused, call
from crm.keyring.keyring import Keyring
from crm.letters.template import Letter
from crm.rights.large_print import large_print
from crm.rights.own_copy import OwnCopy, Section

_SECONDS = 20.0
_TAKEN = range(200, 300)
_KEY_NAME = "messages"


class NotSent(Exception):
    """It did not leave; `why`: no_way (none is set up), refused, unreachable."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Ways:
    """What an installation has set up; None: there is no such way."""

    mail_server: str | None = None
    mail_from: str | None = None
    gateway: str | None = None
    loopback: bool = False

    def mail(self, letter: Letter, to: str, letter_id: str, at_us: int) -> None:
        """Hand it to the mail server, over TLS where that offers it; NotSent."""
        if self.mail_server is None or self.mail_from is None:
            raise NotSent("no_way")
        message = EmailMessage()
        try:
            message["Subject"], message["From"], message["To"] = letter.subject, self.mail_from, to
        except ValueError as error:
            raise NotSent("refused") from error
        message["Message-ID"] = f"<{letter_id}@{self.mail_from.rpartition('@')[2]}>"
        message["Date"] = format_datetime(moment_of(at_us))
        message.set_content(letter.body)
        host, _, port = self.mail_server.rpartition(":")
        try:
            with smtplib.SMTP(host, int(port), timeout=_SECONDS) as server:
                server.ehlo()
                if server.has_extn("starttls"):
                    server.starttls()
                server.send_message(message)
        except smtplib.SMTPResponseException as error:
            raise NotSent("refused") from error
        except smtplib.SMTPRecipientsRefused as error:
            raise NotSent("refused") from error
        except (OSError, smtplib.SMTPException) as error:
            raise NotSent("unreachable") from error

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
        if status not in _TAKEN:
            raise NotSent("refused")


def gateway_secret(keyring: Keyring) -> str:
    """What the gateway checks signatures with."""
    return written_secret(keyring.secret(_KEY_NAME))


def all_on_paper(letters: Sequence[Letter]) -> bytes:
    """Letters of one language as one PDF, each on pages of its own."""
    sections = [Section("letter", each.subject, each.body.split("\n\n"), []) for each in letters]
    return large_print(OwnCopy(letters[0].language, letters[0].subject, "", sections), apart=True)


def on_paper(letter: Letter) -> bytes:
    """The letter as PDF in large print."""
    paragraphs = letter.body.split("\n\n")
    section = Section("letter", letter.subject, paragraphs, [])
    return large_print(OwnCopy(letter.language, letter.subject, "", [section]))
