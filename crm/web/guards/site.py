"""What every request needs at hand: the databases, the door, the words, the secrets."""

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from babel.support import NullTranslations
from fastapi import Request
from sqlalchemy import Engine

from campaigns.intake import Intake
from campaigns.wording.languages import Language
from crm.accounts.second_factor import SecondFactors
from crm.clock import now_us
from crm.components.index_keys import Digest, keyed_digest
from crm.configuration.settings import Settings
from crm.feed.caches import FeedCaches
from crm.funnels.kept import columns_file
from crm.funnels.queries import FunnelAnswers, Funnels
from crm.intake.accept import EventIntake
from crm.keyring.keyring import Keyring
from crm.letters.postman import Postman
from crm.letters.ways import Ways
from crm.operations.backups import Backups
from crm.operations.status import Status, stored_status
from crm.pace import Turns
from crm.rights.own_copy import Keeper
from crm.schema.preparing import prepare
from crm.storage.database import closed_on_failure, limit_waiting, open_engine, reading
from crm.web.guards.attempts import OWN_LINKS, PERIOD_SECONDS, SignInAttempts
from crm.web.guards.budget import Budget
from crm.web.guards.lanes import Lanes
from crm.web.guards.large_bodies import LargeIntake
from crm.web.guards.refusals import Refusals
from crm.web.view.languages import load_translations


@dataclass(frozen=True)
class Site:
    """One running site. `now_us` tells the time."""

    engine: Engine
    keyring: Keyring
    intake: Intake
    session_secret: bytes
    translations: dict[Language, NullTranslations] = field(default_factory=load_translations)
    attempts: SignInAttempts = field(default_factory=SignInAttempts)
    own_links: Turns = field(default_factory=lambda: Turns(OWN_LINKS, OWN_LINKS / PERIOD_SECONDS))
    """Openings of members' own links, by network; one that opens nothing costs several."""
    proxies: tuple[str, ...] = ()
    """Addresses and networks of the proxies whose word on where a request comes from counts."""
    lanes: Lanes = field(default_factory=Lanes)
    budget: Budget = field(default_factory=Budget)
    refusals: Refusals = field(default_factory=Refusals)
    large_intake: LargeIntake | None = None
    """Who takes large bodies, where that is a process of its own."""
    now_us: Callable[[], int] = now_us
    keeper: Keeper = field(default_factory=lambda: Keeper("金夕"))
    """Who keeps the archives, as people are told it."""
    ways: Ways = field(default_factory=Ways)
    """On which ways letters leave."""
    status: Callable[[], Status] | None = None
    """How it stands, where somebody above knows more than the database."""

    retry: Callable[[], object] | None = None
    """Records again what failed, where somebody above can do that."""
    backups: Backups | None = None
    """The backups that are made from pages, where somebody above can make them."""

    @property
    def digest(self) -> Digest:
        """By it phones and ID numbers are found without being stored."""
        return keyed_digest(self.keyring.secret("ties"))

    def how_it_stands(self) -> Status:
        """What waits, what is behind, what failed."""
        if self.status is not None:
            return self.status()
        with reading(self.engine) as connection:
            return stored_status(connection)

    @property
    def second_factors(self) -> SecondFactors:
        """Those of the accounts."""
        return SecondFactors(self.engine, self.keyring)

    @property
    def postman(self) -> Postman:
        """Who takes letters out of the house."""
        return Postman(self.engine, self.keyring, self.ways, self.keeper, self.now_us)

    feed_caches: FeedCaches = field(init=False)
    data_folder: Path | None = None
    """Where what makes a start quick is kept."""

    def __post_init__(self) -> None:
        """What is kept at hand hangs on the database."""
        object.__setattr__(self, "feed_caches", FeedCaches.of(self.engine))

    funnel_answers: FunnelAnswers | None = None
    """Who answers questions of funnels, where that is a process of its own."""

    @functools.cached_property
    def funnels(self) -> FunnelAnswers:
        """Who answers questions of funnels."""
        if self.funnel_answers is not None:
            return self.funnel_answers
        file = None if self.data_folder is None else columns_file(self.data_folder)
        return Funnels(self.engine, file)

    @classmethod
    def open(cls, settings: Settings) -> "Site":
        """Over the databases of an installation, whose schema is brought up to date."""
        engine = open_engine(settings.database_url)
        limit_waiting(engine)
        with closed_on_failure(engine):
            prepare(engine)
            keyring = Keyring.open(settings)
        intake = EventIntake(engine, keyring)
        secret = keyring.secret("sessions")
        proxies = tuple(str(each) for each in settings.proxies)
        folder = settings.data_folder
        keeper = Keeper(settings.company_name, settings.company_contact)
        return cls(
            engine,
            keyring,
            intake,
            secret,
            proxies=proxies,
            data_folder=folder,
            keeper=keeper,
            ways=Ways.of(settings),
        )


def site_of(request: Request) -> Site:
    """The site that serves a request."""
    site: Site = request.app.state.site
    return site


async def site_at_hand(request: Request) -> Site:
    """The same as a dependency: no thread is asked for what is at hand."""
    return site_of(request)
