"""Letters: looked at for a real person, sent only to whom something may be sent, and when."""

from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path

import httpx
import orjson
import pytest
from aiosmtpd.handlers import Message

from campaigns.ids import person_id
from crm.accounts.access import accesses_of_cards
from crm.copies.webhook_signatures import signature
from crm.letters.ways import Ways, gateway_secret
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from tests.integration.web.acting import form_in
from tests.integration.web.letter_sites import (
    Clock,
    Gateway,
    a_gateway,
    a_mail_server,
    night_us,
    noon_us,
    with_ways,
)
from tests.integration.web.person_events import consent, event, fields
from tests.integration.web.sites import (
    RunningSite,
    card,
    running,
    sign_in,
    token_in,
)


class Post(Message):
    """What the mail server was handed."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[tuple[str, str, str]] = []

    def handle_message(self, message: object) -> None:
        told = message_from_bytes(message.as_bytes(), policy=policy.default)  # type: ignore[attr-defined]
        self.messages.append((told["To"], told["Subject"], told.get_content()))


@pytest.fixture(scope="module")
def post() -> Iterator[tuple[Post, str]]:
    """A real mail server."""
    handler = Post()
    with a_mail_server(handler) as address:
        yield handler, address


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    with a_gateway() as found:
        yield found


CLOCK = Clock()


@pytest.fixture(scope="module")
def site(
    tmp_path_factory: pytest.TempPathFactory, post: tuple[Post, str], gateway: Gateway
) -> Iterator[RunningSite]:
    folder: Path = tmp_path_factory.mktemp("letters")
    with running(folder) as plain:
        for name, role in (("office", "headquarters"), ("field", "staff"), ("law", "compliance")):
            plain.user(name, role)  # type: ignore[arg-type]
        plain.accept(
            *(card("L-1", "刘来信", "13700009001"), consent("L-1", purpose="marketing")),
            *(card("L-2", "唐没问", "13700009002"), card("L-3", "宋去世", "13700009003")),
            event("person.deceased", "L-3"),
            *(
                card("L-4", "邓限制", "13700009004"),
                event("consent.refused", "L-4", purpose="archive"),
            ),
            event("trial.started", "L-1", trial_id="T-l1", sku="JX-B4"),
        )
        ways = Ways(post[1], "crm@example.com", f"http://127.0.0.1:{gateway.server_port}/", True)
        with with_ways(plain, CLOCK, ways) as found:
            yield found


@pytest.fixture
def field(site: RunningSite) -> Iterator[httpx.Client]:
    CLOCK.at_us = noon_us()
    with site.client() as client:
        sign_in(client, "field")
        yield client


def look_at(client: httpx.Client, card_id: str, **typed: str) -> httpx.Response:
    address = f"/people/{person_id(card_id)}/letter"
    chosen = {"template": "trial-follow-up", "language": "zh-CN", "way": "print", **typed}
    return client.post(address, data={**fields(client.get(address).text), **chosen})


def send(client: httpx.Client, card_id: str, **typed: str) -> httpx.Response:
    return look_at(client, card_id, step="send", **typed)


def test_a_letter_is_looked_at_with_the_persons_own_values_and_that_is_kept(
    site: RunningSite, field: httpx.Client
) -> None:
    page = look_at(field, "L-1").text
    assert "刘来信，您好" in page and "JX-B4" in page and "金夕" in page
    english = look_at(field, "L-1", language="en").text
    assert "刘来信" in english and "您好" not in english
    with reading(site.site.engine) as connection:
        looks = accesses_of_cards(HEADQUARTERS_SCOPE, connection, ["L-1"])
    assert {look.field for look in looks} == {"letter"}


def test_a_printed_letter_is_a_pdf_and_stands_in_the_archive(field: httpx.Client) -> None:
    made = send(field, "L-1")
    assert made.content.startswith(b"%PDF-")
    page = field.get(f"/people/{person_id('L-1')}").text
    assert "打印 · 试用回访" in page and "已送出" in page


def test_a_mail_reaches_the_server_and_its_address_is_kept_nowhere(
    site: RunningSite, field: httpx.Client, post: tuple[Post, str]
) -> None:
    assert send(field, "L-1", way="mail", mail="not an address").status_code == 422
    answer = send(field, "L-1", way="mail", template="invitation", mail="child@example.org")
    assert answer.status_code == 303
    (to, subject, body) = post[0].messages[-1]
    assert (to, subject) == ("child@example.org", "请您来坐坐")
    assert "刘来信，您好" in body
    folder = Path(str(site.site.engine.url.database)).parent
    assert not any(b"child@example.org" in f.read_bytes() for f in folder.rglob("*") if f.is_file())


def test_a_message_is_signed_and_a_second_tap_sends_it_once(
    site: RunningSite, field: httpx.Client, gateway: Gateway
) -> None:
    address = f"/people/{person_id('L-1')}/letter"
    chosen = {"template": "invitation", "language": "zh-CN", "way": "sms", "phone": "0"}
    form = {**fields(field.get(address).text), **chosen, "step": "send"}
    before = len(gateway.taken)
    assert [field.post(address, data=form).status_code for _ in range(2)] == [303, 422]
    assert len(gateway.taken) == before + 1
    headers, body = gateway.taken[-1]
    named = {name.lower(): value for name, value in headers.items()}
    secret = gateway_secret(site.site.keyring)
    stamp = int(named["webhook-timestamp"])
    assert named["webhook-signature"] == signature(secret, named["webhook-id"], stamp, body)
    assert orjson.loads(body)["data"]["to"] == "+8613700009001"


def test_what_did_not_leave_is_said_and_not_called_sent(
    field: httpx.Client, gateway: Gateway
) -> None:
    gateway.status = 500
    try:
        answer = send(field, "L-1", way="wechat", template="invitation", phone="0")
    finally:
        gateway.status = 202
    assert answer.status_code == 422 and "没有收下" in answer.text
    assert "没有发出" in field.get(f"/people/{person_id('L-1')}").text


@pytest.mark.parametrize(
    ("card_id", "typed", "told"),
    [
        ("L-2", {"template": "invitation"}, "没有同意接收"),
        ("L-3", {}, "已去世"),
        ("L-4", {}, "限制使用"),
    ],
)
def test_to_whom_nothing_may_be_sent_nothing_is_shown_or_sent(
    field: httpx.Client, card_id: str, typed: dict[str, str], told: str
) -> None:
    for act in (look_at, send):
        answer = act(field, card_id, **typed)
        assert answer.status_code == 422 and told in answer.text
        assert "您好" not in answer.text


def test_at_night_nobodys_phone_rings_but_paper_may_be_printed(
    field: httpx.Client, gateway: Gateway
) -> None:
    CLOCK.at_us = night_us()
    before = len(gateway.taken)
    answer = send(field, "L-1", way="sms", template="invitation", phone="0")
    assert answer.status_code == 422 and "晚上 8 点" in answer.text
    assert len(gateway.taken) == before
    assert send(field, "L-1").content.startswith(b"%PDF-")
    CLOCK.at_us = noon_us()


def test_headquarters_writes_a_template_and_a_bad_one_is_sent_back(site: RunningSite) -> None:
    with site.client() as office:
        sign_in(office, "office")
        form = fields(office.get("/letters").text)
        texts = {
            f"{part}_{language}": f"{part} {{{{ name }}}}"
            for part in ("subject", "body")
            for language in ("zh-CN", "zh-TW", "en")
        }
        typed = {**form, "name": "new-year", "purpose": "club", **texts}
        assert office.post("/letters", data=typed).status_code == 303
        bad = {**typed, "body_en": "{{ phone }}"}
        answer = office.post("/letters", data=bad)
        assert answer.status_code == 422 and "phone" in answer.text
        assert office.post("/letters", data=typed).status_code == 303
        assert "第 2 版" not in office.get("/letters").text, "a second tap is no second version"
        other = {**typed, "body_en": "other words, {{ name }}"}
        assert office.post("/letters", data=other).status_code == 303
        assert "第 2 版" in office.get("/letters").text
    with site.client() as field:
        sign_in(field, "field")
        page = field.get("/letters").text
        assert 'name="body_en"' not in page and "whsec_" not in page
        token = {"form_token": token_in(page)}
        assert field.post("/letters", data={**typed, **token}).status_code == 403


def test_a_letter_about_a_trial_to_somebody_who_never_tried_is_asked_about(
    site: RunningSite,
) -> None:
    CLOCK.at_us = noon_us()
    with site.client() as client:
        sign_in(client, "office")
        for card_id, tried in (("L-1", True), ("L-2", False)):
            address = f"/people/{person_id(card_id)}/letter"
            form = fields(client.get(address).text)
            form |= {"template": "trial-follow-up", "language": "zh-CN", "way": "print"}
            seen = client.post(address, data=form)
            assert ("没有试用过" in seen.text) is not tried
            if not tried:
                unasked = client.post(address, data=form | {"step": "send"})
                assert "没有试用过" in unasked.text, "it is asked about once, never passed over"
                form |= fields(seen.text)
            sent = client.post(address, data=form | {"step": "send"})
            assert sent.headers["content-type"] == "application/pdf"


def test_how_letters_leave_is_told_in_words_and_settings_stand_behind_a_fold(
    site: RunningSite,
) -> None:
    with site.client() as client:
        sign_in(client, "office")
        page = client.get("/letters").text
    shown = page
    while "<details" in shown:
        before, _, rest = shown.partition("<details")
        shown = before + rest.partition("</details>")[2]
    assert "已开通" in shown and "JINXI_" not in shown and "{%" not in shown and "{{" not in shown


def test_a_template_needs_no_code_and_one_language_and_all_faults_are_told_at_once(
    site: RunningSite,
) -> None:
    CLOCK.at_us = noon_us()
    with site.client() as office:
        sign_in(office, "office")
        form = form_in(office.get("/letters").text, "/letters")
        bad = {**form, "name": "大 字", "subject_zh-CN": "", "body_zh-CN": "{{ 电话 }}"}
        answer = office.post("/letters", data=bad | {"subject_en": "{% if", "body_en": "x"})
        assert answer.status_code == 422
        for field in ("name", "subject_zh-CN", "body_zh-CN", "subject_en"):
            assert f'href="#{field}"' in answer.text
        good = {
            **form,
            "subject_zh-CN": "给{{ 姓名 }}的信",
            "body_zh-CN": "{{ 姓名 }}，{{ 今天 }}好。",
        }
        assert office.post("/letters", data=good).status_code == 303
        page = office.get("/letters").text
        assert "给〔姓名〕的信" in page and "/letters?like=own-1" in page
        again = form_in(office.get("/letters?like=own-1").text, "/letters")
        assert (again["name"], again["subject_zh-CN"]) == ("own-1", "给{{ 姓名 }}的信")
        other = {**good, "body_zh-CN": "{{ 姓名 }}，{{ 今天 }}见。"}
        assert office.post("/letters", data=other).status_code == 303
        assert "/letters?like=own-2" in office.get("/letters").text
        seen = look_at(office, "L-1", template="own-1", language="en").text
        assert "刘来信，" in seen and "没有写你选的语言，用简体送" in seen
        send(office, "L-1", template="own-1")
        assert "打印 · 给〔姓名〕的信" in office.get(f"/people/{person_id('L-1')}").text


def test_a_way_that_is_not_open_is_shown_and_cannot_be_chosen(site: RunningSite) -> None:
    with with_ways(site, CLOCK, Ways(None, None, None, True)) as closed, closed.client() as office:
        sign_in(office, "office")
        for page in ("/letters/batch", f"/people/{person_id('L-1')}/letter"):
            shown = office.get(page).text
            for way in ("mail", "sms", "wechat"):
                assert f'<option value="{way}" disabled>' in shown
            assert '<option value="print" selected>' in shown and "（还没有开通）" in shown
        how = office.get("/letters").text
        assert "JINXI_SMTP=smtp.example.com:587" in how and "重新启动" in how


def test_the_gateways_secret_stands_on_no_page_before_it_is_asked_for_and_the_audit_tells_who_did(
    site: RunningSite,
) -> None:
    with site.client() as office:
        sign_in(office, "office")
        page = office.get("/letters").text
        assert "whsec_" not in page
        shown = office.post("/letters/secret", data={"form_token": token_in(page)}).text
        secret = gateway_secret(site.site.keyring)
        assert secret in shown
        audit = office.get("/audit?kind=looked").text
        assert "信件网关的密钥" in audit and secret not in audit
