"""Writes drafts of policies: drafted, agreed to by compliance, published or withdrawn; each once.

Nobody is two of these three: who drafts, who agrees, who publishes. By person, not by role.
"""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Engine, update

from campaigns.ids import derived_id
from crm.policies.document import Document
from crm.policies.queries import Draft
from crm.policies.tables import POLICY_DRAFT
from crm.storage.database import insert_new, writing


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes, and when."""

    actor: str
    now_us: int


def may_agree(draft: Draft, actor: str) -> bool:
    """Whether compliance's word may come from this person."""
    return draft.state == "draft" and draft.agreed_by is None and actor != draft.drafted_by


def may_publish(draft: Draft, actor: str, *, needs_agreement: bool) -> bool:
    """Whether this person may publish the draft as it stands."""
    is_agreed = not needs_agreement or draft.agreed_by is not None
    return draft.state == "draft" and is_agreed and actor not in (draft.drafted_by, draft.agreed_by)


def keep_draft(engine: Engine, writer: Writer, form_id: str, text: str, document: Document) -> str:
    """Keep a draft; its id. The same text from the same form again changes nothing; another one is
    another draft."""
    draft_id = derived_id("draft", form_id, text)
    row = {
        "draft_id": draft_id,
        "policy": document.policy,
        "effective_from": document.effective_from,
        "text": text,
        "sha256": document.digest,
        "drafted_us": writer.now_us,
        "drafted_by": writer.actor,
        "state": "draft",
    }
    with writing(engine) as connection:
        insert_new(connection, POLICY_DRAFT, [row])
    return draft_id


def agree(engine: Engine, writer: Writer, draft: Draft, agreement: str) -> None:
    """Compliance's word: why what the law asks about may be so."""
    values = {"agreement": agreement, "agreed_us": writer.now_us, "agreed_by": writer.actor}
    open_one = POLICY_DRAFT.c.draft_id == draft.draft_id, POLICY_DRAFT.c.agreed_by.is_(None)
    with writing(engine) as connection:
        connection.execute(update(POLICY_DRAFT).where(*open_one).values(values))


def end(
    engine: Engine, writer: Writer, draft: Draft, state: Literal["published", "withdrawn"]
) -> None:
    """Of two ends the first holds; what was published was said, whoever withdrew it meanwhile."""
    values = {"state": state, "ended_us": writer.now_us, "ended_by": writer.actor}
    may_end = ("draft", "withdrawn") if state == "published" else ("draft",)
    this = POLICY_DRAFT.c.draft_id == draft.draft_id, POLICY_DRAFT.c.state.in_(may_end)
    with writing(engine) as connection:
        connection.execute(update(POLICY_DRAFT).where(*this).values(values))
