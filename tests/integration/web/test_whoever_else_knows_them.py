"""No page tells a dealer whether anybody else knows its people.

On two sites the dealer has the same. In one of them the company and another dealer know the same
person too: by another card, with a trial, calls, purchases, a referral, readings; and they came to
the dealer's own activity as well. Whatever its people open or send, the answers are the same.
"""

from collections.abc import Iterator
from difflib import unified_diff
from random import Random

import httpx
import pytest

from tests.integration.web.lookalikes import (
    OWN_FORM,
    TAKEN_BACK,
    Lookalike,
    drawn_alike,
    lookalikes,
)
from tests.integration.web.read_pages import Page, is_html, told
from tests.integration.web.reward_sites import signed_in
from tests.integration.web.sites import sign_in
from tests.profiles import examples

STEPS = 100
OF_THE_FORM = f"/said/{TAKEN_BACK}"
BY_MACHINE = "/event?source=%2Fdealers%2FD1&id=m1"
BEGIN = {
    "shop1": (
        "/",
        "/copy",
        "/log",
        "/said",
        "/members",
        "/rewards",
        "/activities",
        "/funnels",
        "/activities/A-one",
        "/members/M-one",
    ),
    "hall1": ("/", "/log", "/said", "/activities/A-one", "/members/M-one", OF_THE_FORM),
}
LEFT_OUT = ("/sign", "/language", "/me", "/join", "/own", "/docs")
WORDS = (
    *("x-more", "x-home", "x-str", "M-two", "A-two", "t-more", "B-more", "k-more", "r-2", "D2"),
    *("c-one", "M-one", "A-one", "t-one", "B-one", "D1", "C2", "P2", "欧阳桂兰", "murong", "9999"),
    *("13912349999", "13912340001", "110105", "310115", "1", "0", "yes", "no", "", "2026-11-29"),
    *("c-nobody", "M-nobody", "A-nobody", "D9", "/hq/console", "row/", OWN_FORM),
)
"""What is typed: ids of the others' things, of the own, of nobody's."""

Pair = tuple[Lookalike, Lookalike]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with lookalikes(tmp_path_factory.mktemp("lookalikes")) as both:
        yield both


class Walk:
    """Somebody of the dealer who opens pages and fills in forms, on both sites at once."""

    def __init__(self, random: Random, name: str, clients: list[httpx.Client]) -> None:
        self.random, self.clients = random, clients
        self.known = [(path, path) for path in BEGIN[name]]
        self.sent = 0

    def step(self) -> None:
        """A page, and perhaps one of its forms."""
        addresses = self.random.choice(self.known)
        pages = self.ask("get", addresses, [{}, {}])
        alone, known = pages
        self.known += [
            both
            for both in zip(alone.links, known.links, strict=True)
            if both not in self.known and not both[0].startswith(LEFT_OUT)
        ]
        choices = range(len(alone.forms))
        if not choices or self.random.random() < 0.3:
            return
        chosen, seed = self.random.choice(choices), self.random.random()
        forms = [page.forms[chosen] for page in pages]
        actions = [form.action or asked for form, asked in zip(forms, addresses, strict=True)]
        if not actions[0].startswith(LEFT_OUT):
            data = [form.filled(Random(seed), WORDS) for form in forms]
            self.ask(forms[0].method, (actions[0], actions[1]), data)

    def ask(self, method: str, at: tuple[str, str], data: list[dict[str, str]]) -> list[Page]:
        """The same of both sites; what they answer is the same."""
        answers = []
        drawn = self.random.getrandbits(32)
        for client, address, fields in zip(self.clients, at, data, strict=True):
            with drawn_alike(drawn):
                if method == "post":
                    answers.append(client.post(address, data=fields))
                else:
                    fields.pop("form_token", None)
                    answers.append(client.get(address, params=fields or None))
        alone, known = map(told, answers)
        differs = list(unified_diff(alone.splitlines(), known.splitlines(), n=0, lineterm=""))
        assert not differs, (method, at, data, differs[:12])
        self.sent += len(answers)
        return [Page(answer.text if is_html(answer) else "") for answer in answers]


@pytest.mark.parametrize("seed", range(examples(1 / 20).max_examples))
def test_whether_anybody_else_knows_a_dealers_people_shows_on_no_page(
    pair: Pair, seed: int
) -> None:
    random = Random(seed)
    name = random.choice(tuple(BEGIN))
    clients = [each.site.client() for each in pair]
    try:
        assert {sign_in(client, name).status_code for client in clients} == {303}
        walk = Walk(random, name, clients)
        for _ in range(STEPS):
            walk.step()
            if random.random() < 0.1:
                pair[1].more_of_others(random)
                for each in pair:
                    each.company.work()
        assert walk.sent > STEPS
        alone, known = (each.feed() for each in pair)
        assert alone == known and alone
    finally:
        for client in clients:
            client.close()


def test_what_another_dealer_said_of_a_member_in_vain_is_no_part_of_its_history(
    pair: Pair,
) -> None:
    """Not for headquarters either: it would read there that the member left."""
    known = pair[1]
    with signed_in(known.site, known.chief) as person:
        page = person.get("/members/M-one").text
    assert "会员培训" in page
    assert "会员退出" not in page and "会员改动" not in page
