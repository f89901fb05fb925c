"""What a letter may be about: the activity to which its reader is invited."""

from dataclasses import dataclass

from campaigns.regions import region_name
from campaigns.times import day_end_us, moment_of, shanghai_day
from campaigns.wording.days import day_text
from campaigns.wording.languages import Language

INVITED = "invited"
"""The kind of an occasion that is an activity: `invited:A-1`."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """An activity; region: GB/T 2260; dealer: the name of who holds it, None where it has none.

    off_us: since when it is known that it is called off; None: it is not.
    """

    title: str
    starts_us: int
    ends_us: int | None
    venue: str | None
    region: str
    dealer: str | None
    off_us: int | None = None

    @property
    def over_us(self) -> int:
        """When it is over; one without an end, with its day."""
        return self.ends_us or day_end_us(shanghai_day(self.starts_us))

    def values(self, language: Language, company: str) -> dict[str, str]:
        """What a template may name of it."""
        starts = moment_of(self.starts_us)
        until = f"–{moment_of(self.ends_us):%H:%M}" if self.ends_us else ""
        return {
            "activity": self.title,
            "when": f"{day_text(starts.date(), language)} {starts:%H:%M}{until}",
            "place": self.venue or region_name(self.region) or self.region,
            "host": self.dealer or company,
        }
