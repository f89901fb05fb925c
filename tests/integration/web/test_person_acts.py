"""Whatever can be said of a person is said on the person's page, and is an event like any other."""

import base64
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from html import unescape
from typing import Any

import httpx
import pytest

from campaigns.ids import person_id, short_number
from crm.attachments.store import AttachmentStore
from crm.journal.events import JOURNAL
from crm.storage.database import reading
from crm.web.view.person_acts import ACTS
from tests.integration.feed.dealers import contract
from tests.integration.web.acting import fill_in, sent_again
from tests.integration.web.person_events import event, fields
from tests.integration.web.sites import RunningSite, activity_today, card, sign_in, today, token_in
from tests.integration.web.standings import known_of

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
SCAN = "data:image/png;base64," + base64.b64encode(PNG).decode()


@pytest.fixture(scope="module", autouse=True)
def people(site: RunningSite) -> None:
    for name, role in (("office", "headquarters"), ("field", "staff"), ("audit", "auditor")):
        site.user(name, role)  # type: ignore[arg-type]
    site.accept(activity_today(), contract("D1"))


def signed_in(site: RunningSite, name: str) -> Iterator[httpx.Client]:
    with site.client() as client:
        sign_in(client, name)
        yield client


@pytest.fixture
def office(site: RunningSite) -> Iterator[httpx.Client]:
    yield from signed_in(site, "office")


@pytest.fixture
def field(site: RunningSite) -> Iterator[httpx.Client]:
    yield from signed_in(site, "field")


def say(
    client: httpx.Client, card_id: str, path: str, typed: Mapping[str, str], **given: str
) -> httpx.Response:
    """Open the form of an act, fill it in, send it."""
    address = f"/people/{person_id(card_id)}/{path}"
    page = client.get(address, params=given)
    assert page.status_code == 200, page.text
    return client.post(address, data={**fields(page.text), **typed})


def say_twice(
    client: httpx.Client, card_id: str, path: str, typed: Mapping[str, str]
) -> tuple[httpx.Response, httpx.Response]:
    """The same, where what would change is told first: (what was told, what was answered)."""
    told = say(client, card_id, path, typed)
    assert told.status_code == 200 and "请看一眼" in told.text, told.text
    address = f"/people/{person_id(card_id)}/{path}"
    return told, client.post(address, data={**fields(told.text), **typed})


def last_of(site: RunningSite, card_id: str) -> Any:
    with reading(site.site.engine) as connection:
        query = JOURNAL.select().where(JOURNAL.c.subject == f"card/{card_id}")
        return connection.execute(query.order_by(JOURNAL.c.position.desc())).first()


def test_every_act_says_an_event_of_its_type_and_the_page_tells_its_receipt(
    site: RunningSite, office: httpx.Client
) -> None:
    site.accept(
        *(card("A-1", "吴每样", "13700005551"), card("A-2", "吴另卡", "13700005552")),
        *(card("A-3", "郑分开", "13700005553"), card("A-4", "郑分开", "13700005553")),
        event("complaint.raised", "A-1", complaint_id="K-1", kind="service"),
    )
    typed: dict[str, dict[str, str]] = {
        "correct": {"address": "和平路9号"},
        "consent": {"purpose": "archive", "method": "paper", "by": "self"},
        "refuse": {"purpose": "marketing"},
        "relation": {"other_card_id": "A-2", "relation": "child"},
        "deceased": {},
        "same": {"other_card_id": "A-2", "reason_code": "same_document"},
        "different": {"other_card_id": "A-4", "reason_code": "relatives_share_phone"},
        "undecided": {"other_card_id": "A-4"},
        "resolve": {"complaint_id": "K-1", "text": "换了新的"},
        "void": {"of_source": "/sheets/D1", "of_id": "card-A-2", "reason_code": "typed_wrong"},
    }
    assert typed.keys() == {act.path for act in ACTS}
    of_card = {"different": "A-3", "undecided": "A-3", "void": "A-2", "same": "A-1"}
    for act in ACTS:
        card_id = of_card.get(act.path, "A-1")
        given = {
            name: typed[act.path][name] for name in ("of_source", "of_id") if act.path == "void"
        }
        said = typed[act.path] | {"card_id": card_id}
        answer = say(office, card_id, act.path, said, **given)
        if answer.status_code == 200:  # What would change is told first.
            again = {**fields(answer.text), **said}
            answer = office.post(f"/people/{person_id(card_id)}/{act.path}", data=again)
        assert answer.status_code == 303, (act.path, answer.text)
        page = office.get(answer.headers["location"]).text
        assert "已收下" in page and "回执号" in page
        site.work()
        assert last_of(site, card_id).type == act.says


