"""A life that is erased, and where anything of it is found."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

from tests.worlds import Maker, Sent

SECRETS = {
    "name": "欧阳晓棠",
    "id_number": "110105195301010022",
    "address": "西直门外大街七号",
    "mail": "erased-one@mail.example.com",
    "condition": "帕金森早期",
    "note": "喜欢下围棋",
    "corrected": "改名欧阳海棠",
    "reading": "测前喝了茶",
    "complaint": "机器发出异响",
    "follow_up": "她说睡得好了",
    "late": "新址什刹海九号",
}

PHONES = ("13899887766", "138 9988 7766", "138-9988-7766", "+8613899887766")

BUYER = "买家欧阳小明"


def life() -> tuple[list[Sent], Sent, Sent]:
    """What is said of one card, its erasure, and a correction that comes too late."""
    maker = Maker(Random(1))
    about = {"card_id": "c1"}

    def say(type_name: str, **data: object) -> Sent:
        return maker.send(f"{type_name}", "card/c1", {**about, **data}, days=(1, 3))

    say(
        "card.registered",
        person={
            "name": SECRETS["name"],
            "id_number": SECRETS["id_number"],
            "sex": "female",
            "birth_date": "1953-01-01",
        },
        contact={
            "phones": list(PHONES[:3]),
            "address": SECRETS["address"],
            "mail": SECRETS["mail"],
        },
        health={"conditions": [SECRETS["condition"]]},
        region="110105",
        source_kind="dealer",
        dealer="D1",
        private={"note": SECRETS["note"]},
    )
    say("card.corrected", person={"name": SECRETS["corrected"]}, contact={"phones": [PHONES[3]]})
    say("clinic.consulted", health={"systolic_mmhg": 151, "note": SECRETS["reading"]})
    say(
        "complaint.raised",
        complaint_id="k1",
        kind="product",
        private={"text": SECRETS["complaint"]},
    )
    say(
        "follow_up.done", channel="phone", outcome="reached", private={"note": SECRETS["follow_up"]}
    )
    given = {"notice_version": "1", "method": "paper", "by": "self"}
    categories = ["identity", "contact", "health", "history", "purchases"]
    say("consent.given", purpose="share_with_dealer", dealer="D1", categories=categories, **given)
    say("consent.given", purpose="health", **given)
    say(
        "purchase.made",
        purchase_id="p1",
        sku="four",
        quantity=1,
        unit_price_fen=69_300,
        channel="dealer",
        private={"buyer_name": BUYER},
    )
    contract = {
        "dealer": "D1",
        "contract_id": "x1",
        "name": "经销商",
        "regions": ["110000"],
        "kind": "exclusive",
        "starts_on": "2026-01-01",
    }
    maker.headquarters("dealer.contracted", "dealer/D1", contract, days=(0, 0))
    said = list(maker.made)
    erased = {"card_id": "c1", "reason_code": "request"}
    erasure = maker.headquarters("card.erased", "card/c1", erased, days=(5, 5))
    late = say("card.corrected", contact={"address": SECRETS["late"], "phones": [PHONES[0]]})
    return said, erasure, late


def found_in(folder: Path) -> Iterator[tuple[str, str]]:
    """(secret, file) wherever a secret stands in plain, in any usual encoding."""
    for file in folder.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            for secret in (*SECRETS.values(), *PHONES, PHONES[0][-8:]):
                spellings = secret.encode(), secret.encode("utf-16-le"), _escaped(secret)
                if any(spelling in content for spelling in spellings):
                    yield secret, file.name


def _escaped(text: str) -> bytes:
    return text.encode("ascii", "backslashreplace")
