"""What would change if something were said, in words, before it is said.

Only what reaches beyond the line itself is told: whose archive it is, copies, follow-ups, rewards.
A dealer is told of its own copy alone, and which dealer holds what only who may see copies.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import uuid4

import orjson
from msgspec import structs
from sqlalchemy import Table

from campaigns.ids import short_number
from campaigns.intake import Credential
from campaigns.times import rfc3339
from campaigns.wording.catalogues import LISTED, N_
from crm.cards.card import Card
from crm.components.evaluation import PersonView
from crm.copies.queries import dealer_names
from crm.copies.tables import COPY_ROW
from crm.follow_ups.tables import FOLLOW_UP
from crm.masking import masked_name
from crm.money import yuan_text
from crm.people.tables import LINK
from crm.recording.preview import (
    CannotBeImagined,
    ClaimChange,
    Preview,
    RowChange,
    imagined,
    what_if,
)
from crm.storage.database import reading
from crm.web.desk.acts import Act, sayer_of
from crm.web.guards.visit import Visit
from crm.web.view.labels import label

_ARCHIVES = N_("患者档案从 %(before)s 份变成 %(after)s 份。")
_CARDS = N_("有 %(n)s 张档案卡会归到另一个人。")
_GOES_TO = N_("其中第 %(place)s 份是：%(cards)s。")
_CARD_WITH = N_("档案卡 %(card)s（%(what)s）")
_NOTHING_MORE = N_("只有建档")
_COPIES = {
    "more": N_("%(dealer)s 的副本多 %(n)s 行。"),
    "less": N_("%(dealer)s 的副本少 %(n)s 行。"),
    "other": N_("%(dealer)s 的副本有 %(n)s 行会改。"),
}
_SOME_COPY = N_("经销商的副本会跟着改。")
_CALLS = {
    "more": N_("多排 %(n)s 次回访。"),
    "less": N_("取消 %(n)s 次回访。"),
    "other": N_("有 %(n)s 次回访会改。"),
}
_WAYS = {(False, True): "more", (True, False): "less", (True, True): "other"}
_REWARDS = N_("有 %(n)s 笔奖励会改。")
_REWARDS_FEN = N_("有 %(n)s 笔奖励会改：封顶之前应付的从 %(before)s 变成 %(after)s。")


def what_changes(visit: Visit, acts: Sequence[Act]) -> tuple[str, ...]:
    """A sentence for each thing that would be other; none where nothing would, or none can tell.

    OutOfScope: the visitor may not say it.
    """
    preview = _preview(visit, acts)
    return () if preview is None else tuple(_sentences(visit, preview))


def who_changes(visit: Visit, acts: Sequence[Act]) -> tuple[str, ...]:
    """Of these only whose cards they would be: what nobody means who mends a number.

    A dealer is not told: whose other cards there are is the company's to know.
    """
    preview = None if visit.scope.dealer is not None else _preview(visit, acts)
    return () if preview is None else tuple(_of_archives(visit, preview))


def why_refused(visit: Visit, acts: Sequence[Act], *, by_row: bool = False) -> str | None:
    """Why the recording would surely reject the first of several words on cards, if all of them
    were said now; None where it would not, or none can tell.

    by_row: the first is said by the row of the card that its subject names.
    """
    preview = _preview(visit, acts, by_row=by_row)
    return None if preview is None else preview.outcomes[0].reason


def what_lines_change(
    visit: Visit, lines: Sequence[bytes], credential: Credential
) -> tuple[str, ...]:
    """The same of events as they would be handed over with a credential."""
    preview = _of_lines(visit, lines, credential)
    return () if preview is None else tuple(_sentences(visit, preview))


def _preview(visit: Visit, acts: Sequence[Act], *, by_row: bool = False) -> Preview | None:
    """None: what many people share cannot be imagined, nor what the door would refuse."""
    credential = sayer_of(visit, {act.type_name for act in acts})
    form_id, said_at = str(uuid4()), rfc3339(visit.site.now_us())
    events = (
        act.event(visit.account.source, f"{form_id}-{place}", place, said_at)
        for place, act in enumerate(acts, 1)
    )
    return _of_lines(visit, list(map(orjson.dumps, events)), credential, by_row=by_row)


def _of_lines(
    visit: Visit, lines: Sequence[bytes], credential: Credential, *, by_row: bool = False
) -> Preview | None:
    now_us = visit.site.now_us()
    try:
        said = [imagined(line, credential, now_us, place) for place, line in enumerate(lines)]
    except CannotBeImagined:
        return None
    if not said:
        return None
    if by_row:
        # Whether evidence lies there is for the door to find.
        said[0] = structs.replace(said[0], by_row=True, evidenced=True)
    with reading(visit.site.engine) as connection:
        return what_if(connection, visit.site.keyring, said, now_us)


def _sentences(visit: Visit, preview: Preview) -> Iterator[str]:
    own = visit.scope.dealer
    named = visit.scope.may("copies")
    if own is None:
        yield from _of_archives(visit, preview)
    with reading(visit.site.engine) as connection:
        names = dealer_names(connection)
    copies = _moved(preview, COPY_ROW)
    if copies and own is None and not named:
        yield visit.say(_SOME_COPY)
    for dealer in sorted({key[0] for _, key in copies}):
        if named or own == dealer:
            counts = Counter(way for way, key in copies if key[0] == dealer)
            yield from _counted(visit, _COPIES, counts, dealer=names.get(dealer, dealer))
    if own is None:
        yield from _counted(visit, _CALLS, Counter(map(_call_moved, preview.of(FOLLOW_UP))))
        yield from _rewards(visit, preview.claims)


def _of_archives(visit: Visit, preview: Preview) -> Iterator[str]:
    before, after = preview.before.persons, preview.after.persons
    # A person may come to have another id when a card goes; whose the others are stays as it was.
    kept = _all_cards(before) & _all_cards(after)
    stay = {_card_ids(person) & kept for person in before}
    moved_to = [person for person in after if _card_ids(person) & kept not in stay]
    if len(before) != len(after):
        yield visit.say(_ARCHIVES) % {"before": len(before), "after": len(after)}
    elif moved_to:
        elsewhere = frozenset().union(*map(_card_ids, moved_to))
        links = [change for change in preview.of(LINK) if "person_id" in change.columns]
        yield visit.say(_CARDS) % {"n": sum(change.key[0] in elsewhere for change in links)}
    for place, person in enumerate(moved_to, 1):
        may_name = visit.scope.may("restricted") or not person.restricted
        cards = [_card_words(visit, card, may_name=may_name) for card in person.cards]
        told = {"place": place, "cards": visit.say(N_("；")).join(cards)}
        yield visit.say(_GOES_TO) % told


def _all_cards(persons: Iterable[PersonView]) -> frozenset[str]:
    return frozenset().union(*map(_card_ids, persons))


def _card_ids(person: PersonView) -> frozenset[str]:
    return frozenset(card.card_id for card in person.cards)


def _card_words(visit: Visit, card: Card, *, may_name: bool) -> str:
    """A card by its number and masked name, with what is recorded on it."""
    words = [label("event", event.type_name) for event in card.events[1:]]
    told = [f"{visit.say(word)} {count}" for word, count in Counter(words).items()]
    name = masked_name(card.name) if card.name and may_name else ""
    return visit.say(_CARD_WITH) % {
        "card": f"{short_number(card.card_id)} {name}".strip(),
        "what": visit.say(LISTED).join(told) or visit.say(_NOTHING_MORE),
    }


def _moved(preview: Preview, table: Table) -> list[tuple[str, tuple[Any, ...]]]:
    """(more, less or other; key) of each row of a view that would be other."""
    return [
        (_WAYS[change.before is not None, change.after is not None], change.key)
        for change in preview.of(table)
    ]


def _call_moved(change: RowChange) -> str:
    """One that is not to be made any more is one less, whatever is kept of it."""
    is_asked = [row is not None and row["state"] == "open" for row in (change.before, change.after)]
    return _WAYS.get((is_asked[0], is_asked[1]), "other")


def _counted(
    visit: Visit, sentences: dict[str, str], counts: Counter[str], **named: str
) -> Iterator[str]:
    for way, sentence in sentences.items():
        if counts[way]:
            yield visit.say(sentence) % {"n": counts[way], **named}


def _rewards(visit: Visit, claims: Iterable[ClaimChange]) -> Iterator[str]:
    changed = list(claims)
    if not changed:
        return
    if not visit.scope.may("money"):
        yield visit.say(_REWARDS) % {"n": len(changed)}
        return
    before = sum(claim.before.due_fen for claim in changed if claim.before)
    after = sum(claim.after.due_fen for claim in changed if claim.after)
    told = {"n": len(changed), "before": yuan_text(before), "after": yuan_text(after)}
    yield visit.say(_REWARDS_FEN) % told
