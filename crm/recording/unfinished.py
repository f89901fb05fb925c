"""The mark of a recording from the beginning that is under way: its rows are not all there yet."""

from sqlalchemy import Connection

from campaigns.wording.catalogues import N_
from campaigns.wording.sentence import SaidError
from crm.journal.checkpoints import Partition, glance, move_all_on


class RecordingUnfinished(SaidError):
    """A recording from the beginning is under way or was broken off: nothing can be judged yet."""


_FROM_THE_BEGINNING = Partition("from-the-beginning", "", 0)


def mark_unfinished(connection: Connection, now_us: int) -> None:
    """From now on: whoever finds the mark and did not set it has to begin anew."""
    move_all_on(connection, {_FROM_THE_BEGINNING: 1}, now_us)


def mark_finished(connection: Connection, now_us: int) -> None:
    """All that follows from the journal is there again, or nothing."""
    move_all_on(connection, {_FROM_THE_BEGINNING: 0}, now_us)


def is_unfinished(connection: Connection) -> bool:
    """Whether a recording from the beginning is under way, or was broken off."""
    return glance(connection, _FROM_THE_BEGINNING) > 0


def refuse_unfinished(connection: Connection) -> None:
    """Raise RecordingUnfinished where what is stored is not all there yet."""
    if is_unfinished(connection):
        raise RecordingUnfinished(
            N_(
                "正在从头入档，还没有做完，对不对现在还看不出。数据都在；"
                "等 jinxi serve 记完再查，没有在运行就先 jinxi work --until-idle。"
            )
        )
