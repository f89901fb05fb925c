"""Claims are kept as rows of the database, and read by later versions."""

import msgspec

from crm.ledger.rows import claim_in


def test_a_claim_that_an_earlier_version_kept_has_its_verdicts() -> None:
    kept = {
        **{"reward_id": "r1", "purchase_id": "p1", "member": "m1", "referral_id": None},
        **{"policy": None, "mode": None, "standing": "payable", "state": "payable", "reason": None},
        **{"due_fen": 1, "releases_on": None, "words": {"word": "approved", "approvers": ["u1"]}},
    }
    claim = claim_in(msgspec.msgpack.encode(kept))
    assert (claim.verdicts.decision, claim.verdicts.approvers) == ("approved", ("u1",))