def test_a_correction_names_what_was_written_and_clears_what_was_ticked(
    site: RunningSite, office: httpx.Client
) -> None:
    site.accept(card("B-1", "冯更正", "13700005561"))
    say(office, "B-1", "correct", {"phones": "13700005562、13700005563", "clear_sex": "1"})
    site.work()
    (known,) = known_of(site, "B-1")["cards"]
    assert known["contact"]["phones"] == ("13700005562", "13700005563")
    assert "sex" not in known["person"]
    assert known["person"]["name"] == "冯更正"


def test_a_correction_sees_what_stands_there_masked_and_the_timeline_says_which_fields_it_was(
    site: RunningSite, office: httpx.Client
) -> None:
    written = card("B-31", "魏看得见", "13700005599")
    written["data"] |= {"region": "130102"}
    bare = card("B-32", "魏看得见", "13700005599")
    bare["data"]["person"] = {"name": "魏看得见", "birth_date": "1950-04-05"}
    site.accept(written, bare)
    path = f"/people/{person_id('B-31')}"
    page = office.get(f"{path}/correct").text
    assert "现在写着" in page and "魏**见" in page and "137****5599" in page
    assert "魏看得见" not in page and "13700005599" not in page
    assert f'action="{path}/reveal"' in page, "it opens by the same tap"
    choices = page.partition('<select id="card_id"')[2].partition("</select>")[0]
    assert "活动现场" in choices and "河北省石家庄市长安区" in choices and "月" in choices
    assert page.count("<summary>清空</summary>") > 5, "clearing is not loud"
    wrong = say(office, "B-31", "correct", {"card_id": "B-31", "region": "朝阳区"})
    assert wrong.status_code == 422 and "不止一个" in wrong.text
    right = {"card_id": "B-31", "region": "北京市朝阳区", "address": "新街9号"}
    assert say(office, "B-31", "correct", right).status_code == 303
    site.work()
    (known,) = [each for each in known_of(site, "B-31")["cards"] if each["card_id"] == "B-31"]
    assert known["region"] == "110105"
    timeline = office.get(path).text.partition('id="timeline"')[2]
    said = timeline.partition("改了：")[2].partition("</span>")[0]
    assert "住址" in said and "地区" in said and "新街" not in timeline


def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(
    site: RunningSite, office: httpx.Client
) -> None:
    site.accept(card("B-2", "陈写错", "13700005564"))
    answer = say(office, "B-2", "correct", {"birth_year": "19500", "address": "新街1号"})
    assert answer.status_code == 422
    assert 'id="birth_year-fault"' in answer.text and "新街1号" in answer.text
    assert say(office, "B-2", "correct", {}).status_code == 422
    doubt = say(office, "B-2", "correct", {"phones": "12345"})
    assert doubt.status_code == 200 and "请看一眼" in doubt.text
    again = fields(doubt.text) | {"phones": "12345"}
    assert office.post(f"/people/{person_id('B-2')}/correct", data=again).status_code == 303


def test_a_second_tap_says_it_once(site: RunningSite, office: httpx.Client) -> None:
    site.accept(card("B-3", "褚一次", "13700005565"))
    address = f"/people/{person_id('B-3')}/refuse"
    form = fields(office.get(address).text) | {"purpose": "club"}
    assert [office.post(address, data=form).status_code for _ in range(2)] == [303, 303]
    site.work()
    assert [word["word"] for word in known_of(site, "B-3")["consents"]] == ["refused"]


