"""Small sets of cards and words that collide often, for Hypothesis."""

from datetime import date

from hypothesis import strategies as st

from campaigns.events.base import Contact, Person
from campaigns.events.people import CardRegistered
from crm.components.index_keys import keys_of_subject, kind_of
from crm.identity.traits import IdentityCard, PairDecision
from crm.journal.logged_event import LoggedEvent
from tests.unit.crm.identity.naive_people import ID_NUMBERS, NAMES, PHONES

BIRTH_DATES = [None, None, date(1949, 12, 31), date(1949, 5, 1), date(1952, 2, 2)]
BIRTH_YEARS = [None, None, 1949, 1950, 1952]
REGIONS = [None, "110105", "110106", "130102"]


@st.composite
def card_sets(draw: st.DrawFn, most: int = 7) -> list[IdentityCard]:
    count = draw(st.integers(1, most))
    places = draw(st.permutations(range(count)))
    return [draw(_cards(f"c{number}", places[number])) for number in range(count)]


def word_lists(cards: list[IdentityCard], most: int = 6) -> st.SearchStrategy[list[PairDecision]]:
    ids = st.sampled_from([card.card_id for card in cards] + ["unknown"])
    said = st.sampled_from(["same", "same", "different", "undecided"])
    triples = st.lists(st.tuples(ids, ids, said), max_size=most)
    return triples.map(lambda items: [_word(*item, at) for at, item in enumerate(items)]).flatmap(
        st.permutations
    )


def _cards(card_id: str, place: int) -> st.SearchStrategy[IdentityCard]:
    return st.builds(
        IdentityCard,
        card_id=st.just(card_id),
        order=st.just((place // 2, place % 2, "sheet", card_id)),
        name=st.sampled_from([None, *NAMES]),
        sex=st.sampled_from([None, None, "female", "male"]),
        birth_date=st.sampled_from(BIRTH_DATES),
        birth_year=st.sampled_from(BIRTH_YEARS),
        id_number=st.sampled_from([None, None, None, *ID_NUMBERS]),
        phones=st.lists(st.sampled_from(list(PHONES)), max_size=2).map(tuple),
        region=st.sampled_from(REGIONS),
    )


def _word(card_id: str, other_card_id: str, said: str, at: int) -> PairDecision:
    return PairDecision(card_id, other_card_id, said, (at, 0, "office", f"w{at}"))  # type: ignore[arg-type]


def keys_joining(card: IdentityCard) -> set[str]:
    """The keys by which the recorder finds the cards that may belong to this one."""
    registered = CardRegistered(
        card_id=card.card_id,
        person=Person(
            name=card.name or "",
            sex=card.sex,  # type: ignore[arg-type]
            birth_date=card.birth_date,
            birth_year=card.birth_year,
            id_number=card.id_number,
        ),
        contact=Contact(phones=card.phones),
        region=card.region,
        source_kind="activity",
    )
    event = LoggedEvent(
        position=1,
        source=card.order[2],
        id=card.order[3],
        type_name=registered.type_name,
        subject=f"card/{card.card_id}",
        time="2026-03-02T09:00:00+08:00",
        starts_us=card.order[0],
        day_precision=False,
        order=card.order,
        received_us=0,
        actor="",
        role="staff",
        twin=None,
        data=registered,
    )
    keys = keys_of_subject(event.subject, [event], lambda text: text)
    return {key for key in keys if kind_of(key) == "~"}
