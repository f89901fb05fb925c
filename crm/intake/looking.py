"""A door that only looks: a sheet is told what would become of it, and nothing is kept."""

from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.cloudevents import Refusal, check
from campaigns.intake import Credential, Receipt
from crm.clock import now_us


@dataclass(frozen=True)
class LookingIntake:
    """Answers each line as the door would that has heard none of them before."""

    def accept(
        self,
        lines: Sequence[bytes],
        credential: Credential,
        *,
        history: bool = False,
        received_us: int | None = None,
    ) -> list[Receipt]:
        """One receipt for each line; of what is accepted nothing is kept."""
        at_us = received_us or now_us()
        return [_answer(line, credential, at_us, history=history) for line in lines]


def _answer(line: bytes, credential: Credential, received_us: int, *, history: bool) -> Receipt:
    found = check(line, received_us, history=history)
    if isinstance(found, Refusal):
        return Receipt("refused", found.source, found.id, found.reason, found.path)
    if found.faults:
        return Receipt("refused", found.source, found.id, *found.faults[0])
    if path := credential.forbidden_at(found):
        return Receipt("refused", found.source, found.id, "not_allowed", path)
    return Receipt("accepted", found.source, found.id, warnings=found.warnings)
