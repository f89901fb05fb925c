"""What the web process keeps at hand for dealers: figures, turns, who waits."""

from dataclasses import dataclass, field

from sqlalchemy import Engine

from crm.feed.figures import Figures
from crm.feed.news import News
from crm.pace import Turns

BURST_TURNS = 600
TURNS_PER_SECOND = 20.0
"""Enough for a first copy at once, too little to flood the house; the dear ones take several."""


@dataclass(frozen=True)
class FeedCaches:
    """One for each site."""

    news: News
    figures: Figures = field(default_factory=Figures)
    turns: Turns = field(default_factory=lambda: Turns(BURST_TURNS, TURNS_PER_SECOND))

    @classmethod
    def of(cls, engine: Engine) -> "FeedCaches":
        """That of a database."""
        return cls(News(engine))
