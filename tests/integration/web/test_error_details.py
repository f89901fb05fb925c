"""What a sender invented comes back in no message: it may be somebody's name."""

import orjson
import pytest

from tests.integration.web.sites import RunningSite

NAME = "王桂英13912345678"
KEYS = "a" * 64


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/dealer/rows", {"keys": [KEYS], NAME: 1}),
        ("/v1/dealer/rows", {"keys": {NAME: 1}}),
        ("/v1/dealer/keys", {NAME: NAME}),
        ("/v1/dealer/receipts", {"receipt": {NAME: 1}, "signature": NAME * 20}),
        ("/v1/dealer/acknowledge", {"up_to": 1, NAME: 2}),
        ("/v1/dealer/check", {"name": "x", "phone": "y", NAME: 1}),
    ],
)
def test_no_name_that_the_sender_invented_comes_back(
    site: RunningSite, path: str, body: dict[str, object]
) -> None:
    with site.client(Authorization=f"Bearer {site.token('dealer', 'D1')}") as dealer:
        answer = dealer.post(path, content=orjson.dumps(body))
        strange = dealer.get(path, params={NAME: NAME, "after": NAME, "limit": NAME})
    assert answer.status_code == 400
    for said in (answer, strange):
        assert NAME not in said.text
        assert NAME not in orjson.dumps(dict(said.headers)).decode()
