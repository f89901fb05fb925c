"""What left the house after a backup was made, as far as the data that are replaced can tell."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection, func, select, update

from crm.accounts.tables import ACCOUNT, API_TOKEN
from crm.copies.tables import DEALER_CHANGE
from crm.feed.tables import COPY_ACKNOWLEDGEMENT, COPY_SENT
from crm.journal.events import JOURNAL
from streams.backup.fence import ERASED_AGAIN


@dataclass(frozen=True, slots=True)
class Dealer:
    """Up to which number a dealer was told; the restored house knows of `restored` only."""

    told: int
    restored: int


@dataclass(frozen=True, slots=True)
class Closed:
    """Tokens revoked (actor → when), accounts closed, and what the others may (actor → roles,
    dealer): a restore must give nobody back what was taken since."""

    tokens: Mapping[str, int]
    accounts: frozenset[str]
    roles: Mapping[str, tuple[str, str | None]]

    def close_again(self, connection: Connection) -> None:
        """In the data that are restored."""
        for actor, revoked_us in self.tokens.items():
            opened = (API_TOKEN.c.actor == actor, API_TOKEN.c.revoked_us.is_(None))
            connection.execute(update(API_TOKEN).where(*opened).values(revoked_us=revoked_us))
        for actor in self.accounts:
            connection.execute(update(ACCOUNT).where(ACCOUNT.c.actor == actor).values(active=False))
        for actor, (roles, dealer) in self.roles.items():
            given = update(ACCOUNT).where(ACCOUNT.c.actor == actor)
            connection.execute(given.values(roles=roles, dealer=dealer))


@dataclass(frozen=True, slots=True)
class Since:
    """known: whether the data that were replaced could be read; without them nobody here knows.

    events: accepted after the backup; what their senders do not hand in again is lost.
    told: dealer → the highest number that it was told or has acknowledged.
    dealers: those who are ahead of what was restored: each finds the difference, or takes its copy
    anew.
    """

    known: bool
    events: int
    told: Mapping[str, int]
    dealers: Mapping[str, Dealer]
    closed: Closed

    @classmethod
    def unknown(cls) -> "Since":
        """There was nothing to read."""
        return cls(False, 0, {}, {}, Closed({}, frozenset(), {}))

    def after(self, restored: Mapping[str, int]) -> "Since":
        """The same, beside what the restored data have told."""
        ahead = {
            dealer: Dealer(told, restored.get(dealer, 0))
            for dealer, told in sorted(self.told.items())
            if told > restored.get(dealer, 0)
        }
        return replace(self, dealers=ahead)


def left_since(connection: Connection, position: int) -> Since:
    """What the data know that are to be replaced."""
    later = select(func.count()).where(
        JOURNAL.c.position > position,
        JOURNAL.c.role != "system",
        # What a restore itself has added.
        JOURNAL.c.source != ERASED_AGAIN,
    )
    return Since(
        True, connection.execute(later).scalar_one(), told_at(connection), {}, _closed(connection)
    )


def _closed(connection: Connection) -> Closed:
    revoked = select(API_TOKEN.c.actor, API_TOKEN.c.revoked_us)
    tokens = connection.execute(revoked.where(API_TOKEN.c.revoked_us.is_not(None)))
    columns = ACCOUNT.c.actor, ACCOUNT.c.active, ACCOUNT.c.roles, ACCOUNT.c.dealer
    accounts = connection.execute(select(*columns)).all()
    return Closed(
        {actor: at_us for actor, at_us in tokens},
        frozenset(actor for actor, active, _, _ in accounts if not active),
        {actor: (roles, dealer) for actor, _, roles, dealer in accounts},
    )


def told_at(connection: Connection) -> dict[str, int]:
    """Dealer → the highest number that is known of it."""
    found: dict[str, int] = {}
    for dealer, number in (
        (DEALER_CHANGE.c.dealer, DEALER_CHANGE.c.sequence),
        (COPY_SENT.c.dealer, COPY_SENT.c.up_to),
        (COPY_ACKNOWLEDGEMENT.c.dealer, COPY_ACKNOWLEDGEMENT.c.up_to),
    ):
        for name, last in connection.execute(select(dealer, func.max(number)).group_by(dealer)):
            found[name] = max(last, found.get(name, 0))
    return found
