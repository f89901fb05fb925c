"""The written chapters of docs/events.md: what the catalogue cannot say of itself."""

TITLE = """\
# Events

What a system that hands events to Jinxi may rely on. This page is made by `make docs` from the
catalogue in `campaigns/events/`; a test compares the two. For programs there is
[asyncapi.json](asyncapi.json).

**Stable** types never change their meaning: a change is a new type that ends in `.v2`. **Draft**
types may still change.
"""

BEFORE_TYPES = """\
## An event from outside

CloudEvents 1.0 in JSON, UTF-8, at most 65,536 bytes. A file holds one event a line (NDJSON); a byte
order mark, CRLF and blank lines do no harm.

```json
{
  "specversion": "1.0",
  "id": "7d0c7c1e-0001",
  "source": "/sheets/D1",
  "type": "jinxi.activity.attended.v1",
  "time": "2026-05-03T09:12:00+08:00",
  "subject": "card/K-000123",
  "data": {"card_id": "K-000123", "activity_id": "A-0042"}
}
```

| attribute | needed | what stands there |
|---|---|---|
| `specversion` | yes | `1.0`; without it the line is no event |
| `id` | yes | made by the sender: 1–64 of `A-Z a-z 0-9 . _ : -` |
| `source` | yes | the sender, a URI reference of at most 256 printable ASCII characters; below \
the prefix that the token allows |
| `type` | yes | one of the types below |
| `time` | yes | when it **happened**, RFC 3339 with a zone, from 2000 on |
| `subject` | yes | `kind/id` of what the event is about; it must name what `data` names |
| `data` | yes | an object, as the type below says |
| `datacontenttype` | | `application/json`, which is also what its absence means |
| `timeprecision` | | `second` (assumed) or `day`: from paper; only the Shanghai day of `time` \
counts |
| `sequence` | | whole number: the sender's own order among events of the same time |
| `receivedat` | | when it was first taken; looked at only in an import of history by \
headquarters, and then neither before `time` nor after now |

`actor` is set by the receiving side from the credential; what a sender writes there is ignored.

**Identity.** `source` and `id` together name an event for ever. The same identity with the same
content is a duplicate and does no harm, so send again whenever an answer was lost. Content is
`type`, `subject`, the instant of `time`, `timeprecision`, `sequence` and `data`, compared as
canonical JSON (RFC 8785): order of keys, white space, how one instant is spelled, tracing and other
extensions play no part. With other content it is refused. The identity of a refused event is free.

**Values.** Money is in whole fen, at most 1,000,000,000,000; a whole purchase costs no more. Days
are written `2026-05-03`, are Shanghai days, and count as a whole: a last day still belongs. An id
has the form of the attribute `id`. A region is a code of GB/T 2260 with six digits. Lists may be
empty. In a type that corrects or changes, only what changes is written, and `null` clears where
null is allowed; lists are replaced.

**Unknown fields** are kept, encrypted, and otherwise ignored. They may be nested 64 deep at most.

## Where personal data may stand

In the objects `person`, `contact`, `health` and `private` of `data`, and nowhere else: these are
encrypted per subject before they are kept, and unreadable after an erasure. Free text belongs into
`private`. Ids, codes, titles and names of products are kept in plain. An id, a subject or a code
that as a whole is a mobile number or an ID card number with the right check character is refused
(`id_is_personal`); a `kind/` before it, a leading 86 or +86, and `- . _ :` within do not hide it.

A **card** is what was written of a person at one time. Whether two cards are one person is for
Jinxi to find out: never reuse a card for somebody else, and do not merge cards yourself.
"""

