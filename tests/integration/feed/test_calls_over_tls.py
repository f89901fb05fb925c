"""A call over TLS stays within TLS to its end, also where it is broken off."""

import socket
import ssl
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from crm.feed import calling
from crm.feed.calling import call
from tests.certificates import context_for

WAIT_ON = b"HTTP/1.1 100 Continue\r\n\r\n"


def test_what_lies_unread_when_a_call_is_broken_off_is_not_read_as_an_answer_in_plain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, over = context_for("127.0.0.1", tmp_path), threading.Event()
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    monkeypatch.setattr(calling, "LONGEST_CALL_SECONDS", 0.2)

    def keep_talking(server: socket.socket) -> None:
        connected, _ = server.accept()
        with suppress(OSError), context.wrap_socket(connected, server_side=True) as secret:
            secret.settimeout(1)
            secret.recv(65_536)
            while not over.is_set():
                secret.sendall(WAIT_ON)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=keep_talking, args=(server,))
        thread.start()
        # Read as plain text it would be an answer of HTTP that nobody understands.
        with pytest.raises(OSError) as broken:  # noqa: PT011 - of the system: whichever it says
            call(f"https://127.0.0.1:{server.getsockname()[1]}/", b"{}", {}, loopback=True)
        over.set()
        thread.join()
    assert not isinstance(broken.value, ssl.SSLCertVerificationError)
