"""What the web process keeps at hand for dealers: figures, turns, who waits."""

from dataclasses import dataclass, field

from sqlalchemy import Engine

from crm.feed.figures import Figures
from crm.feed.flooding import Flooding
from crm.feed.news import News


@dataclass(frozen=True)
class FeedCaches:
    """One for each site."""

    news: News
    figures: Figures = field(default_factory=Figures)
    flooding: Flooding = field(default_factory=Flooding)

    @classmethod
    def of(cls, engine: Engine) -> "FeedCaches":
        """That of a database."""
        return cls(News(engine))