AFTER_TYPES = """\
## Who may say what about whom

Ids can be guessed, so it is not the id that gives the right to speak.

- The **party** of an event comes from the credential: the company, or a dealer. A dealer's token \
that names no other sources speaks under `/dealers/CODE` and what lies below it.
- Whatever is brought into being (card, activity, member, purchase, return, trial, complaint, \
referral, contract) **belongs to the party** whose event did it. Of several such events of one \
party the first in order stands. Of events of different parties the one **received first** stands: \
the others are rejected (`card_taken`, `already_exists`), change nothing, and headquarters is told.
- The company may speak of everything. A dealer may speak of cards and members that belong to it, \
of activities that it carries out, and of purchases, trials and complaints of its own on such a \
card. Anything else is `not_allowed`, at once or afterwards.
- Of a person in its copy a dealer speaks by the row: `row/KEY` as the subject, and no `card_id`. \
So may be said: attendance, readings, trials, purchases and returns, gifts, clubs, follow-ups, \
complaints, a death, a correction of what the row holds, and words of consent on `archive`, \
`health` and sharing with itself. Not: identity, erasure, relations, referrals.
- A dealer's consent by row must name as `evidence_sha256` an attachment that was handed over \
before, else it is rejected (`evidence_needed`); then hand it over, and say it anew. On its own \
card a consent without evidence is recorded, but ends no refusal and no withdrawal of the person.
- A refusal or withdrawal of `share_with_dealer` by a dealer counts for itself alone.
- What a copy holds (`copy.acknowledged`) is said by the dealer itself.

## Order

What looks at several events takes them in the order of: start of the event's time (of an event of
day precision: 00:00+08:00 of its day), `sequence` (0 when missing), `source`, `id`. The order of
arrival changes no result, with one exception: a referral received more than seven days after its
purchase needs headquarters' approval before it earns anything.

When a consent and a refusal or withdrawal fall on one Shanghai day, and one of them has day
precision, the refusal or withdrawal wins over all consents of that day. One of `share_with_dealer`
that names no dealer is meant for every dealer, unless a dealer says it.

## What the sender hears

### At once

Each event is answered by itself, in order, after it is durable.

- **accepted**, perhaps with warnings;
- **duplicate**: it was taken before; the answer says when and from whom;
- **refused**, with a reason, the place as JSONPath (`$` is the whole line), and a sentence. Of
  several faults the one that stands first here is named:

{refusals}

A warning refuses nothing:

| warning | when |
|---|---|
| `id_number_unverified` | the check character or the date in an ID card number is wrong, or it \
disagrees with the sex, birth date or birth year beside it, or it has 15 digits: it is kept and \
proves nothing |
| `phone_unusual` | a telephone number is no mainland mobile: it is kept as written and proves \
nothing |
| `region_unknown` | the region's code held in no year |

### Afterwards

What became of an accepted event can be asked for by `source` and `id`. It may change when something
arrives on which it depends.

| outcome | meaning |
|---|---|
| `recorded` | it counts; the mark `compliance_breach` says that it happened against the rules (a \
sale or trial at a free clinic, a free clinic without a filing number): no reward, and a case is \
opened |
| `waiting` | it refers to something not yet known, and counts as soon as that is: nothing needs \
to be sent again |
| `rejected` | it contradicts something else, see below |
| `voided` | it was taken back by an `event.voided` of the same source or of headquarters |
| `failed` | recording it broke down on our side; it is kept, and tried again after repair |

Known is what is recorded, whatever its time: a purchase on paper may be older than its card. A
dealer's code needs no contract to be known.

| rejected because | when |
|---|---|
| `card_taken` | another party or source registered the card |
| `already_exists` | it brings into being what exists already, with other content (the same \
content under a new `id` is recorded and changes nothing) |
| `patient_did_not_agree` | a referral to which the person did not agree |
| `more_returned_than_bought` | the return exceeds what is left of the purchase |
| `territory_overlap` | an exclusive contract or a province's buy-out overlaps another dealer's: \
the later of them |
| `activity_cancelled` | attendance at a cancelled activity |
| `not_allowed` | whoever said it may not: a void by another source, an approval by the one who \
entered the purchase, a dealer about what is not its own |
| `evidence_needed` | a dealer's consent by row that names no attachment of the card |
| `not_voidable` | a `card.erased` or an `event.voided` was to be voided |
| `erased` | the card was erased before, by the time of the events; returns of devices excepted |

**A correction** of a card is a `card.corrected`; of anything else, an `event.voided` and a new
event. **After an erasure** personal objects about the card are dropped at the door, also those of
events that are older and only arrive later.
"""

REFUSAL_MEANINGS = {
    "too_large": "more than 65,536 bytes, the end of the line not counted",
    "not_json": "not JSON, not UTF-8, cut off, or with `NaN`",
    "not_cloudevents": "no object, or without `specversion`",
    "unknown_type": "`type` is none of those above",
    "missing_field": "a needed attribute or field is not there",
    "bad_value": "an attribute or field is not what may stand there, or contradicts another one, "
    "such as a `subject` that does not name what `data` names",
    "time_in_future": "`time` is more than five minutes after the event was received",
    "id_reused": "`source` and `id` already name an event with other content",
    "id_is_personal": "an id, a subject or a code is a telephone or ID card number",
    "not_allowed": "the credential may not say this: the type (`$.type`), under this "
    "source, which is another sender's (`$.source`), for this dealer (`$.data.dealer`), or about "
    "what another sender said (`$.data.of_id`)",
}
"""Reason to refuse → when."""