def test_a_consent_keeps_its_evidence_and_the_day_on_which_it_was_said(
    site: RunningSite, office: httpx.Client
) -> None:
    site.accept(card("B-4", "卫凭据", "13700005566"))
    day = str(today() - timedelta(days=3))
    typed = {"purpose": "share_with_dealer", "dealer": "D1", "method": "paper", "by": "self"}
    typed |= {"categories_identity": "1", "signature": SCAN, "day": day}
    assert say(office, "B-4", "consent", typed).status_code == 303
    site.work()
    (word,) = known_of(site, "B-4")["consents"]
    assert word["evidence_kept"] and word["categories"] == ["identity"]
    assert (word["timeprecision"], word["time"][:10]) == ("day", day)
    kept = AttachmentStore(site.site.keyring).get("B-4", word["evidence_sha256"])
    assert kept is not None and kept.content == PNG


def test_somebody_is_found_by_search_and_nothing_is_said_until_one_is_chosen(
    site: RunningSite, office: httpx.Client
) -> None:
    site.accept(card("B-5", "蒋母亲", "13700005567"), card("B-6", "沈女儿", "13700005568"))
    found = say(office, "B-5", "relation", {"find": "沈", "relation": "child", "step": "find"})
    assert found.status_code == 200 and 'value="B-6"' in found.text
    assert last_of(site, "B-5").type == "card.registered"
    say(office, "B-5", "relation", {"other_card_id": "B-6", "relation": "child"})
    site.work()
    assert f'href="/people/{person_id("B-6")}"' in office.get(f"/people/{person_id('B-5')}").text
    other = office.get(f"/people/{person_id('B-6')}").text
    assert f'href="/people/{person_id("B-5")}"' in other and "父母" in other


def test_staff_take_back_their_own_word_alone(site: RunningSite, field: httpx.Client) -> None:
    site.accept(card("B-7", "韩自己", "13700005569"))
    say(field, "B-7", "refuse", {"purpose": "marketing"})
    site.work()
    page = field.get(f"/people/{person_id('B-7')}").text
    (mine,) = re.findall(r'class="back" href="([^"]+)"', page)
    assert unescape(mine).endswith("-1")
    foreign = {"of_source": "/sheets/D1", "of_id": "card-B-7"}
    assert field.get(f"/people/{person_id('B-7')}/void", params=foreign).status_code == 404
    form = fields(field.get(unescape(mine)).text)
    gone = form | foreign | {"reason_code": "typed_wrong"}
    assert field.post(f"/people/{person_id('B-7')}/void", data=gone).status_code == 404
    own = form | {"reason_code": "did_not_happen"}
    assert field.post(f"/people/{person_id('B-7')}/void", data=own).status_code == 303
    site.work()
    assert known_of(site, "B-7")["consents"] == []


def test_a_card_that_was_used_for_two_people_has_a_way_out_for_who_may_go_it(
    site: RunningSite, field: httpx.Client, office: httpx.Client
) -> None:
    site.accept(card("B-two", "两个人", "13700005599"))
    path = f"/people/{person_id('B-two')}"
    for client in (field, office):
        told = client.get(path).text.partition("一张卡上写了两个人？")[2].partition("</details>")[0]
        links = re.findall(r'href="(/[^"#]+)"', told)
        assert "撤销" in told and "#timeline" in told and f"{path}/correct" in links
        assert [client.get(link).status_code for link in links] == [200] * len(links)
    for client in signed_in(site, "audit"):
        assert "一张卡上写了两个人" not in client.get(path).text


def test_whoever_only_looks_is_shown_no_act(site: RunningSite) -> None:
    site.accept(card("B-8", "杨只看", "13700005570"))
    for client in signed_in(site, "audit"):
        page = client.get(f"/people/{person_id('B-8')}").text
        paths = {f"/people/{person_id('B-8')}/{act.path}" for act in ACTS}
        assert not any(f'href="{path}' in page for path in paths)
        for path in paths:
            assert client.get(path).status_code == 403
            assert client.post(path, data={"form_token": token_in(page)}).status_code == 403


