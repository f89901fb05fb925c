"""Keeps what members dispute, and what they are answered."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Engine, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from campaigns.ids import derived_id
from campaigns.times import shanghai_day
from crm.disputes.dispute import MOST_OPEN, Outcome, due_after
from crm.disputes.tables import MEMBER_DISPUTE
from crm.keyring.keyring import Keyring, seal
from crm.storage.database import writing
from crm.storage.locks import DISPUTES, hold


class TooMany(Exception):
    """The member waits for as many answers as may be waited for at a time."""


class Answered(Exception):
    """It was answered before, or is not there."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a member says, in a form of its own. entered_by: the actors who entered the reward."""

    form_id: str
    member: str
    reward_id: str | None
    text: str
    entered_by: tuple[str, ...] = ()

    @property
    def dispute_id(self) -> str:
        """The same of a second tap; another one of other words that come from the same form, which
        a browser shows again to whoever goes back."""
        return derived_id("dispute", self.form_id, self.member, self.reward_id or "", self.text)


def say_dispute(engine: Engine, keyring: Keyring, said: Said, now_us: int) -> date:
    """Keep a dispute; by when it will be answered. TooMany."""
    due_on = due_after(shanghai_day(now_us))
    row = {
        "dispute_id": said.dispute_id,
        "member": said.member,
        "reward_id": said.reward_id,
        "entered_by": "\n".join(said.entered_by),
        "said_us": now_us,
        "due_on": due_on,
        "text_sealed": _sealed(keyring, said.member, said.text, f"{said.dispute_id}/said"),
    }
    try:
        with writing(engine) as connection:
            # Of several who speak at once each sees what the one before has said.
            hold(connection, DISPUTES)
            if _open_of(connection, said) >= MOST_OPEN:
                raise TooMany
            connection.execute(insert(MEMBER_DISPUTE), [row])
    except IntegrityError:
        # A second tap.
        return due_on
    return due_on


def _open_of(connection: Connection, said: Said) -> int:
    query = select(func.count()).where(
        MEMBER_DISPUTE.c.member == said.member,
        MEMBER_DISPUTE.c.outcome.is_(None),
        MEMBER_DISPUTE.c.dispute_id != said.dispute_id,
    )
    return int(connection.execute(query).scalar_one())


@dataclass(frozen=True, slots=True)
class Reply:
    """What a dispute is answered; actor: who answers."""

    outcome: Outcome
    text: str
    actor: str


def answer_dispute(
    engine: Engine, keyring: Keyring, dispute_id: str, reply: Reply, now_us: int
) -> None:
    """Answer a dispute, once; Answered."""
    this = MEMBER_DISPUTE.c.dispute_id == dispute_id
    with writing(engine) as connection:
        member = connection.execute(select(MEMBER_DISPUTE.c.member).where(this)).scalar()
        if member is None:
            raise Answered
        values = {
            "outcome": reply.outcome,
            "answered_us": now_us,
            "actor": reply.actor,
            "answer_sealed": _sealed(keyring, member, reply.text, f"{dispute_id}/answered"),
        }
        open_one = update(MEMBER_DISPUTE).where(this, MEMBER_DISPUTE.c.outcome.is_(None))
        if connection.execute(open_one.values(values)).rowcount == 0:
            raise Answered


def _sealed(keyring: Keyring, member: str, text: str, bound_to: str) -> bytes:
    subject = f"member/{member}"
    key = keyring.data_keys([subject], create=True)[subject]
    assert key is not None  # the keys of members are never destroyed
    return seal(key, text.encode(), bound_to.encode())
