"""What a code stands for: pages of this site, the number of a card, or nothing of ours."""

import pytest

from crm.web.view.scanned import scanned

HOST = "crm.example:8443"
CARD = "33a067b0-1111-4222-8333-444455556666"


@pytest.mark.parametrize(
    ("text", "kind", "named"),
    [
        (f"https://{HOST}/log/A-1/card/{CARD}", "card", CARD),
        (f"http://{HOST}/log/W-{CARD}/card/{CARD}", "card", CARD),
        (CARD.upper(), "card", CARD),
        ("33A067B0", "number", "33a067b0"),
        (" 33a067b0\u200b ", "number", "33a067b0"),
        (f"https://{HOST}/members/D01-M7", "member", "D01-M7"),
        (f"https://{HOST}/log/A-1", "activity", "A-1"),
        (f"http://192.168.1.7:8000/log/A-1/card/{CARD}", "card", CARD),
        ("http://192.168.1.7:8000/members/M1", "member", "M1"),
        ("https://elsewhere.example/shop/A-1", "foreign", ""),
        (f"https://{HOST}/log/A-1/card/{CARD}/more", "foreign", ""),
        ("weixin://wxpay/bizpayurl?pr=1", "foreign", ""),
        ("https://[", "foreign", ""),
        ("６９３", "foreign", ""),
        ("", "foreign", ""),
    ],
)
def test_a_code_is_one_of_ours_or_foreign(text: str, kind: str, named: str) -> None:
    found = scanned(text)
    assert (found.kind, found.id) == (kind, named)
