"""The dealer's side against a company that answers as the protocol says, and on bad roads."""

import re
import ssl
from base64 import b64encode
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import rfc8785
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from crm.copies.receipts import is_signed
from streams.dealer.errors import (
    AddressUnsafe,
    AnswerNotUnderstood,
    CertificateRefused,
    FolderOfAnother,
    NotSettled,
    OtherKeyKnown,
    PageCutOff,
    ServerAway,
    SignatureWrong,
    SigningKeyUnreadable,
    StillDifferent,
    StorageUnusable,
    TokenRefused,
    TokenUnreadable,
)
from streams.dealer.http_feed import HttpFeed
from streams.dealer.signing import KEY_FILE
from streams.dealer.store import COPY_FILE, CopyStore
from streams.dealer.verifying import proof_of
from tests.integration.dealers.dealers import DealerSide
from tests.integration.dealers.reference import Company, Copy, Refused, key_of, person, sha
from tests.integration.dealers.serving import Served


def fill(copy: Copy, rows: int, start: int = 0) -> None:
    for number in range(start, start + rows):
        copy.put(person(key_of(number), f"王{number}"))


def test_a_first_pull_brings_the_whole_copy_acknowledges_it_and_signs(
    server: Served, side: DealerSide
) -> None:
    copy = server.company.copies["D1"]
    fill(copy, 25)
    side.puller.page_changes = 10
    verdict = side.pull()
    assert (verdict.state, verdict.rows) == ("equal", 25)
    side.assert_equal(server.company)
    (said,) = server.company.acknowledged
    assert (said["up_to"], said["rows"], said["digest"]) == (copy.last, 25, copy.digest())
    (receipt,) = side.store.receipts()
    assert receipt.given
    assert is_signed(receipt.receipt, receipt.company_signature, server.company.public_key)
    assert is_signed(receipt.receipt, receipt.signature, copy.public_key or "")
    assert list(copy.receipts) == [("2026-05-03", copy.last)]


def test_a_later_pull_asks_only_for_what_changed(server: Served, side: DealerSide) -> None:
    copy = server.company.copies["D1"]
    fill(copy, 25)
    side.pull()
    side.restart()
    copy.put(person(key_of(3), "李强"))
    copy.withdraw(key_of(4))
    assert side.pull().state == "equal"
    assert (side.puller.applied.written, side.puller.applied.withdrawn) == (1, 1)
    side.assert_equal(server.company)
    assert side.store.withdrawn() == {"consent_ended": 1}


def test_what_a_withdrawal_or_a_correction_deleted_is_in_no_file(
    server: Served, side: DealerSide
) -> None:
    copy = server.company.copies["D1"]
    fill(copy, 40)
    copy.put(person(key_of(7), "欧阳锋", contact={"phones": ["+8613912349999"]}))
    copy.put(person(key_of(8), "慕容复", contact={"phones": ["+8613912348888"]}))
    side.pull()
    for written in ("欧阳锋", "13912349999", "慕容复", "13912348888"):
        assert written.encode() in side.files()
    copy.withdraw(key_of(7))
    copy.put(person(key_of(8), "慕容复"))
    assert side.pull().state == "equal"
    for gone in ("欧阳锋", "13912349999", "13912348888"):
        assert gone.encode() not in side.files()
    assert "慕容复".encode() in side.files()


def test_only_the_owner_can_read_the_files(server: Served, side: DealerSide) -> None:
    fill(server.company.copies["D1"], 3)
    side.pull()
    modes = {file.name: file.stat().st_mode & 0o777 for file in side.folder.iterdir()}
    assert {"copy.db", "signing.key"} <= modes.keys()
    assert set(modes.values()) == {0o600}
    assert side.folder.stat().st_mode & 0o777 == 0o700


def test_of_a_page_that_was_cut_off_what_came_is_kept(server: Served, side: DealerSide) -> None:
    fill(server.company.copies["D1"], 30)
    side.puller.introduce()
    server.weather.cut_pages, server.weather.cut_after_bytes = 1, 2_000
    page = side.puller.fetch(0)
    assert page.end is None
    assert 0 < side.store.count() < 30
    assert side.store.cursor == page.changes[-1].sequence
    assert side.pull().state == "equal"
    side.assert_equal(server.company)


def test_with_a_network_that_cuts_every_page_before_its_first_line_it_says_so(
    server: Served, side: DealerSide
) -> None:
    fill(server.company.copies["D1"], 30)
    server.weather.cut_pages, server.weather.cut_after_bytes = 1_000, 20
    with pytest.raises(PageCutOff):
        side.pull()
    assert side.store.count() == 0


def test_with_the_server_away_the_copy_stays_as_it_was(server: Served, side: DealerSide) -> None:
    fill(server.company.copies["D1"], 3)
    side.pull()
    before = dict(side.store.rows())
    side.restart()
    side.url = "http://127.0.0.1:9"
    with pytest.raises(ServerAway):
        side.pull()
    assert dict(side.store.rows()) == before
    assert proof_of(side.store).holds


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_that_is_not_known_is_said_by_its_file(
    server: Served, side: DealerSide, status: int
) -> None:
    server.weather.refusals.append(Refused(status))
    with pytest.raises(TokenRefused) as trouble:
        side.pull()
    assert str(side.token_file) in str(trouble.value)
    assert "token-of-d1" not in str(trouble.value)