def test_the_page_shows_a_day_as_it_stood_and_says_nothing_then(
    site: RunningSite, office: httpx.Client
) -> None:
    site.accept(card("B-9", "朱当时", "13700005571"))
    say(office, "B-9", "deceased", {})
    site.work()
    name = person_id("B-9")
    assert "此人已去世" in office.get(f"/people/{name}").text
    then = office.get(f"/people/{name}?at={today() - timedelta(days=1)}").text
    assert "此人已去世" not in then and "/correct" not in then
    assert office.get(f"/people/{name}?at={today() - timedelta(days=9)}").status_code == 404
    assert office.get(f"/people/{name}?at=0001-01-01").status_code == 200


def test_readings_open_by_a_tap_that_is_kept_and_are_a_picture_with_its_table(
    site: RunningSite, office: httpx.Client
) -> None:
    first = event("clinic.consulted", "B-10", health={"systolic_mmhg": 151, "diastolic_mmhg": 93})
    second = event("clinic.consulted", "B-10", health={"systolic_mmhg": 139, "diastolic_mmhg": 88})
    second |= {"id": "later", "time": f"{today() - timedelta(days=1)}T15:00:00+08:00"}
    site.accept(card("B-10", "秦血压", "13700005572"), first, second)
    address = f"/people/{person_id('B-10')}"
    page = office.get(address).text
    assert not re.search(r"\b151\b", page) and "<polyline" not in page
    opened = office.post(f"{address}/readings", data={"form_token": token_in(page)}).text
    assert "<polyline" in opened and "<td>151</td>" in opened
    assert "测量记录" in office.get(address).text.partition("谁点开过")[2]


def test_the_page_tells_trials_purchases_complaints_copies_and_what_is_due(
    site: RunningSite, office: httpx.Client
) -> None:
    trial = event("trial.started", "B-11", trial_id="T-11", sku="JX-B4", serial="SN-11")
    trial["time"] = f"{today() - timedelta(days=5)}T11:00:00+08:00"
    registered = card("B-11", "尤全部", "13700005573")
    registered["time"] = f"{today() - timedelta(days=6)}T11:00:00+08:00"
    bought = {"purchase_id": "P-11", "sku": "JX-B2", "quantity": 2, "unit_price_fen": 59_700}
    returned = {"purchase_id": "P-11", "return_id": "R-11", "quantity": 1, "reason_code": "quality"}
    site.accept(
        registered,
        trial,
        event("purchase.made", "B-11", channel="dealer", serials=["SN-12"], **bought),
        event("purchase.returned", "B-11", **returned),
        event("complaint.raised", "B-11", complaint_id="K-11", kind="effect"),
    )
    page = office.get(f"/people/{person_id('B-11')}").text
    for told in (
        "SN-11",
        "还在试用",
        "SN-12",
        "已退 1",
        "投诉已解决",
        "过期 2 天",
        "哪家经销商都没有",
    ):
        assert told in page, told
    only = office.get(f"/people/{person_id('B-11')}?only=sales").text.partition('id="timeline"')[2]
    assert "开始试用" in only and "写档案卡" not in only


def test_a_void_is_an_event_of_the_card_and_takes_the_line_out_of_the_count(
    site: RunningSite, office: httpx.Client
) -> None:
    site.accept(card("B-12", "许撤销", "13700005574"))
    gift = event("gift.given", "B-12", item="毛巾", value_fen=500)
    site.accept(gift)
    given = {"of_source": gift["source"], "of_id": gift["id"]}
    typed = {"reason_code": "did_not_happen"}
    assert say(office, "B-12", "void", typed, **given).status_code == 303
    site.work()
    outcomes = {i["type"]: i["outcome"] for i in known_of(site, "B-12")["timeline"]}
    assert outcomes["gift.given"] == "voided"
    assert last_of(site, "B-12").id != gift["id"]


