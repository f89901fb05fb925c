"""Headquarters signs and ends contracts in pages; what would be refused is said beforehand."""

import re
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from campaigns.times import rfc3339
from crm.clock import now_us
from crm.copies.queries import contracts_known
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from tests.integration.web.person_events import fields
from tests.integration.web.sites import RunningSite, sign_in, today


@pytest.fixture(scope="module", autouse=True)
def people(site: RunningSite) -> None:
    site.user("office", "headquarters")
    site.user("law", "compliance")


@pytest.fixture
def office(site: RunningSite) -> Iterator[httpx.Client]:
    with site.client() as client:
        sign_in(client, "office")
        yield client


def sign(client: httpx.Client, dealer: str, regions: list[str], **more: str) -> httpx.Response:
    page = client.get("/dealers/contract").text
    typed = {
        **{"dealer": dealer, "name": f"晚晴{dealer}", "kind": "exclusive", "regions": regions},
        **{"starts_on": str(today()), "contract_id": f"K-{dealer}", **more},
    }
    return client.post("/dealers/contract", data={**fields(page), **typed})


def known(site: RunningSite) -> dict[str, tuple[str, ...]]:
    with reading(site.site.engine) as connection:
        return {e.dealer: e.regions for e in contracts_known(HEADQUARTERS_SCOPE, connection)}


def test_a_region_is_found_by_its_name_and_stays_ticked(office: httpx.Client) -> None:
    page = office.get("/dealers/contract").text
    typed = {**fields(page), "find": "石家庄", "step": "find", "regions": "110105"}
    found = office.post("/dealers/contract", data=typed)
    assert found.status_code == 200
    assert 'value="130100"' in found.text and "河北省石家庄市" in found.text
    assert re.search(r'value="110105" checked', found.text)


def test_a_contract_is_signed_shown_and_ended(site: RunningSite, office: httpx.Client) -> None:
    answer = sign(office, "P1", ["130100"], contact="刘经理")
    assert answer.headers["location"].startswith("/dealers/P1?said=")
    site.work()
    page = office.get(answer.headers["location"]).text
    assert "石家庄市" in page and "正在执行" in page and "刘经理" not in page
    address = "/dealers/P1/end/K-P1"
    form = fields(office.get(address).text)
    gone = {**form, "ends_on": str(today()), "reason_code": "agreed"}
    assert office.post(address, data=gone).status_code == 303
    site.work()
    with reading(site.site.engine) as connection:
        (contract,) = [
            e for e in contracts_known(HEADQUARTERS_SCOPE, connection) if e.dealer == "P1"
        ]
    assert contract.ends_on == today()


def test_an_overlap_is_said_before_anything_is_sent(
    site: RunningSite, office: httpx.Client
) -> None:
    sign(office, "P2", ["320000"])
    site.work()
    for kind, regions in (("exclusive", ["320100"]), ("province_buyout", ["320000", "330000"])):
        answer = sign(office, "P3", regions, kind=kind)
        assert answer.status_code == 422
        assert "已是 晚晴P2 的" in answer.text and "江苏省" in answer.text
        assert re.search(rf'value="{regions[0]}" checked', answer.text)
        assert "/dealers/P2/end/K-P2" in answer.text
    assert "P3" not in known(site)
    before = {
        "starts_on": str(today() - timedelta(days=40)),
        "ends_on": str(today() - timedelta(days=9)),
    }
    assert sign(office, "P4", ["320100"], **before).status_code == 303
    assert sign(office, "P5", ["320100"], kind="sub", parent="P2").status_code == 303
    site.work()
    assert {"P4", "P5"} <= known(site).keys()


def test_what_the_page_refuses_the_recording_would_refuse_too(
    site: RunningSite, office: httpx.Client
) -> None:
    sign(office, "P6", ["440000"], starts_on=str(today() - timedelta(days=1)))
    site.work()
    event = {
        "specversion": "1.0",
        "id": "over",
        "source": "/hq/console",
        "type": "jinxi.dealer.contracted.v1",
        "time": rfc3339(now_us()),
        "subject": "dealer/P7",
        "data": {
            **{"dealer": "P7", "contract_id": "K-P7", "name": "别家", "regions": ["440300"]},
            **{"kind": "exclusive", "starts_on": str(today())},
        },
    }
    assert sign(office, "P7", ["440300"]).status_code == 422
    site.accept(event)
    assert "P6" in known(site) and "P7" not in known(site)


def test_who_signs_no_contract_is_shown_no_way(site: RunningSite) -> None:
    with site.client() as client:
        sign_in(client, "law")
        assert client.get("/dealers/contract").status_code == 403
        assert "/dealers/contract" not in client.get("/dealers").text
