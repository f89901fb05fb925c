"""What the phone's form is told when it comes back: what is wrong, and what is asked about."""

from typing import Any

from campaigns.sentences import refusal_sentence
from crm.web.guards.visit import Visit
from crm.web.view.form_faults import FAULTS
from crm.web.view.form_fields import FIELDS, fault_sentence
from crm.web.view.forms import Checked, Fault


def findings(visit: Visit, looked_at: Checked | None) -> dict[str, Any]:
    """What is wrong and what is asked about, in a list and beside the fields."""
    if looked_at is None:
        return {"faults": [], "faulty": {}, "doubts": [], "doubtful": {}}
    # Of several events of one form each may be refused for the same.
    told = [(fault.field, _fault_sentence(visit, fault)) for fault in looked_at.faults]
    faults = list(dict.fromkeys(told))
    doubts = [(doubt.field, doubt.sentence(visit.language)) for doubt in looked_at.doubts]
    beside = {"faulty": dict(faults), "doubtful": dict(doubts)}
    return {"faults": faults, "doubts": doubts, **beside}


def _fault_sentence(visit: Visit, fault: Fault) -> str:
    if fault.reason in ("out_of_range", "not_filled") and fault.field in FIELDS:
        is_empty = fault.reason == "not_filled"
        return fault_sentence(FIELDS[fault.field], visit.language, is_empty=is_empty)
    if fault.reason in FAULTS:
        return visit.say(FAULTS[fault.reason])
    return refusal_sentence(fault.reason, fault.path, visit.language)