def test_what_a_merge_and_its_undoing_change_is_told_before_either_and_all_comes_back(
    site: RunningSite, office: httpx.Client
) -> None:
    share = {"purpose": "share_with_dealer", "dealer": "D1", "method": "paper", "by": "self"}
    share |= {"categories_identity": "1", "signature": SCAN}
    site.accept(card("M-1", "华合并", "13700006601"), card("M-2", "金合并", "13700006602"))
    say(office, "M-1", "consent", share)
    site.work()
    before = [known_of(site, name) for name in ("M-1", "M-2")]
    same = {"other_card_id": "M-2", "reason_code": "same_document"}
    told, answer = say_twice(office, "M-1", "same", same)
    assert "患者档案从 2 份变成 1 份" in told.text
    assert answer.status_code == 303
    site.work()
    assert known_of(site, "M-1")["person_id"] == known_of(site, "M-2")["person_id"]
    told, answer = say_twice(office, "M-1", "undecided", {"other_card_id": "M-2"})
    assert "患者档案从 1 份变成 2 份" in told.text
    assert answer.status_code == 303
    site.work()
    after = [known_of(site, name) for name in ("M-1", "M-2")]
    assert [known["consents"] for known in after] == [known["consents"] for known in before]
    assert [known["person_id"] for known in after] == [known["person_id"] for known in before]


def test_taking_back_a_consent_tells_whose_copy_loses_a_row_before_it_is_said(
    site: RunningSite, office: httpx.Client
) -> None:
    of_beijing = card("M-3", "陶收回", "13700006603")
    of_beijing["data"]["region"] = "110105"
    site.accept(of_beijing)
    archive = {"purpose": "archive", "method": "paper", "by": "self", "signature": SCAN}
    say(office, "M-3", "consent", archive)
    share = archive | {"purpose": "share_with_dealer", "dealer": "D1", "categories_identity": "1"}
    say(office, "M-3", "consent", share)
    site.work()
    page = office.get(f"/people/{person_id('M-3')}").text
    links = [unescape(link) for link in re.findall(r'class="back" href="([^"]+)"', page)]
    told = []
    for link in links:
        form = fields(office.get(link).text) | {"reason_code": "typed_wrong"}
        told.append(office.post(link.partition("?")[0], data=form).text)
    assert any("的副本少 1 行" in text for text in told)


def test_who_sees_no_copies_is_not_told_which_dealer_holds_one(
    site: RunningSite, office: httpx.Client, field: httpx.Client
) -> None:
    told = {}
    for client, name in ((field, "N-1"), (office, "N-2")):
        of_beijing = card(name, "姜持有", "13700006609")
        of_beijing["data"]["region"] = "110105"
        consents = [
            event("consent.given", name, purpose=purpose, method="paper", by="self", **more)
            for purpose, more in (("archive", {}), ("share_with_dealer", {"dealer": "D1"}))
        ]
        for number, each in enumerate(consents):
            each["id"] = f"{name}-{number}"
            each["data"]["notice_version"] = "3"
        site.accept(of_beijing, *consents)
        site.work()
        told[name] = say(client, name, "deceased", {}).text
    assert "经销商的副本会跟着改" in told["N-1"] and "D1 的副本" not in told["N-1"]
    assert "的副本有 1 行会改" in told["N-2"]


@pytest.mark.parametrize("path", ["consent", "refuse"])
def test_what_the_dead_would_say_now_is_asked_about_once_and_nothing_offers_to_write_to_them(
    site: RunningSite, office: httpx.Client, path: str
) -> None:
    name = f"N-3-{path}"
    site.accept(card(name, "姜已去", f"137000067{len(path):02}"))
    site.work()
    assert "写信或发消息" in office.get(f"/people/{person_id(name)}").text
    site.accept(event("person.deceased", name))
    site.work()
    assert "写信或发消息" not in office.get(f"/people/{person_id(name)}").text
    told, answer = say_twice(
        office, name, path, {"purpose": "archive", "method": "paper", "by": "self"}
    )
    assert "只补记去世以前说过的" in told.text
    assert answer.status_code == 303


def test_a_correction_that_parts_two_cards_of_one_person_is_asked_about_first(
    site: RunningSite, office: httpx.Client
) -> None:
    site.accept(card("O-1", "戚同人", "13700006611"), card("O-2", "戚同人", "13700006611"))
    site.work()
    assert known_of(site, "O-1")["person_id"] == known_of(site, "O-2")["person_id"]
    one = {"card_id": "O-1", "phones": "13700006612"}
    told, answer = say_twice(office, "O-1", "correct", one)
    assert "患者档案从 1 份变成 2 份" in told.text
    assert answer.status_code == 303
    other = {"card_id": "O-1", "address": "和平路1号"}
    assert say(office, "O-1", "correct", other).status_code == 303


