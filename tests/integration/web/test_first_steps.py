"""What a new installation still lacks is told to whoever can do it, until it is done."""

import httpx
import pytest

from crm.accounts.people import Account, add_user
from crm.notices.notice import PURPOSES, notice
from crm.notices.packaged import packaged_notices
from crm.notices.register import add_notice
from crm.operations.status import keep_backup
from crm.rights.own_copy import Keeper
from crm.storage.database import writing
from tests.examples import an_event
from tests.integration.web.sites import PASSWORD, RunningSite, sign_in

HEADING = "开始之前还要做"
STEPS = ("抄一份主密钥", "换上自己的告知书", "写上公司的名字", "签一份经销商合同", "给同事开账号")


def told(client: httpx.Client) -> list[str]:
    page = client.get("/").text
    part = page.partition(HEADING)[2].partition("</section>")[0]
    return [step for step in STEPS if step in part]


def test_each_step_is_told_to_who_manages_accounts_until_it_is_done(
    site: RunningSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Account, "needs_second_factor", False)
    add_user(site.site.engine, "office", PASSWORD, ("headquarters",))
    with site.client() as office:
        sign_in(office, "office")
        assert told(office) == [*STEPS]
        site.user("desk", "compliance")
        assert told(office) == [*STEPS[:4]]
        contract = {"dealer": "D1", "contract_id": "K1", "name": "一号", "regions": ["110000"]}
        contract |= {"kind": "exclusive", "starts_on": "2026-01-01"}
        site.accept(an_event("dealer.contracted", contract))
        assert told(office) == [*STEPS[:3]]
        monkeypatch.setitem(site.site.__dict__, "keeper", Keeper("康宁", "010-66668888"))
        assert told(office) == [*STEPS[:2]]
        for purpose in PURPOSES:
            texts = next(each for each in packaged_notices() if each.purpose == purpose).texts
            assert add_notice(site.site.engine, notice("own-1", purpose, texts), 5)
        assert told(office) == [*STEPS[:1]]
        with writing(site.site.engine) as connection:
            keep_backup(connection, 1, site.site.now_us())
        assert HEADING not in office.get("/").text


def test_nobody_who_could_not_do_it_is_told_nor_who_tries_the_demo(site: RunningSite) -> None:
    site.user("field", "staff")
    site.user("demo", "headquarters")
    for name in ("field", "demo"):
        with site.client() as client:
            sign_in(client, name)
            assert HEADING not in client.get("/").text