def test_while_the_company_is_not_settled_it_says_when_to_come_again(
    server: Served, side: DealerSide
) -> None:
    server.weather.refusals.append(Refused(503, "not_settled", retry_after=7))
    with pytest.raises(NotSettled) as trouble:
        side.pull()
    assert trouble.value.retry_seconds == 7


@pytest.mark.parametrize(
    "answer", [b"<html>", b"{}", b"[]\n", b'{"kind":"page"}\n', b'{"company_key":7}']
)
def test_what_is_no_feed_is_not_taken_for_one(
    server: Served, side: DealerSide, answer: bytes
) -> None:
    server.weather.raw_answer = answer
    with pytest.raises(AnswerNotUnderstood):
        side.pull()


@pytest.mark.parametrize(
    "address", ["http://crm.example.com", "ftp://127.0.0.1", "https://", "u:secret@x", "nowhere"]
)
def test_a_token_is_never_sent_where_everybody_can_read_it(
    tmp_path: Path, side: DealerSide, address: str
) -> None:
    with pytest.raises(AddressUnsafe) as trouble:
        HttpFeed(address, side.token_file)
    assert "secret" not in str(trouble.value)


@pytest.mark.parametrize("written", [b"", b"\n", b"two words\nmore", b"\xff\xfe", b"x" * 600])
def test_a_file_without_a_token_is_said(side: DealerSide, written: bytes) -> None:
    side.token_file.write_bytes(written)
    if b"words" in written:
        written = written.replace(b"\n", b"\x00")
        side.token_file.write_bytes(written)
    with pytest.raises(TokenUnreadable):
        side.pull()


def test_a_token_is_read_as_powershell_writes_it(server: Served, side: DealerSide) -> None:
    fill(server.company.copies["D1"], 1)
    side.token_file.write_bytes("token-of-d1\r\n".encode("utf-16"))
    assert side.pull().rows == 1


def test_an_address_that_is_another_services_is_said_to_be_none_of_ours(
    server: Served, side: DealerSide
) -> None:
    side.url = f"{server.url}/elsewhere"
    with pytest.raises(AnswerNotUnderstood):
        side.pull()


def test_a_server_with_a_certificate_of_its_own_making_is_not_told_the_token(
    side: DealerSide, tmp_path: Path
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path / "server.pem"))
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.handle_request)
        thread.start()
        side.url = f"https://127.0.0.1:{server.server_address[1]}"
        with pytest.raises(CertificateRefused, match=r"127\.0\.0\.1"):
            side.pull()
        thread.join()


