"""Where the time of a recording goes, phase by phase."""

import cProfile
import pstats
from dataclasses import dataclass
from pathlib import Path

from tests.bench.stand import Stand

_PHASES = (
    ("reading the journal", "events.py", "rows_after"),
    ("decoding and decrypting", "events.py", "decode"),
    ("histories that are not at hand", "histories.py", "_read"),
    ("activities, contracts, policies, days", "chunk_shared.py", "record_shared"),
    ("members", "chunk_shared.py", "record_members"),
    ("ties and what belongs together", "chunk_cards.py", "_groups"),
    ("components that only grew", "chunk_growth.py", "record_growth"),
    ("evaluation: outcomes", "cards.py", "judge_cards"),
    ("evaluation: folding cards", "card.py", "fold_card"),
    ("evaluation: who is who", "resolution.py", "resolve"),
    ("evaluation: consents and people", "evaluation.py", "_person"),
    ("evaluation: claims", "evaluation.py", "earnings"),
    ("rows of copies", "projection.py", "rows_of_copies"),
    ("rows of cards, links, people", "projection.py", "card_rows"),
    ("rows of outcomes", "projection.py", "outcome_rows"),
    ("rows of follow-ups", "projection.py", "follow_up_rows"),
    ("claims event by event", "claim_steps.py", "steps"),
    ("comparing rows", "difference.py", "find_difference"),
    ("writing rows", "difference.py", "write_difference"),
    ("claims, rewards, balances, ledger", "book.py", "write_steps"),
    ("SQLite: writing", "~", "<method 'executemany' of 'sqlite3.Cursor' objects>"),
    ("SQLite: commit", "~", "<method 'commit' of 'sqlite3.Connection' objects>"),
)


_Stats = dict[tuple[str, int, str], tuple[float, ...]]
"""(file, line, function) → figures, the fourth of which is the cumulative time."""


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase and its share of the whole; phases within phases are counted in both."""

    name: str
    seconds: float
    share: float


def phases(journaled: Path, folder: Path) -> list[Phase]:
    """The phases of one recording under the profiler, which slows Python and not SQLite."""
    stand = Stand.at(journaled).copy(folder)
    profiler = cProfile.Profile()
    profiler.runcall(stand.record)
    stand.remove()
    found = pstats.Stats(profiler).get_stats_profile()
    whole = found.total_tt
    raw = pstats.Stats(profiler).stats  # type: ignore[attr-defined]
    return [
        Phase(name, seconds, seconds / whole)
        for name, file, function in _PHASES
        if (seconds := _cumulative(raw, file, function)) > 0
    ]


def _cumulative(stats: _Stats, file: str, name: str) -> float:
    return sum(
        figures[3]
        for (path, _, function), figures in stats.items()
        if function == name and Path(path).name == file
    )