def test_a_correction_of_somebody_with_two_cards_asks_which_and_may_be_of_all(
    site: RunningSite, office: httpx.Client
) -> None:
    first, second = (card(name, "戚两卡", "13700006621") for name in ("O-3", "O-4"))
    first["data"]["region"] = "110105"
    site.accept(first, second)
    path = f"/people/{person_id('O-3')}"
    page = office.get(path).text
    assert "<dt>地区</dt><dd>北京市朝阳区</dd>" in page
    asked = say(office, "O-3", "correct", {"phones": "13700006622"})
    assert asked.status_code == 422 and "请选改哪一张" in asked.text
    assert 'id="card_id-fault"' in asked.text
    everywhere = {"card_id": "all", "phones": "13700006622", "region": "110106"}
    answer = say(office, "O-3", "correct", everywhere)
    assert answer.status_code == 303, answer.text
    site.work()
    known = known_of(site, "O-3")
    assert [each["contact"]["phones"] for each in known["cards"]] == [("13700006622",)] * 2
    page = office.get(path).text
    assert page.count("<dt>地区</dt>") == 1 and "北京市丰台区" in page
    alone = say(office, "O-3", "correct", {"card_id": "O-4", "address": "和平路2号"})
    assert alone.status_code == 303
    site.work()
    addresses = [each["contact"].get("address") for each in known_of(site, "O-3")["cards"]]
    assert sorted(addresses, key=str) == [None, "和平路2号"]


def test_what_contradicts_that_two_are_one_person_is_asked_about(
    site: RunningSite, office: httpx.Client
) -> None:
    other = card("S-2", "滕对照", "13700004402")
    other["data"]["person"] = {"name": "滕对照", "sex": "male", "birth_year": 1961}
    site.accept(card("S-1", "滕对照", "13700004401"), other)
    path = f"/people/{person_id('S-1')}/same"
    said = {"other_card_id": "S-2", "find": "滕对照", "reason_code": "known_to_staff"}
    answer = fill_in(office, path, said)
    assert answer.status_code == 200
    assert "性别对不上：这一边写的是女，那一边写的是男" in answer.text
    assert "差 11 年" in answer.text
    assert sent_again(office, answer, path).status_code == 303


def test_a_mail_address_is_written_masked_opened_and_a_bad_one_sent_back(
    site: RunningSite, office: httpx.Client
) -> None:
    site.accept(card("ML-1", "邮箱一", "13700008801"))
    bad = say(office, "ML-1", "correct", {"mail": "nobody at home"})
    assert bad.status_code == 422 and 'id="mail-fault"' in bad.text
    assert say(office, "ML-1", "correct", {"mail": "hers@mail.example.com"}).status_code == 303
    site.work()
    page = office.get(f"/people/{person_id('ML-1')}").text
    assert "h***@mail.example.com" in page and "hers@" not in page
    opened = {"form_token": token_in(page), "card_id": "ML-1", "field": "mail"}
    answer = office.post(f"/people/{person_id('ML-1')}/reveal", data=opened)
    assert "hers@mail.example.com" in answer.text
    assert say(office, "ML-1", "correct", {"clear_mail": "on"}).status_code == 303
    site.work()
    assert "mail.example.com" not in office.get(f"/people/{person_id('ML-1')}").text


@pytest.mark.parametrize("name", ["field", "office"])
def test_what_is_kept_and_not_used_has_all_its_forms_and_no_name_in_them(
    site: RunningSite, name: str
) -> None:
    if name == "field":
        site.accept(card("RS-1", "段限制", "13700008811"))
        site.accept(event("consent.refused", "RS-1", purpose="archive"))
    address = f"/people/{person_id('RS-1')}"
    for client in signed_in(site, name):
        acts = re.findall(rf'href="{address}/(\w+)"', client.get(address).text)
        assert {"correct", "consent", "deceased", "letter"} <= set(acts)
        for act in acts:
            page = client.get(f"{address}/{act}")
            assert page.status_code == 200, act
            assert "段" not in page.text


