"""How a message to a webhook is written and signed, after Standard Webhooks.

Signed is `id.timestamp.body` with HMAC-SHA-256; the secret is `whsec_` and base64.
tests/unit/crm/copies/webhook_vectors.json holds examples.
"""

import hmac
from base64 import b64decode, b64encode

from campaigns.canonical import canonical_json
from campaigns.times import SECOND_US, rfc3339

SECRET_PREFIX = "whsec_"


def written_secret(secret: bytes) -> str:
    """A secret as it is shown once and typed in elsewhere."""
    return SECRET_PREFIX + b64encode(secret).decode()


def signature(secret: str, message_id: str, timestamp_seconds: int, body: bytes) -> str:
    """The value of the header `webhook-signature`."""
    signed = f"{message_id}.{timestamp_seconds}.".encode() + body
    key = b64decode(secret.removeprefix(SECRET_PREFIX))
    return "v1," + b64encode(hmac.digest(key, signed, "sha256")).decode()


def changed_body(last: int, at_us: int) -> bytes:
    """That there is something to fetch, up to a number; nothing more."""
    return canonical_json(
        {"type": "copy.changed", "timestamp": rfc3339(at_us), "data": {"last": last}}
    )


def headers(secret: str, message_id: str, at_us: int, body: bytes) -> dict[str, str]:
    """The headers of a message that is sent at an instant."""
    seconds = at_us // SECOND_US
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": f"{seconds}",
        "webhook-signature": signature(secret, message_id, seconds, body),
    }
