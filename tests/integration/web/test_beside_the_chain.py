"""Who buys without the steps before is no buyer of the chain, and is told beside it."""

import re
from datetime import timedelta
from html import unescape

from tests.integration.web.person_events import event
from tests.integration.web.sites import RunningSite, activity_today, card, sign_in, today

HERE = {"activity_id": "A-today"}
BOUGHT = {"sku": "JX-B4", "quantity": 1, "unit_price_fen": 69_300, "channel": "activity"}


def test_who_bought_without_a_trial_is_told_beside_the_chain_and_listed(site: RunningSite) -> None:
    site.user("office", "headquarters")
    site.accept(activity_today())
    for number, tried in ((1, True), (2, False), (3, False)):
        one = f"B-{number}"
        site.accept(card(one, f"贺买{number}", f"1371111000{number}"))
        agreed = {"purpose": "archive", "notice_version": "1", "method": "paper", "by": "self"}
        said = [event("activity.attended", one, **HERE), event("consent.given", one, **agreed)]
        if tried:
            said.append(event("trial.started", one, trial_id=f"T-{one}", sku="JX-B4", **HERE))
        said.append(event("purchase.made", one, purchase_id=f"P-{one}", **BOUGHT))
        day, hours = today() - timedelta(days=1), range(11, 20)
        site.accept(
            *(s | {"time": f"{day}T{h}:00:00+08:00"} for h, s in zip(hours, said, strict=False))
        )
    with site.client() as office:
        sign_in(office, "office")
        page = office.get("/").text
        told = re.search(r'<a href="(/funnels[^"]+)">另有 2 人到场以后买了', page)
        assert told
        shown = re.sub(r"<[^>]*>", "", office.get(unescape(told[1])).text)
        assert re.search(r"购买\s+3 / 3", shown)