def self_signed(file: Path) -> Path:
    """A key with a certificate that nobody else signed, for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    began = datetime(2020, 1, 1)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, began, began.replace(2100))
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + made.sign(key, SHA256()).public_bytes(Encoding.PEM))
    return file


@pytest.mark.parametrize("written", ["", "xx", "AAAA"])
def test_a_broken_signing_key_is_said_and_the_copy_is_not_to_be_deleted(
    server: Served, side: DealerSide, written: str
) -> None:
    side.pull()
    side.restart()
    (side.folder / KEY_FILE).write_text(written)
    with pytest.raises(SigningKeyUnreadable, match=KEY_FILE):
        side.pull()


def test_a_copy_that_cannot_be_read_is_said_by_its_own_folder(
    server: Served, side: DealerSide
) -> None:
    fill(server.company.copies["D1"], 200)
    side.pull()
    side.restart()
    file = side.folder / COPY_FILE
    pages = len(file.read_bytes()) // 4096
    with file.open("r+b") as stream:
        # All but the schema and the facts.
        stream.seek(3 * 4096)
        stream.write(b"\xff" * (pages - 3) * 4096)
    store = CopyStore.open(side.folder)
    reads = (store.count, store.digest, store.withdrawn, store.receipts, store.some_keys)
    for read in reads:
        with pytest.raises(StorageUnusable, match=re.escape(str(side.folder))):
            read(*([5] if read == store.some_keys else []))
    store.close()


def test_a_folder_of_another_dealer_is_left_alone(server: Served, side: DealerSide) -> None:
    company = server.company
    fill(company.copies["D1"], 3)
    side.pull()
    before = dict(side.store.rows())
    company.copies["D2"] = Copy()
    fill(company.copies["D2"], 3, start=100)
    company.tokens["token-of-d2"] = "D2"
    side.restart()
    side.token_file.write_text("token-of-d2")
    with pytest.raises(FolderOfAnother):
        side.pull()
    assert dict(side.store.rows()) == before


def test_a_new_token_of_the_same_dealer_goes_on_with_the_folder(
    server: Served, side: DealerSide
) -> None:
    fill(server.company.copies["D1"], 3)
    side.pull()
    server.company.tokens = {"the-new-one": "D1"}
    side.restart()
    side.token_file.write_text("the-new-one")
    assert side.pull().state == "equal"


def test_a_folder_of_another_company_is_left_alone(server: Served, side: DealerSide) -> None:
    fill(server.company.copies["D1"], 3)
    side.pull()
    side.restart()
    server.company.secret = Company().secret
    side.token_file.write_text("token-of-d1 ")
    side.url = side.url.replace("127.0.0.1", "localhost")
    with pytest.raises(FolderOfAnother):
        side.pull()


def test_a_receipt_with_a_forged_signature_is_not_kept(server: Served, side: DealerSide) -> None:
    fill(server.company.copies["D1"], 3)
    side.puller.introduce()
    server.company.secret = Company().secret
    with pytest.raises(SignatureWrong):
        side.pull()
    assert side.store.receipts() == []


def test_rows_that_were_altered_are_found_and_only_they_are_fetched(
    server: Served, side: DealerSide
) -> None:
    copy = server.company.copies["D1"]
    fill(copy, 3_000)
    side.pull()
    side.restart()
    store = side.store
    store.connection.execute(
        "UPDATE row SET content = ? WHERE key = ?",
        (rfc8785.dumps(person(key_of(5), "改过")), key_of(5)),
    )
    store.connection.execute("DELETE FROM row WHERE key = ?", (key_of(6),))
    store.connection.execute(
        "INSERT INTO row VALUES (?, 1, ?, NULL)", (sha(b"x"), rfc8785.dumps(person(sha(b"x"))))
    )
    assert not proof_of(store).holds
    assert side.pull().state == "equal"
    side.assert_equal(server.company)
    assert side.puller.healed == 3
    assert proof_of(store).holds
    assert side.traffic_bytes < 60_000


def test_two_copies_that_cannot_be_made_equal_are_said_to_differ(
    server: Served, side: DealerSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(server.company.copies["D1"], 3)
    monkeypatch.setattr(Copy, "digest", lambda _: "0" * 64)
    with pytest.raises(StillDifferent):
        side.pull()


def test_after_a_restored_backup_of_the_company_the_copy_follows_it(
    server: Served, side: DealerSide
) -> None:
    copy = server.company.copies["D1"]
    fill(copy, 10)
    remembered = list(copy.changes), dict(copy.rows)
    copy.put(person(key_of(2), "后来"))
    copy.put(person(key_of(50), "也是后来"))
    side.pull()
    copy.changes, copy.rows = remembered
    assert side.pull().state == "equal"
    side.assert_equal(server.company)
    copy.put(person(key_of(2), "再后来"))
    assert side.pull().state == "equal"
    side.assert_equal(server.company)


def test_a_text_with_unusual_ends_of_lines_is_one_line(server: Served, side: DealerSide) -> None:
    copy = server.company.copies["D1"]
    copy.put(person(key_of(1), "一\u2028二\u0085三\x1c四\r五"))
    assert side.pull().state == "equal"
    side.assert_equal(server.company)


def test_when_another_key_is_known_the_copy_goes_on_and_it_is_told(
    server: Served, side: DealerSide
) -> None:
    copy = server.company.copies["D1"]
    fill(copy, 3)
    copy.public_key = b64encode(b"k" * 32).decode()
    assert side.pull().state == "equal"
    (refused,) = side.puller.refused
    assert isinstance(refused, OtherKeyKnown)
    assert "jinxi dealer-key release" in str(refused)
    assert not side.store.receipts()[0].given


def test_a_company_that_was_restored_with_an_older_key_is_told_the_key_again(
    server: Served, side: DealerSide
) -> None:
    copy = server.company.copies["D1"]
    fill(copy, 3)
    side.pull()
    copy.public_key = b64encode(b"k" * 32).decode()
    fill(copy, 1, start=3)
    side.restart()
    side.pull()
    assert [refused.status for refused in side.puller.refused] == [400]
    side.restart()
    side.pull()
    assert [type(refused) for refused in side.puller.refused] == [OtherKeyKnown]
    copy.public_key = None
    side.restart()
    side.pull()
    assert side.puller.refused == []
    assert all(receipt.given for receipt in side.store.receipts())


def test_a_clock_that_is_off_is_measured(server: Served, side: DealerSide) -> None:
    fill(server.company.copies["D1"], 1)
    side.now_us += 3_600_000_000
    side.pull()
    assert side.puller.clock_off_seconds == 3_600


def test_a_copy_that_was_never_fetched_is_empty_and_equal(server: Served, side: DealerSide) -> None:
    assert side.pull().state == "equal"
    assert side.store.digest() == sha(b"")


def test_the_last_withdrawal_is_acknowledged_only_when_its_bytes_are_gone(
    server: Served, side: DealerSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = server.company.copies["D1"]
    fill(copy, 3)
    side.pull()
    copy.withdraw(key_of(1))
    with monkeypatch.context() as patch:
        patch.setattr(CopyStore, "wipe", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            side.pull()
    assert len(server.company.acknowledged) == 1
    side.restart()
    assert side.store.get("to_be_wiped") == ""
    assert side.pull().state == "equal"
    assert len(server.company.acknowledged) == 2
