"""Mail leaves where nobody on the way reads along, or not at all; real mail servers take it."""

import ssl
from pathlib import Path
from typing import Any

import pytest

from crm.clock import now_us
from crm.configuration.settings import Settings
from crm.letters.template import Letter
from crm.letters.ways import NotSent, Ways
from tests.certificates import context_for
from tests.integration.web.letter_sites import a_mail_server

LETTER = Letter("zh-CN", "活动", "请来")


class Inbox:
    """What arrived, and whether each came over TLS."""

    def __init__(self) -> None:
        self.over_tls: list[bool] = []

    async def handle_DATA(  # noqa: N802 (the server asks for it by this name)
        self, _server: Any, session: Any, _envelope: Any
    ) -> str:
        self.over_tls.append(session.ssl is not None)
        return "250 OK"


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    context = context_for("127.0.0.1", tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    return context


def send(server: str, *, needs_tls: bool) -> None:
    ways = Ways(server, "crm@example.com", needs_tls=needs_tls)
    ways.mail(LETTER, "shu.lan@example.com", "letter-1", now_us())


def test_over_tls_to_a_server_that_proves_its_name_it_leaves(
    inbox: Inbox, trusted: ssl.SSLContext
) -> None:
    with a_mail_server(inbox, trusted) as server:
        send(server, needs_tls=True)
    assert inbox.over_tls == [True]


def test_without_tls_nothing_leaves_unless_that_is_allowed(inbox: Inbox) -> None:
    with a_mail_server(inbox) as server:
        with pytest.raises(NotSent, check=lambda error: error.why == "insecure"):
            send(server, needs_tls=True)
        assert inbox.over_tls == []
        send(server, needs_tls=False)
    assert inbox.over_tls == [False]


def test_to_a_server_that_proves_another_name_or_none_nothing_leaves(
    inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = context_for("192.0.2.1", tmp_path)
    with a_mail_server(inbox, elsewhere) as server:
        for known in (tmp_path / "key.pem", tmp_path / "certificate.pem"):
            monkeypatch.setenv("SSL_CERT_FILE", str(known))
            with pytest.raises(NotSent, check=lambda error: error.why == "insecure"):
                send(server, needs_tls=True)
        assert inbox.over_tls == []
        send(server, needs_tls=False)
    assert inbox.over_tls == [True]


def test_tls_is_asked_for_unless_a_setting_says_otherwise(tmp_path: Path) -> None:
    settings = Settings.in_folder(tmp_path)
    assert Ways.of(settings).needs_tls