def test_before_a_split_it_is_said_which_card_goes_where_with_what(
    site: RunningSite, office: httpx.Client
) -> None:
    site.accept(
        *(card("SPLIT-1-a", "冯桂珍", "13700005701"), card("SPLIT-2-b", "冯桂珍", "13700005701")),
        event("consent.refused", "SPLIT-2-b", purpose="marketing"),
    )
    form = office.get(f"/people/{person_id('SPLIT-1-a')}/different").text
    choices = re.findall(r"<option value=\"SPLIT[^>]*>([^<]*)</option>", form)
    assert len(set(choices)) == 2 and all("档案卡 " in each for each in choices)
    typed = {"card_id": "SPLIT-1-a", "other_card_id": "SPLIT-2-b"}
    typed["reason_code"] = "relatives_share_phone"
    told = say(office, "SPLIT-1-a", "different", typed).text
    assert "患者档案从 1 份变成 2 份" in told
    goes = re.findall(r"其中第 \d 份是：[^<]*", told)
    assert len(goes) == 2 and "冯桂珍" not in told
    numbers = [short_number(card_id) in goes[0] for card_id in ("SPLIT-1-a", "SPLIT-2-b")]
    assert sorted(numbers) == [False, True] and sum("不同意 1" in each for each in goes) == 1


def test_why_two_cards_are_one_persons_is_said_once(
    site: RunningSite, office: httpx.Client
) -> None:
    site.accept(card("ONCE-1", "冯一遍", "13700005702"), card("ONCE-2", "冯一遍", "13700005702"))
    page = office.get(f"/people/{person_id('ONCE-1')}").text
    assert page.count("姓名读音和电话相同") == 1


def test_who_may_not_say_who_is_who_is_told_who_may(site: RunningSite) -> None:
    site.user("law-only", "compliance")
    site.accept(card("WHO-1", "冯谁定", "13700005703"))
    for law in signed_in(site, "law-only"):
        for address in ("/matching", f"/people/{person_id('WHO-1')}"):
            assert "是不是同一个人，由总部来定。" in law.get(address).text


def test_that_a_field_may_be_left_empty_is_said_once(
    office: httpx.Client, site: RunningSite
) -> None:
    site.accept(card("TOLD-1", "阮一遍", "13700008899"))
    for act in ACTS:
        if act.in_list and act.path != "different":
            page = office.get(f"/people/{person_id('TOLD-1')}/{act.path}").text
            labels = re.findall(r"<label.*?</label>|<legend.*?</legend>", page, re.DOTALL)
            assert all(label.count("可不填") <= 1 for label in labels), act.path
            assert labels


def test_calls_that_a_death_ends_are_said_to_be_cancelled(
    site: RunningSite, field: httpx.Client
) -> None:
    trial = event("trial.started", "B-calls", trial_id="T-calls", sku="JX-B4")
    trial["time"] = f"{today() - timedelta(days=1)}T11:00:00+08:00"
    registered = card("B-calls", "苗停打", "13700005599")
    registered["time"] = f"{today() - timedelta(days=2)}T11:00:00+08:00"
    site.accept(registered, trial)
    asked = say(field, "B-calls", "deceased", {}).text
    assert "取消 3 次回访。" in asked and "次回访会改" not in asked


def test_the_timeline_calls_a_dealer_by_its_name_and_says_who_agreed_for_somebody(
    site: RunningSite, office: httpx.Client
) -> None:
    site.accept(contract("D-named", "310000", name="晨光器械"))
    shared = {"purpose": "share_with_dealer", "dealer": "D-named", "by": "agent"}
    said = {"notice_version": "2026-01", "method": "paper"}
    site.accept(card("B-named", "苗有名", "13700005598"))
    site.accept(event("consent.given", "B-named", **shared, **said))
    page = office.get(f"/people/{person_id('B-named')}").text.partition('id="timeline"')[2]
    told = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", page))
    assert "晨光器械 · 纸上签字 · 本人委托的人" in told and "D-named" not in told
