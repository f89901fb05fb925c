"""Which records are worth comparing: those that share one of some keys.

A key that very many share finds nobody; whoever belongs together shares another as well.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from crm.identity.likeness import Name
from crm.identity.record import Place, Record

BLOCK_MAX = 120
"""Records of one key that are compared with each other."""

_ENOUGH_ALONE = frozenset({"id", "id core", "phone", "born", "sound"})
"""Keys of which one is enough to be compared; of the others two must be shared."""


def closed_keys(record: Record) -> Iterator[tuple[str, ...]]:
    """The keys by which two cards can come to be compared at all: the index of components holds
    them too (crm/components/index_keys.py), so whoever shares one is in one component.

    Few who are strangers share one, however many people there are.
    """
    for phone in record.phones:
        yield "phone", phone
    yield from identity_keys(record.id_number)
    if not record.name.titled:
        yield from name_keys(record.name, record.born, record.place)


def identity_keys(number: str) -> Iterator[tuple[str, ...]]:
    """Of an ID number as written, right or not."""
    if len(number) in (15, 18):
        yield "core", _core(number)


def name_keys(name: Name, born: str, place: Place | None) -> Iterator[tuple[str, ...]]:
    """Of a name with a birth date, and with a house."""
    if not name.slurred:
        return
    sound = " ".join(sorted(name.slurred))
    if len(born) == 8:
        yield "sounds-born", sound, born
    if place is not None and place.house:
        yield "sounds-at", sound, place.house


def closed_pairs(records: Sequence[Record]) -> set[tuple[int, int]]:
    """The places of the records that share such a key, the smaller first."""
    blocks: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, record in enumerate(records):
        for key in set(closed_keys(record)):
            blocks[key].append(place)
    small = (block for block in blocks.values() if len(block) <= BLOCK_MAX)
    return {pair for block in small for pair in _pairs(block)}


def keys_of_record(record: Record) -> Iterator[tuple[str, ...]]:
    """The keys under which a record is found by others."""
    name, born = record.name, record.born
    if record.id_number:
        yield "id", record.id_number
        if len(record.id_number) in (15, 18):
            yield "id core", _core(record.id_number)
    for phone in record.phones:
        yield "phone", phone
    if len(born) == 8:
        yield "born", born
    if name.sound and not name.titled:
        yield "sound", name.sound
        yield "slurred and year", *sorted(name.slurred), born[:4]
        if name.chinese:
            yield "given and year", *name.given, born[:4], record.region[:4]
    if not name.chinese:
        yield from _of_letters(record)
    place = record.place
    if place is not None and place.numbers:
        for pair in sorted(place.text)[:3]:
            yield "house", *place.numbers[:1], pair
        if name.surname:
            yield "house of a name", *place.numbers[:1], name.surname[0][:3]
            yield "house and birth", *place.numbers[:1], born
        yield "house and region", *place.numbers[:1], record.region


def _of_letters(record: Record) -> Iterator[tuple[str, ...]]:
    """Names in letters are full of slips: their beginnings, and what else fits, must do."""
    born, place = record.born, record.place
    region = "".join(sorted(record.region))
    numbers = () if place is None else place.numbers[:2]
    streets = () if place is None else place.words
    for word in record.name.slurred:
        yield "word and year", word[:4], born[:4]
        yield "word and day", word[:3], born[4:]
        yield "word and region", word[:4], region
        for number in (*numbers, *streets):
            yield "word and place", word[:3], number
    if len(born) == 8:
        yield "month, year and region", born[:6], region
        yield "day and region", born[4:], region
    for street in streets:
        yield "street and region", street, region
        yield "street and year", street, born[:4]
        for number in numbers:
            yield "number and street", number, street


def pairs_of(records: Sequence[Record], most: int = BLOCK_MAX) -> set[tuple[int, int]]:
    """The places of records to be compared, the smaller first."""
    blocks: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, record in enumerate(records):
        for key in set(keys_of_record(record)):
            blocks[key].append(place)
    found: set[tuple[int, int]] = set()
    once: set[tuple[int, int]] = set()
    for key, block in blocks.items():
        if len(block) > most:
            continue
        for pair in _pairs(block):
            if key[0] in _ENOUGH_ALONE or pair in once:
                found.add(pair)
            else:
                once.add(pair)
    return found


def _pairs(block: Sequence[int]) -> Iterable[tuple[int, int]]:
    for at, place in enumerate(block):
        for other in block[at + 1 :]:
            yield place, other


def _core(number: str) -> str:
    """What both forms of an ID number hold: region, birth date without century, order."""
    return number if len(number) == 15 else number[:6] + number[8:17]
