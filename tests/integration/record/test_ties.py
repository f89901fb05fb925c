"""What belongs together is found: through phones, words and things, and no further."""

from collections.abc import Mapping

from sqlalchemy import Connection

from crm.components.index import close, rewrite_ties, subjects_tied_to, ties_of
from crm.identity.matching import CARDS_ON_A_PHONE_MAX

PHONE = "~/phone-1"
OTHER_PHONE = "~/phone-2"


def components(
    connection: Connection, subjects: set[str], net: Mapping[str, int] | None = None
) -> set[frozenset[str]]:
    return {frozenset(each) for each in close(connection, subjects, net or {}).components}


def put_on(connection: Connection, phone: str, cards: range) -> Mapping[str, int]:
    return rewrite_ties(connection, {f"card/{number}": {phone} for number in cards})


def test_cards_on_one_phone_belong_together(connection: Connection) -> None:
    rewrite_ties(connection, {"card/a": {PHONE}, "card/b": {PHONE}, "card/c": {OTHER_PHONE}})
    assert components(connection, {"card/a"}) == {frozenset({"card/a", "card/b"})}


def test_ties_are_followed_as_far_as_they_lead(connection: Connection) -> None:
    ties = {"card/a": {PHONE}, "card/b": {PHONE, OTHER_PHONE}, "card/c": {OTHER_PHONE}}
    rewrite_ties(connection, ties)
    assert components(connection, {"card/a"}) == {frozenset(ties)}


def test_a_card_that_is_only_spoken_of_is_found(connection: Connection) -> None:
    rewrite_ties(connection, {"card/a": {"card/b"}})
    together = {frozenset({"card/a", "card/b"})}
    assert components(connection, {"card/a"}) == together
    assert components(connection, {"card/b"}) == together


def test_a_reward_belongs_to_the_card_of_its_purchase(connection: Connection) -> None:
    rewrite_ties(connection, {"card/a": {"purchase/p"}, "reward/r": {"purchase/p"}})
    assert components(connection, {"reward/r"}) == {frozenset({"card/a", "reward/r"})}


def test_shared_things_join_nobody(connection: Connection) -> None:
    shared = {"activity/x", "member/m", "dealer/d", "policies/all"}
    rewrite_ties(connection, {"card/a": shared, "card/b": shared})
    assert components(connection, {"card/a"}) == {frozenset({"card/a"})}


def test_what_the_subjects_speak_of_is_told(connection: Connection) -> None:
    rewrite_ties(connection, {"card/a": {"activity/x", PHONE}, "card/b": {PHONE, "member/m"}})
    spoken_of = close(connection, {"card/a"}, {}).speaks_of
    assert spoken_of == {"activity/x", PHONE, "member/m"}


def test_unconnected_subjects_are_components_of_their_own(connection: Connection) -> None:
    alone = {frozenset({"card/a"}), frozenset({"card/b"})}
    assert components(connection, {"card/a", "card/b"}) == alone


def test_a_phone_with_as_many_cards_as_may_be_joins_them(connection: Connection) -> None:
    put_on(connection, PHONE, range(CARDS_ON_A_PHONE_MAX))
    closure = close(connection, {"card/0"}, {})
    assert [len(each) for each in closure.components] == [CARDS_ON_A_PHONE_MAX]
    assert closure.crowded == frozenset()


def test_a_phone_with_one_card_more_is_crowded_and_joins_nobody(connection: Connection) -> None:
    put_on(connection, PHONE, range(CARDS_ON_A_PHONE_MAX + 1))
    closure = close(connection, {"card/0"}, {})
    assert closure.components == [{"card/0"}]
    assert closure.crowded == {PHONE}


def test_all_are_looked_at_again_when_their_phone_becomes_crowded(connection: Connection) -> None:
    put_on(connection, PHONE, range(CARDS_ON_A_PHONE_MAX))
    net = put_on(connection, PHONE, range(CARDS_ON_A_PHONE_MAX, CARDS_ON_A_PHONE_MAX + 1))
    closure = close(connection, {f"card/{CARDS_ON_A_PHONE_MAX}"}, net)
    assert [len(each) for each in closure.components] == [CARDS_ON_A_PHONE_MAX + 1]
    assert closure.crowded == {PHONE}


def test_all_are_looked_at_again_when_their_phone_is_crowded_no_longer(
    connection: Connection,
) -> None:
    put_on(connection, PHONE, range(CARDS_ON_A_PHONE_MAX + 1))
    before = ties_of(connection, {"card/0"})
    net = rewrite_ties(connection, {"card/0": set()})
    closure = close(connection, {"card/0"}, net, before)
    assert [len(each) for each in closure.components] == [CARDS_ON_A_PHONE_MAX + 1]
    assert closure.crowded == frozenset()


def test_who_is_no_longer_tied_is_looked_at_once_more(connection: Connection) -> None:
    rewrite_ties(connection, {"card/a": {PHONE}, "card/b": {PHONE}})
    net = rewrite_ties(connection, {"card/a": set()})
    assert components(connection, {"card/a"}, net) == {frozenset({"card/a"})}
    again = close(connection, {"card/a"}, net, {"card/a": {PHONE}})
    assert again.components == [{"card/a", "card/b"}]


def test_ties_are_replaced_and_the_difference_is_counted(connection: Connection) -> None:
    rewrite_ties(connection, {"card/a": {PHONE, "activity/x"}})
    net = rewrite_ties(connection, {"card/a": {OTHER_PHONE, "activity/x"}, "card/b": {PHONE}})
    assert ties_of(connection, ["card/a"]) == {"card/a": {OTHER_PHONE, "activity/x"}}
    assert {key: count for key, count in net.items() if count} == {OTHER_PHONE: 1}
    assert subjects_tied_to(connection, [PHONE]) == {PHONE: {"card/b"}}
