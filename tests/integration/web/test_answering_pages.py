"""A request is entered on the person's page and answered with the act itself, in one flow."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from campaigns.ids import person_id
from campaigns.intake import Credential
from crm.accounts.access import accesses_of_cards
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from tests.examples import an_event, written
from tests.integration.web.person_events import consent, event, fields
from tests.integration.web.sites import RunningSite, card, entered, today, token_in
from tests.integration.web.standings import known_of, standings


@pytest.fixture(scope="module", autouse=True)
def people(site: RunningSite) -> None:
    for name, role in (
        ("office", "headquarters"),
        ("law", "compliance"),
        ("law-2", "compliance"),
        ("field", "staff"),
    ):
        site.user(name, role)  # type: ignore[arg-type]


@pytest.fixture
def field(site: RunningSite) -> Iterator[httpx.Client]:
    yield from entered(site, "field")


@pytest.fixture
def law(site: RunningSite) -> Iterator[httpx.Client]:
    yield from entered(site, "law")


@pytest.fixture
def office(site: RunningSite) -> Iterator[httpx.Client]:
    yield from entered(site, "office")


def ask(client: httpx.Client, card_id: str, kind: str, by: str = "self") -> str:
    """Enter a request on the page of a person; returns its address."""
    address = f"/people/{person_id(card_id)}/request"
    typed = {"kind": kind, "asked_by": by, "channel": "visit", "received_on": str(today())}
    answer = client.post(address, data={**fields(client.get(address).text), **typed})
    if answer.status_code == 200 and "请看一眼" in answer.text:
        answer = client.post(address, data={**fields(answer.text), **typed})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("?")[0]


def close(client: httpx.Client, path: str) -> httpx.Response:
    """Grant it with what the page offers."""
    page = client.get(path).text
    offered = re.findall(r'name="event" value="([^"]+)"', page)
    form = {"form_token": token_in(page), "outcome": "granted"}
    return client.post(f"{path}/close", data=form | ({"event": offered[0]} if offered else {}))


def test_a_correction_is_made_from_the_request_and_closes_it(
    site: RunningSite, office: httpx.Client
) -> None:
    site.accept(card("Q-1", "何更正", "13700007001"))
    path = ask(office, "Q-1", "correct")
    assert close(office, path).status_code == 400
    (link,) = re.findall(rf'href="(/people/Q-1/correct\?back={path})"', office.get(path).text)
    page = office.get(link).text
    typed = {**fields(page), "address": "长安街2号"}
    answer = office.post("/people/Q-1/correct", data=typed)
    assert answer.headers["location"].startswith(f"{path}?said=")
    site.work()
    assert close(office, path).status_code == 303
    assert "已照办" in office.get(path).text
    listed = office.get(f"/people/{person_id('Q-1')}").text
    assert f'href="{path}"' in listed


def test_who_hears_in_a_hall_that_somebody_wants_to_be_deleted_enters_it_and_others_answer(
    site: RunningSite, field: httpx.Client, law: httpx.Client
) -> None:
    site.accept(card("Q-hall", "孙都删", "13700007077"))
    archive = f"/people/{person_id('Q-hall')}"
    assert f'href="{archive}/request"' in field.get(archive).text
    assert '"activity" selected' in field.get(f"{archive}/request").text
    assert '"activity" selected' not in law.get(f"{archive}/request").text
    assert ask(field, "Q-hall", "erase") == f"{archive}#requests"
    page = field.get(archive).text.partition('id="requests"')[2].partition("</section>")[0]
    assert "删除" in page and "最迟" in page and "由总部或合规办理" in page
    assert "/rights/" not in page
    assert field.get("/rights").status_code == 403
    (path,) = re.findall(r'href="(/rights/[0-9a-f-]{36})"', law.get(archive).text)
    assert field.get(path).status_code == 403
    assert "看会删掉什么" in law.get(path).text


def test_what_somebody_asked_for_is_shown_to_no_other_field_staff(
    site: RunningSite, law: httpx.Client, field: httpx.Client
) -> None:
    site.accept(card("Q-other", "孙别人", "13700007078"))
    ask(law, "Q-other", "erase")
    page = field.get(f"/people/{person_id('Q-other')}").text
    assert "最迟" not in page and "由总部或合规办理、答复本人" not in page


def test_where_an_act_leads_back_to_is_a_request_and_nothing_else(
    site: RunningSite, office: httpx.Client
) -> None:
    site.accept(card("Q-2", "吕别处", "13700007002"))
    page = office.get("/people/Q-2/correct?back=https://elsewhere.example/").text
    typed = {**fields(page), "address": "长安街3号"}
    answer = office.post("/people/Q-2/correct", data=typed)
    assert answer.headers["location"].startswith(f"/people/{person_id('Q-2')}?said=")


def test_a_withdrawal_is_said_from_the_request_and_closes_it(
    site: RunningSite, law: httpx.Client
) -> None:
    site.accept(card("Q-3", "施撤回", "13700007003"), consent("Q-3"))
    path = ask(law, "Q-3", "withdraw")
    page = law.get(path).text
    form = page[page.index('action="/people/Q-3/withdraw"') :].partition("</form>")[0]
    sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    answer = law.post("/people/Q-3/withdraw", data=sent)
    assert answer.headers["location"].partition("?said=")[0] == path
    site.work()
    assert standings(site, "Q-3")["archive", None] == "withdrawn"
    assert close(law, path).status_code == 303


def test_the_persons_own_copy_is_made_from_the_request_and_leaves_a_trace(
    site: RunningSite, law: httpx.Client
) -> None:
    site.accept(card("Q-4", "张一份", "13700007004"))
    path = ask(law, "Q-4", "copy")
    made = law.post(f"{path}/own-copy", data={"form_token": token_in(law.get(path).text)})
    assert made.content.startswith(b"%PDF-")
    assert "张一份" not in made.headers["content-disposition"]
    with reading(site.site.engine) as connection:
        looks = accesses_of_cards(HEADQUARTERS_SCOPE, connection, ["Q-4"])
    assert [look.field for look in looks] == ["own_copy"]
    assert close(law, path).status_code == 303


def test_everything_in_plain_is_for_who_asks_for_it_now(
    site: RunningSite, law: httpx.Client
) -> None:
    site.accept(card("Q-9", "张不给", "13700007009"))
    wrong = ask(law, "Q-9", "erase")
    token = token_in(law.get(wrong).text)
    assert law.post(f"{wrong}/own-copy", data={"form_token": token}).status_code == 404
    path = ask(law, "Q-9", "copy")
    law.post(f"{path}/own-copy", data={"form_token": token})
    assert close(law, path).status_code == 303
    assert law.post(f"{path}/own-copy", data={"form_token": token}).status_code == 404


def test_an_erasure_shows_what_goes_and_is_done_by_somebody_else_than_who_entered_it(
    site: RunningSite, law: httpx.Client
) -> None:
    bought = {"purchase_id": "P-q5", "sku": "JX-B2", "quantity": 1, "unit_price_fen": 59_700}
    bought |= {"serials": ["SN-77"]}
    site.accept(
        *(card("Q-5", "孔忘掉", "13700007005"), card("Q-6", "孔忘掉", "13700007005")),
        event("purchase.made", "Q-5", channel="dealer", **bought),
    )
    path = ask(law, "Q-5", "erase")
    own = law.get(f"{path}/erase").text
    assert (
        "2 张档案卡" in own and "1 条试用和购买" in own and "SN-77" in own and "永远删除" not in own
    )
    can = re.search(r"可以请 ([^<]*) 来做", own)
    assert can and "law-2" in can[1].split("、") and "law" not in can[1].split("、")
    form = {"form_token": token_in(own), "form_id": "0" * 8 + "-0000" * 3 + "-" + "0" * 12}
    assert law.post(f"{path}/erase", data={**form, "proven": "1"}).status_code == 422
    for other in entered(site, "law-2"):
        page = other.get(f"{path}/erase").text
        unproven = other.post(f"{path}/erase", data=fields(page))
        assert unproven.status_code == 422
        answer = other.post(f"{path}/erase", data={**fields(page), "proven": "1"})
        assert answer.headers["location"].startswith(f"{path}?said=")
        site.work()
        for card_id in ("Q-5", "Q-6"):
            assert [each["erased"] for each in known_of(site, card_id)["cards"]] == [True]
        assert close(other, path).status_code == 303
        assert other.get(f"{path}/erase").status_code == 404
    assert "找不回来" in law.get("/people/Q-5").text
    letter = law.get(f"{path}/answer.pdf")
    assert letter.headers["content-type"] == "application/pdf" and letter.content[:4] == b"%PDF"
    assert f"{path}/answer.pdf" in law.get(path).text


def test_a_request_that_its_person_does_not_want_any_more_is_neither_refused_nor_done(
    site: RunningSite, law: httpx.Client
) -> None:
    site.accept(card("Q-60", "邵回心", "13700007060"))
    path = ask(law, "Q-60", "erase")
    assert law.get(f"{path}/answer.pdf").status_code == 404
    form = {"form_token": token_in(law.get(path).text), "outcome": "taken_back"}
    assert law.post(f"{path}/close", data=form).status_code == 303
    page = law.get(path).text
    assert "提出的人收回了" in page and "永远删除" not in page
    assert law.get(f"{path}/answer.pdf").status_code == 200


def test_restricted_people_are_listed_for_compliance_alone(
    site: RunningSite, law: httpx.Client, office: httpx.Client
) -> None:
    site.accept(
        card("Q-7", "曹限制", "13700007007"), event("consent.refused", "Q-7", purpose="archive")
    )
    page = law.get("/restricted").text
    assert person_id("Q-7") in page
    asked = {"form_token": token_in(page), "file": "csv", "sort": "born"}
    taken = law.post("/restricted", data=asked)
    assert taken.headers["content-disposition"].startswith('attachment; filename="restricted-')
    assert len(taken.text.splitlines()) - 1 == page.count('href="/people/')
    assert office.get("/restricted").status_code == 403
    assert 'href="/restricted"' not in office.get("/").text


def test_what_two_parties_claim_is_told_in_words(site: RunningSite, office: httpx.Client) -> None:

    site.accept(card("Q-8", "严先来", "13700007008"))
    late = card("Q-8", "严后到", "13700007009") | {"id": "late", "source": "/dealers/D9"}
    site.site.intake.accept([written(late)], Credential("dealer", "t-d9", "D9"))
    site.work()
    page = office.get("/clashes").text
    assert "Q-8" in page and "dealer/D9" in page and "公司" in page


def test_what_was_entered_is_confirmed_and_a_copy_that_was_made_stands_in_what_was_done(
    site: RunningSite, law: httpx.Client
) -> None:
    site.accept(card("Q-41", "程登记", "13700007041"))
    address = f"/people/{person_id('Q-41')}/request"
    typed = {"kind": "copy", "asked_by": "self", "channel": "visit", "received_on": str(today())}
    answer = law.post(address, data={**fields(law.get(address).text), **typed})
    page = law.get(answer.headers["location"]).text
    assert "已登记：查阅、复制" in page and "还没有处理" in page
    path = answer.headers["location"].partition("?")[0]
    made = law.post(f"{path}/own-copy", data={"form_token": token_in(page)})
    assert made.status_code == 200
    done = law.get(path).text
    assert "做了一份给本人" in done.partition("经过")[2] and "还没有处理" not in done


def test_after_an_erasure_the_archive_offers_and_claims_nothing_that_is_gone(
    site: RunningSite, office: httpx.Client, law: httpx.Client
) -> None:
    site.accept(card("Q-42", "卢删净", "13700007042"), consent("Q-42"))
    path = ask(office, "Q-42", "erase")
    before = office.get(f"/people/{person_id('Q-42')}").text
    assert "✓ 已同意" in before and "写信或发消息" in before
    form = fields(law.get(f"{path}/erase").text) | {"proven": "1"}
    assert law.post(f"{path}/erase", data=form).status_code == 303
    site.work()
    for client in (office, law):
        page = client.get(f"/people/{person_id('Q-42')}").text
        assert "已应要求删除" in page and "随个人信息一起结束" in page
        for gone in ("✓ 已同意", "本人要撤回", "写信或发消息", "记去世", "现在算数"):
            assert gone not in page, gone
    assert "本人要求" in law.get(f"/people/{person_id('Q-42')}").text
    done = law.get(path).text.partition("经过")[2]
    assert "删除个人信息" in done and "还没有处理" not in done.partition("<h2>")[0]


def test_a_relatives_request_for_the_living_is_doubted_once_and_entered(
    site: RunningSite, law: httpx.Client
) -> None:
    site.accept(card("Q-50", "柳在世", "13700007050"))
    address = f"/people/{person_id('Q-50')}/request"
    typed = {"kind": "erase", "asked_by": "relative", "channel": "phone"}
    typed["received_on"] = str(today())
    doubted = law.post(address, data={**fields(law.get(address).text), **typed})
    assert doubted.status_code == 200 and "只能拒绝" in doubted.text
    answer = law.post(address, data={**fields(doubted.text), **typed})
    assert answer.status_code == 303
    page = law.get(answer.headers["location"]).text
    assert "已登记：删除" in page and "只能拒绝，或请有权的人另提一次" in page


@pytest.mark.parametrize("by", ["self", "guardian"])
def test_nobody_speaks_as_or_for_the_dead_without_being_asked_about_it_once(
    site: RunningSite, law: httpx.Client, by: str
) -> None:
    card_id = f"Q-54-{by}"
    site.accept(
        card(card_id, "柳已去", f"137000073{len(by):02}"), event("person.deceased", card_id)
    )
    address = f"/people/{person_id(card_id)}/request"
    typed = {"kind": "copy", "asked_by": by, "channel": "phone", "received_on": str(today())}
    doubted = law.post(address, data={**fields(law.get(address).text), **typed})
    assert doubted.status_code == 200 and "档案里记着本人已去世" in doubted.text
    asked = {**fields(law.get(address).text), **typed, "asked_by": "relative"}
    assert law.post(address, data=asked).status_code == 303
    # What was asked before the death is entered as it was.
    assert law.post(address, data={**fields(doubted.text), **typed}).status_code == 303


@pytest.mark.parametrize("kind", ["erase", "copy", "correct", "withdraw"])
def test_nothing_is_done_from_a_request_that_can_only_be_refused(
    site: RunningSite, law: httpx.Client, office: httpx.Client, kind: str
) -> None:
    card_id = f"Q-51-{kind}"
    site.accept(card(card_id, "柳只拒", f"137000071{len(card_id)}"), consent(card_id))
    path = ask(law, card_id, kind, "relative")
    page = office.get(path).text
    assert "<h2>照办</h2>" not in page and 'value="granted"' not in page
    assert f"{path}/erase" not in page and f"{path}/own-copy" not in page
    assert f"back={path}" not in page and "记下撤回" not in page
    at, form = {
        "erase": (f"{path}/erase", {"proven": "1"}),
        "copy": (f"{path}/own-copy", {}),
        "correct": (f"/people/{card_id}/correct", {"address": "长安街9号", "back": path}),
        "withdraw": (f"/people/{card_id}/withdraw", {"purpose": "archive", "back": path}),
    }[kind]
    own = {"form_token": token_in(page), "form_id": str(uuid4())}
    answer = office.post(at, data=own | form)
    assert (answer.status_code, "近亲属不能代为行使" in answer.text) == (400, True)
    for begun in (f"{path}/erase", f"/people/{card_id}/correct?back={path}"):
        if kind in begun:
            assert office.get(begun).status_code == 400
    site.work()
    assert standings(site, card_id)["archive", None] == "given"
    assert not known_of(site, card_id)["cards"][0]["erased"]
    assert office.get(path).text.count("做了一份给本人") == 0
    assert close(law, path).status_code == 400
    refused = {"form_token": token_in(page), "outcome": "refused", "reason": "other"}
    assert office.post(f"{path}/close", data=refused).status_code == 303


@pytest.mark.parametrize(
    ("by", "told"), [("self", "本人提出"), ("guardian", "监护人"), ("relative", "本人已经去世")]
)
def test_who_erases_confirms_of_the_one_who_asked_that_they_may(
    site: RunningSite, law: httpx.Client, office: httpx.Client, by: str, told: str
) -> None:
    card_id = f"Q-52-{by}"
    site.accept(card(card_id, "柳可以", f"137000072{len(card_id)}"))
    if by == "relative":
        site.accept(event("person.deceased", card_id))
    path = ask(law, card_id, "erase", by)
    page = office.get(f"{path}/erase").text
    (tick,) = re.findall(r"我核实过：[^<]*", page)
    assert told in tick and ("近亲属" in tick) == (by == "relative")


def test_nothing_of_a_request_or_its_answer_is_chosen_beforehand(
    site: RunningSite, law: httpx.Client
) -> None:
    site.accept(card("Q-53", "柳没选", "13700007053"))
    address = f"/people/{person_id('Q-53')}/request"
    path = ask(law, "Q-53", "copy")
    for page, names in (
        (law.get(address).text, ("kind", "asked_by", "channel")),
        (law.get("/rights").text, ("kind", "asked_by", "channel")),
        (law.get(path).text, ("outcome", "reason")),
    ):
        for name in names:
            (choice,) = re.findall(rf'<select id="{name}".*?</select>', page, re.DOTALL)
            assert '<option value="">' in choice and " selected" not in choice
            assert choice.index('value=""') == choice.index("value=")
    unsaid = law.post(address, data=fields(law.get(address).text))
    assert (unsaid.status_code, "还没有选" in unsaid.text) == (422, True)
    form = {"form_token": token_in(law.get(path).text), "text": "已寄出"}
    unchosen = law.post(f"{path}/close", data=form)
    assert unchosen.status_code == 400 and "这一项还没有选" in unchosen.text
    assert "已寄出</textarea>" in unchosen.text


def test_a_request_shows_whose_it_is_by_the_masked_name(
    site: RunningSite, law: httpx.Client
) -> None:
    site.accept(card("Q-54", "柳有名", "13700007054"))
    path = ask(law, "Q-54", "copy")
    assert "柳*名" in law.get(path).text and "柳有名" not in law.get(path).text
    (listed,) = re.findall(rf'<a href="{path}">.*?</tr>', law.get("/rights").text, re.DOTALL)
    assert "柳*名" in listed and "Q-54" not in listed


def test_what_only_others_may_do_names_their_roles(site: RunningSite, law: httpx.Client) -> None:
    site.accept(card("Q-55", "柳别人", "13700007055"))
    path = ask(law, "Q-55", "correct")
    assert "这件事要由总部、现场工作人员来办。" in law.get(path).text


def test_everything_that_stands_is_withdrawn_with_one_tap(
    site: RunningSite, law: httpx.Client
) -> None:
    site.accept(card("Q-61", "邵全撤", "13700007061"), consent("Q-61"))
    site.accept(consent("Q-61", purpose="marketing"))
    path = ask(law, "Q-61", "withdraw")
    page = law.get(path).text
    form = page[: page.index("样全部撤回")].rpartition("<form")[2]
    data = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    assert law.post("/people/Q-61/withdraw", data=data).status_code == 303
    site.work()
    assert "given" not in standings(site, "Q-61").values()


def test_what_is_withdrawn_from_a_dealer_calls_it_by_its_name(
    site: RunningSite, law: httpx.Client
) -> None:
    contract: dict[str, Any] = {"dealer": "D-named", "contract_id": "K-n", "name": "晨光器械"}
    contract |= {"regions": ["650000"], "kind": "exclusive", "starts_on": "2026-01-01"}
    site.accept(an_event("dealer.contracted", contract), card("Q-62", "邵有名", "13700007062"))
    site.accept(consent("Q-62", purpose="share_with_dealer", dealer="D-named"))
    page = law.get(ask(law, "Q-62", "withdraw")).text
    assert "记下撤回：交给经销商一份 晨光器械<" in page
