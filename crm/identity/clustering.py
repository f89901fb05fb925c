"""Who is who in a set of records that stand in no archive: the same rules, fitted to the set."""

from collections.abc import Iterable, Sequence
from datetime import date

from crm.identity.blocking import pairs_of
from crm.identity.fitting import fitted
from crm.identity.record import Record
from crm.identity.resolution import Resolution, resolve
from crm.identity.traits import IdentityCard, PairDecision
from crm.identity.weights import Weights


def who_is_who(
    records: Sequence[Record], weights: Weights | None, decisions: Iterable[PairDecision] = ()
) -> Resolution:
    """People among the records, whose ids are unique; without weights by the rule alone."""
    cards = [_card(record, place) for place, record in enumerate(records)]
    fit = None if weights is None else fitted(weights, records)
    return resolve(cards, decisions, weights=fit, records=records, compared=pairs_of)


def _card(record: Record, place: int) -> IdentityCard:
    born: date | None = None
    if len(record.born) == 8:
        try:
            born = date.fromisoformat(record.born)
        except ValueError:
            born = None
    return IdentityCard(
        card_id=record.record_id,
        order=(place, 0, "", ""),
        name=record.written or None,
        sex=record.sex,
        birth_date=born,
        birth_year=int(record.born[:4]) if record.born and born is None else None,
        id_number=record.id_number or None,
        phones=tuple(sorted(record.phones)),
        region=record.region or None,
    )
