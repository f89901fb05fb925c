"""Which row of a sheet is which that was taken before: known by what stands in it, never by place.

In this order, each row that was taken before being found once at most:

1. the id that is written in the row, unless what stands there is plainly another row's;
2. a row in which everything is as it was taken;
3. the same name, and nothing that tells people apart (phones, ID number, birth) says otherwise, or
   one of them agrees;
4. a row of an erased person leads to the erased card, and is refused: to nobody else;
5. what is left is new, but a row beside which one that is *like* it has vanished is a question: a
   corrected name and another person look the same from here, and only who wrote it knows.

Pure: knows neither files nor journal.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from campaigns.sheets.columns import SAME_PERSON, SOMEBODY_ELSE
from campaigns.sheets.sketches import Place, RowSketch
from campaigns.sheets.wires import KNOWN_CARD, card_id_of
from crm.intake.row_likeness import Relation, Traits, flat, is_one, relation


@dataclass(frozen=True, slots=True)
class KnownRow:
    """A row that was taken; of an erased person nothing is known but the card.

    facts: slot → data, as campaigns/sheets/facts.py has them.
    """

    card_id: str
    facts: Mapping[str, Any]
    erased: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A row of which nobody can tell from here whether it is an earlier one, corrected."""

    earlier: tuple[KnownRow, ...]


@dataclass
class Settled:
    """Which row is which.

    ids: of every row. questions: those that must be answered first. repeats: place of a row that
    says the very same as another one → place of that. alike: place of a row that is of the person
    of an earlier one, as it seems → place of that.
    """

    ids: dict[Place, str] = field(default_factory=dict)
    questions: dict[Place, Question] = field(default_factory=dict)
    repeats: dict[Place, Place] = field(default_factory=dict)
    alike: dict[Place, Place] = field(default_factory=dict)


def settle_rows(
    sketches: Sequence[RowSketch],
    known: Iterable[KnownRow],
    activity_id: str,
    *,
    same: frozenset[Place] = frozenset(),
    others: frozenset[Place] = frozenset(),
    was_erased: Callable[[str, RowSketch], bool] = lambda card_id, sketch: False,
) -> Settled:
    """Say of each row which one it is.

    same, others: places of rows of which the sender said that they are an earlier one, corrected,
    or somebody else. was_erased: whether an erased card said what a row says.
    """
    return _Settling(
        sketches, {row.card_id: row for row in known}, activity_id, same, others, was_erased
    ).settle()


