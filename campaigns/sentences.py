"""What an answer says in words: what happened, where, and how to mend it; never a bare code.

zh-TW is a translation by words (檔案, 資訊), not by characters alone.
"""

from campaigns.field_labels import field_label, last_field
from campaigns.identifiers import EARLIEST_BIRTH_YEAR
from campaigns.wording.catalogues import C_, N_, translated
from campaigns.wording.languages import Language

REFUSALS: dict[str, str] = {
    "too_large": N_("未收下：{field}超过 64 KB。请把照片、扫描件放进附件库，这里只留编号。"),
    "not_json": N_(
        "未收下：{field}读不出来，可能传了一半或编码不对。请存成 UTF-8，再完整地传一次。"
    ),
    "not_cloudevents": N_(
        "未收下：{field}不是事件的格式。请让对接系统的人按 CloudEvents 1.0 发送。"
    ),
    "unknown_type": N_("未收下：不认识这里写的“{field}”。请对照事件目录改正后再发。"),
    "missing_field": N_("未收下：缺少“{field}”。请补上再提交，其他内容不用重填。"),
    "bad_value": N_("未收下：“{field}”填得不对。{how}"),
    "time_in_future": N_("未收下：“{field}”在将来。请核对日期和设备的时钟，事情发生以后再记。"),
    "id_reused": N_("未收下：这个“{field}”已用于另一条内容不同的记录。请换一个新编号再发。"),
    "id_is_personal": N_(
        "未收下：“{field}”是手机号或身份证号，不能当编号用。请换一个不含个人信息的编号。"
    ),
    "not_allowed": N_(
        "未收下：按“{field}”看，这个账号不能记这件事。请由有权限的人来记，或找总部。"
    ),
}
_MEND: dict[str, str] = {
    "fen": N_("请填整数，单位是分：12.50 元写 1250，要大于零。"),
    "day": N_("请填真实存在的日期，写成 2026-05-03，前后不能颠倒，也不能在将来。"),
    "time": N_("请写成 2026-05-03T09:12:00+08:00，要带时区，前后不能颠倒。"),
    "mmhg": N_("请填毫米汞柱的整数，例如 128；千帕要先换算（1 kPa = 7.5 mmHg）。"),
    "region": N_("请填六位行政区划代码，例如 130102。"),
    "id": N_("请只用字母、数字和 . _ : -，最多 64 位，并与同一条里的编号一致。"),
    "born": N_("请写 {earliest} 年到今年之间的四位数年份，例如 1950。"),
    "count": N_("请写 1 以上的整数。"),
    "other": N_("请写这一格该有的内容：选项里的一项、合理的数字，或者不太长的文字。"),
}
WARNINGS: dict[str, str] = {
    "id_number_unverified": N_(
        "身份证号核对不上（位数、校验码、性别、生日或出生年）。有证件在手边时请再看一眼。"
    ),
    "phone_unusual": N_("电话不像大陆手机号，照写保存。写错了请更正。"),
    "region_unknown": N_("地区代码查不到。请核对六位代码，写错了请更正。"),
}
OUTCOMES: dict[str, str] = {
    "recorded": N_("已入档。"),
    "waiting": N_("等{detail}后自动入档，不用重填。"),
    "rejected": N_("未入档：{detail}"),
    "voided": N_("已撤销，不再算数。要更正请另记一条。"),
    "failed": N_("已收下，但入档时出了故障。内容没有丢，管理员修好后会补上，不用重填。"),
}
WAITING: dict[str, str] = {
    "card": C_("waiting", "档案卡登记"),
    "activity": C_("waiting", "活动登记"),
    "purchase": C_("waiting", "购买记录补上"),
    "member": C_("waiting", "会员登记"),
    "trial": C_("waiting", "试用记录补上"),
    "complaint": C_("waiting", "投诉记录补上"),
    "contract": C_("waiting", "经销合同登记"),
    "event": C_("waiting", "要撤销的那条记录收到"),
}
_WAITING_FOR_SOMETHING = C_("waiting", "所缺的记录补上")
REJECTIONS: dict[str, str] = {
    "card_taken": N_("这个档案卡编号已由别处登记。请换一个新编号重新登记。"),
    "already_exists": N_("这个编号已登记过，内容不同。要改内容请用更正，不是同一件事请换编号。"),
    "patient_did_not_agree": N_("被介绍人没有同意，转介绍不算。本人同意后请再记一条。"),
    "more_returned_than_bought": N_("退货数量超过了剩下的数量。请核对数量和购买编号，更正后再记。"),
    "territory_overlap": N_("负责地区和另一家经销商重叠。请核对地区和起止日期，或先结束原合同。"),
    "activity_cancelled": N_("这次活动已取消。请核对活动编号，选对活动再记。"),
    "not_allowed": N_("记这件事的人没有这个权限。请由另一位有权限的人来记，或找总部。"),
    "evidence_needed": N_("没有找到这份同意的凭据。请先交上签字或录音，再记一条新的。"),
    "not_voidable": N_("这种记录不能撤销。需要改动请找总部。"),
    "erased": N_("这张档案卡的个人信息已应要求删除，不再记新的内容。本人又来时请登记新卡。"),
}


_NOT_ITS_SOURCE = N_(
    "未收下：“{field}”不归这个账号用，或已开给别的发送方。请换成自己的来源，或请总部开通。"
)


def refusal_sentence(reason: str, path: str, language: Language) -> str:
    """Why an event was refused, where, and how to mend it; KeyError for no reason of ours."""
    advice = _MEND[_mended_as(last_field(path) or "")]
    how = translated(advice, language, earliest=EARLIEST_BIRTH_YEAR)
    is_source = (reason, path) == ("not_allowed", "$.source")
    said = _NOT_ITS_SOURCE if is_source else REFUSALS[reason]
    return translated(said, language, field=field_label(path, language), how=how)


def warning_sentence(warning: str, language: Language) -> str:
    """What looks odd although it was taken; KeyError for no warning of ours."""
    return translated(WARNINGS[warning], language)


def outcome_sentence(outcome: str, detail: str | None, language: Language) -> str:
    """What became of an event; KeyError for no outcome of ours.

    detail: the reason of a rejection; of one that waits, what for (`kind` or `kind/id`).
    """
    words = ""
    if outcome == "rejected":
        words = translated(REJECTIONS[detail or ""], language)
    elif outcome == "waiting":
        kind = (detail or "").partition("/")[0]
        words = translated(WAITING.get(kind, _WAITING_FOR_SOMETHING), language)
    return translated(OUTCOMES[outcome], language, detail=words)


def _mended_as(field: str) -> str:
    """Which advice fits a field whose value is wrong."""
    if field.endswith("_fen") or field.startswith("cap_fen"):
        return "fen"
    if field.endswith("_on") or field in {"on", "day", "birth_date", "effective_from"}:
        return "day"
    if field == "birth_year":
        return "born"
    if field == "quantity":
        return "count"
    if field.endswith("_at") or field in {"time", "receivedat"}:
        return "time"
    if field.endswith("_mmhg"):
        return "mmhg"
    if field in {"region", "regions"}:
        return "region"
    return "id" if field.endswith("_id") or field in _CODES else "other"


_CODES = frozenset({"id", "subject", "member", "dealer", "policy", "parent"})
