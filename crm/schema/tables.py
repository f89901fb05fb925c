"""Every table there is, by what becomes of its rows."""

from crm.accounts import tables as accounts
from crm.activities import tables as activities
from crm.archives import tables as archives
from crm.attachments.tables import ATTACHMENT_USE
from crm.components.index import TIE
from crm.copies import tables as sharing
from crm.disputes import tables as disputes
from crm.feed.tables import FEED
from crm.follow_ups import tables as follow_ups
from crm.funnels.tables import FUNNEL_NOTE, SAVED_FUNNEL
from crm.intake.inboxes import INBOX
from crm.intake.tables import SHEET_HEADING
from crm.invitations.tables import INVITATION_WORD
from crm.journal.checkpoints import CHECKPOINT
from crm.journal.clock_marks import CLOCK
from crm.journal.dead_letters import DEAD_LETTER
from crm.journal.events import JOURNAL
from crm.journal.outbox import OUTBOX
from crm.journal.progress import PROGRESS
from crm.journal.undecodable import UNDECODABLE
from crm.ledger import tables as rewards
from crm.letters import tables as letters
from crm.members import tables as members
from crm.notices import tables as notices
from crm.outcomes import tables as outcomes
from crm.people import tables as people
from crm.policies import tables as policies
from crm.questions import tables as questions
from crm.reward_desk import tables as reward_desk
from crm.rights import tables as rights
from crm.storage.database import METADATA as METADATA
from crm.watch import tables as watch

HISTORY = (JOURNAL, DEAD_LETTER)
"""What is not computed from anything else, and so left alone by a rebuild."""

CARRIED = (CHECKPOINT, OUTBOX, UNDECODABLE)
"""What only the broker's way has; history as well."""

TOLD = (sharing.DEALER_CHANGE, *FEED)
"""What dealers were told, acknowledged and signed; history as well. Of a rebuild's outcome only
changes are added, and those only where rows differ."""

KEPT_APART = (
    *(accounts.ACCOUNT, accounts.API_TOKEN, accounts.ACCESS, accounts.EXPORT),
    *(accounts.INVITATION, accounts.ACCOUNT_CHANGE),
    *(accounts.WEB_SESSION, accounts.SECOND_FACTOR, accounts.RECOVERY_CODE),
    *(notices.NOTICE, questions.DEALER_QUESTION, INBOX, ATTACHMENT_USE, CLOCK),
    SHEET_HEADING,
)
"""Accounts, who looked at what, what people were told: no part of the events' history."""

REGISTERED = (
    *(rights.RIGHTS_REQUEST, rights.RIGHTS_STEP, follow_ups.FOLLOW_UP_OWNER),
    *(follow_ups.FOLLOW_UP_TASK,),
    *(follow_ups.FOLLOW_UP_LATER, outcomes.EVENT_HANDLED, outcomes.EVENT_MENDED),
    *(reward_desk.PAYMENT_FILE, reward_desk.PAYMENT_ORDER, reward_desk.PAYMENT_LEFT_OUT),
    policies.POLICY_DRAFT,
    SAVED_FUNNEL,
    *(letters.LETTER_TEMPLATE, letters.LETTER_SENT, letters.LETTER_BATCH, letters.LETTER_DUE),
    members.MEMBER_LINK,
    INVITATION_WORD,
    disputes.MEMBER_DISPUTE,
    watch.WATCH_DECISION,
    watch.PAID_ACCOUNT,
)
"""What people asked for and were answered, whose work it is and when, which payments were ordered,
who was invited, which funnels were saved: a rebuild leaves it alone."""

NOTED = (FUNNEL_NOTE,)
"""What the recording tells those who keep at hand what they read: thrown away when it is old."""

PROJECTED = (
    PROGRESS,
    TIE,
    outcomes.OUTCOME,
    activities.ACTIVITY,
    *(members.MEMBER, members.MEMBER_PHONE),
    people.CARD,
    people.LINK,
    people.PAIR,
    people.PERSON,
    archives.CONFLICT,
    sharing.COPY_ROW,
    sharing.CONTRACT,
    sharing.WAKE_DAY,
    follow_ups.FOLLOW_UP,
    rewards.CLAIM,
    rewards.REWARD,
    rewards.PAYMENT,
    rewards.BALANCE,
    rewards.LEDGER_ENTRY,
)
"""What follows from the journal: emptied and written again by a rebuild."""