@dataclass
class _Settling:
    sketches: Sequence[RowSketch]
    known: dict[str, KnownRow]
    activity_id: str
    same: frozenset[Place]
    others: frozenset[Place]
    was_erased: Callable[[str, RowSketch], bool]
    result: Settled = field(default_factory=Settled)
    _free: dict[str, KnownRow] = field(default_factory=dict)
    _by_key: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _traits: dict[str, Traits] = field(default_factory=dict)

    def settle(self) -> Settled:
        self._free = {row.card_id: row for row in self.known.values() if not row.erased}
        for card_id, row in self._free.items():
            self._traits[card_id] = Traits.of(row.facts)
            for key in self._traits[card_id].marks():
                self._by_key[key].append(card_id)
        open_rows = self._without_repeats()
        self._find_alike(open_rows)
        open_rows = self._by_written_id(open_rows)
        open_rows = self._where_all_is_equal(open_rows)
        open_rows = self._without_erased(open_rows)
        open_rows = self._by_name(open_rows)
        self._name_new([sketch for sketch in open_rows if not self._ask(sketch)])
        for place, first in self.result.repeats.items():
            self.result.ids[place] = self.result.ids[first]
        return self.result

    def _take(self, sketch: RowSketch, card_id: str) -> None:
        self._free.pop(card_id, None)
        own = next(
            (i for i in (sketch.written_id, *sketch.ids) if i and self._card(i) == card_id), None
        )
        self.result.ids[sketch.place] = own or f"{KNOWN_CARD}{card_id}"

    def _card(self, row_id: str) -> str:
        return card_id_of(self.activity_id, row_id)

    def _without_repeats(self) -> list[RowSketch]:
        """The rows without those that say the very same as one that is met before."""
        first: dict[tuple[str, str | None], Place] = {}
        kept = []
        for sketch in self.sketches:
            place = first.setdefault((sketch.ids[1], sketch.written_id), sketch.place)
            if place == sketch.place or not sketch.whole:
                kept.append(sketch)
            else:
                self.result.repeats[sketch.place] = place
        return kept

    def _find_alike(self, sketches: Sequence[RowSketch]) -> None:
        """Rows of one name that are of one person, as it seems."""
        named: dict[str, list[tuple[Place, Traits]]] = defaultdict(list)
        for sketch in sketches:
            traits = Traits.of(sketch.facts)
            earlier = named[traits.name]
            found = next((place for place, other in earlier if is_one(traits, other)), None)
            if found is not None:
                self.result.alike[sketch.place] = found
            earlier.append((sketch.place, traits))

    def _by_written_id(self, sketches: Sequence[RowSketch]) -> list[RowSketch]:
        left = []
        for sketch in sketches:
            row_id = self._usable_id(sketch)
            if row_id is None:
                left.append(sketch)
            else:
                self._take(sketch, self._card(row_id))
        return left

    def _usable_id(self, sketch: RowSketch) -> str | None:
        """The written id, unless it names no row of this sheet or stands beside another's words."""
        row_id = sketch.written_id
        if row_id is None:
            return None
        card_id = self._card(row_id)
        earlier = self.known.get(card_id)
        if earlier is None:
            return None if row_id.startswith(KNOWN_CARD) else row_id
        if earlier.erased or self._relation(sketch, card_id) in ("equal", "same"):
            return row_id
        moved = any(
            self._relation(sketch, other) in ("equal", "same")
            for other in self._candidates(sketch)
            if other != card_id
        )
        return None if moved else row_id

    def _where_all_is_equal(self, sketches: Sequence[RowSketch]) -> list[RowSketch]:
        left = []
        for sketch in sketches:
            equal = [c for c in self._candidates(sketch) if self._relation(sketch, c) == "equal"]
            if equal and sketch.place not in self.others:
                self._take(sketch, min(equal))
            else:
                left.append(sketch)
        return left

    def _without_erased(self, sketches: Sequence[RowSketch]) -> list[RowSketch]:
        """The rows without those of erased people, which keep their cards and so are refused."""
        erased = {row.card_id for row in self.known.values() if row.erased}
        left = []
        for sketch in sketches:
            own = next((row_id for row_id in sketch.ids if self._card(row_id) in erased), None)
            was = next((card for card in erased if self.was_erased(card, sketch)), None)
            if own is not None or was is not None:
                self.result.ids[sketch.place] = own or f"{KNOWN_CARD}{was}"
            else:
                left.append(sketch)
        return left

    def _by_name(self, sketches: Sequence[RowSketch]) -> list[RowSketch]:
        """Rows of which one that was taken is surely the same, and none other of the file."""
        wanted: dict[str, list[RowSketch]] = defaultdict(list)
        found: dict[Place, str] = {}
        for sketch in sketches:
            same = [c for c in self._candidates(sketch) if self._relation(sketch, c) == "same"]
            best = self._best(sketch, same)
            if best is not None and not self._is_other(sketch):
                found[sketch.place] = best
                wanted[best].append(sketch)
        left = []
        for sketch in sketches:
            card_id = found.get(sketch.place)
            if card_id is not None and len(wanted[card_id]) == 1:
                self._take(sketch, card_id)
            else:
                left.append(sketch)
        return left

    def _best(self, sketch: RowSketch, cards: Sequence[str]) -> str | None:
        """The one that agrees in most; None where two agree in as much."""
        agreeing = sorted(((self._agreement(sketch, card), card) for card in cards), reverse=True)
        if len(agreeing) > 1 and agreeing[0][0] == agreeing[1][0]:
            return None
        return agreeing[0][1] if agreeing else None

    def _is_other(self, sketch: RowSketch) -> bool:
        return sketch.place in self.others or sketch.verdict == SOMEBODY_ELSE

    def _ask(self, sketch: RowSketch) -> bool:
        """Whether it must be asked first who the row is; an answer is taken."""
        like = [c for c in self._candidates(sketch) if self._relation(sketch, c) is not None]
        if not like or self._is_other(sketch):
            return False
        best = self._best(sketch, like)
        answered = sketch.place in self.same or sketch.verdict == SAME_PERSON
        if answered and best is not None:
            self._take(sketch, best)
            return True
        earlier = tuple(self._free[card_id] for card_id in ([best] if best else like))
        self.result.questions[sketch.place] = Question(earlier)
        # It goes back without an id of its own, so that the question stands until it is answered.
        self.result.ids[sketch.place] = sketch.ids[1]
        return True

    def _candidates(self, sketch: RowSketch) -> list[str]:
        keys = Traits.of(sketch.facts).marks()
        found = {card_id for key in keys for card_id in self._by_key.get(key, ())}
        return sorted(found & self._free.keys())

    def _relation(self, sketch: RowSketch, card_id: str) -> Relation | None:
        """`equal`, `same` (surely), `like` (perhaps) or None."""
        if sketch.whole and sketch.facts == self.known[card_id].facts:
            return "equal"
        traits = self._traits.get(card_id)
        return None if traits is None else relation(Traits.of(sketch.facts), traits)

    def _agreement(self, sketch: RowSketch, card_id: str) -> int:
        """In how many slots and fields both say the same."""
        one, other = flat(sketch.facts), flat(self.known[card_id].facts)
        return sum(other.get(name) == value for name, value in one.items())

    def _name_new(self, sketches: Sequence[RowSketch]) -> None:
        """Ids of rows that were not taken before."""
        people: dict[str, int] = defaultdict(int)
        for sketch in sketches:
            people[sketch.ids[0]] += 1
        for sketch in sketches:
            self.result.ids[sketch.place] = self._new_id(sketch, people[sketch.ids[0]] > 1)

    def _new_id(self, sketch: RowSketch, shared: bool) -> str:
        wanted = sketch.ids[1] if shared else sketch.ids[0]
        if self._card(wanted) in self.known:
            wanted = sketch.ids[1]
        again = 1
        row_id = wanted
        while self._card(row_id) in self.known:
            again += 1
            row_id = f"{wanted}-{again}"
        return row_id
