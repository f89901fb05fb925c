"""What the codes of events are called, by the field in which they stand: no code is shown raw."""

from collections.abc import Mapping

from campaigns.wording.catalogues import N_
from crm.web.view.desk_labels import CONTRACTS, END_REASONS, REASONS
from crm.web.view.labels import (
    ACTIVITY_KINDS,
    CANCEL_REASONS,
    CATEGORIES,
    GIVERS,
    PURPOSES,
    SEXES,
    SOURCE_KINDS,
    VALUES,
)
from crm.web.view.matching_labels import LEVELS, THINGS
from crm.web.view.reward_labels import (
    INSTITUTION_KINDS,
    MEMBER_KINDS,
    REJECTIONS,
    REWARD_MODES,
    SUMS,
    TRANSFER_FORMS,
    TRIGGERS,
)

_KINDS: Mapping[str, Mapping[str, str]] = {
    "activity": ACTIVITY_KINDS,
    "member": MEMBER_KINDS,
    "dealer": CONTRACTS,
    "complaint": VALUES,
}
"""What `kind` is a kind of, by how the type begins."""
_RELATIONS = {**VALUES, "self": N_("本人"), "subordinate": N_("下属")}
_WHY = {
    **VALUES,
    **REASONS,
    **CANCEL_REASONS,
    **END_REASONS,
    **REJECTIONS,
    "requested_by_person": N_("本人要求"),
    "asked_by_person": N_("本人要求"),
    "reviewed": N_("看过两张卡以后认定"),
    "confirmed_by_phone": N_("电话核实"),
    "two_people": N_("是两个人"),
    "plan_not_met": N_("没有完成计划"),
    "moved_away": N_("搬走了"),
}
_INFLUENCERS = {
    **VALUES,
    **SOURCE_KINDS,
    "doctor": N_("医生"),
    "clerk": N_("店员"),
    "advertisement": N_("广告"),
}
PROGRAMMES = {"golden-sunset": N_("金色夕阳")}
_FIELDS: Mapping[str, Mapping[str, str]] = {
    "basis": SUMS,
    "by": GIVERS,
    "categories": CATEGORIES,
    "channel": {**VALUES, **SOURCE_KINDS},
    "decider": _RELATIONS,
    "form": TRANSFER_FORMS,
    "influencers": _INFLUENCERS,
    "institution_kind": INSTITUTION_KINDS,
    "member_kind": MEMBER_KINDS,
    "method": VALUES,
    "mode": REWARD_MODES,
    "motive": {
        "own_need": N_("自己需要"),
        "filial_gift": N_("孝敬长辈"),
        "friendly_gift": N_("送亲友"),
        "respect": N_("表示敬意"),
    },
    "outcome": VALUES,
    "programme": PROGRAMMES,
    "purpose": PURPOSES,
    "reason_code": _WHY,
    "relation": _RELATIONS,
    "sex": SEXES,
    "source_kind": SOURCE_KINDS,
    "thing": THINGS,
    "trigger": TRIGGERS,
    "which": {"first": N_("第一次"), "last": N_("最后一次")},
}
_DIFFERENT = N_("不同")


def code_word(type_name: str, field: str, code: str) -> str:
    """What a code is called, in simplified Chinese; what is no code, as it stands."""
    words = _KINDS.get(type_name.partition(".")[0]) if field == "kind" else _FIELDS.get(field)
    return (words or {}).get(code, code)


def level_word(thing: str, level: str) -> str:
    """How well two cards fit in one thing."""
    return LEVELS.get((thing, level), _DIFFERENT)
