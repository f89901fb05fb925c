"""What an answer says in words: what happened, where, and how to mend it; never a bare code.

zh-TW is a translation by words (檔案, 資訊), not by characters alone.
"""

from campaigns.field_labels import LANGUAGES, Language, Words, field_label, last_field

__all__ = [
    "LANGUAGES",
    "Language",
    "field_label",
    "outcome_sentence",
    "refusal_sentence",
    "warning_sentence",
]

REFUSALS: dict[str, Words] = {
    "too_large": (
        "未收下：{field}超过 64 KB。请把照片、扫描件放进附件库，这里只留编号。",
        "未收下：{field}超過 64 KB。請把照片、掃描檔放進附件庫，這裡只留編號。",
        "Not taken: {field} is larger than 64 KB. Keep scans in the attachment store.",
    ),
    "not_json": (
        "未收下：{field}读不出来，可能传了一半或编码不对。请存成 UTF-8，再完整地传一次。",
        "未收下：{field}讀不出來，可能只傳了一半或編碼不對。請存成 UTF-8，再完整傳一次。",
        "Not taken: {field} cannot be read; it may be cut off. Send it whole, as UTF-8 JSON.",
    ),
    "not_cloudevents": (
        "未收下：{field}不是事件的格式。请让对接系统的人按 CloudEvents 1.0 发送。",
        "未收下：{field}不是事件的格式。請讓介接系統的人按 CloudEvents 1.0 傳送。",
        "Not taken: {field} is no event. Send it in the form of CloudEvents 1.0.",
    ),
    "unknown_type": (
        "未收下：不认识这里写的“{field}”。请对照事件目录改正后再发。",
        "未收下：不認得這裡寫的「{field}」。請對照事件目錄改正後再傳。",
        "Not taken: the {field} is not known. Correct it after the catalogue and send again.",
    ),
    "missing_field": (
        "未收下：缺少“{field}”。请补上再提交，其他内容不用重填。",
        "未收下：缺少「{field}」。請補上再送出，其他內容不用重填。",
        "Not taken: the {field} is missing. Add it and submit again; the rest stays.",
    ),
    "bad_value": (
        "未收下：“{field}”填得不对。{how}",
        "未收下：「{field}」填得不對。{how}",
        "Not taken: the {field} is not right. {how}",
    ),
    "time_in_future": (
        "未收下：“{field}”在将来。请核对日期和设备的时钟，事情发生以后再记。",
        "未收下：「{field}」在未來。請核對日期和裝置的時鐘，事情發生以後再記。",
        "Not taken: the {field} lies ahead. Check the date and the clock of the device.",
    ),
    "id_reused": (
        "未收下：这个“{field}”已用于另一条内容不同的记录。请换一个新编号再发。",
        "未收下：這個「{field}」已用於另一筆內容不同的記錄。請換一個新編號再傳。",
        "Not taken: this {field} stands for another record already. Send with a new number.",
    ),
    "id_is_personal": (
        "未收下：“{field}”是手机号或身份证号，不能当编号用。请换一个不含个人信息的编号。",
        "未收下：「{field}」是手機號碼或身分證號，不能當編號用。請換一個不含個人資訊的編號。",
        "Not taken: the {field} is a telephone or ID card number. Use a number that names nobody.",
    ),
    "not_allowed": (
        "未收下：按“{field}”看，这个账号不能记这件事。请由有权限的人来记，或找总部。",
        "未收下：按「{field}」看，這個帳號不能記這件事。請由有權限的人來記，或找總部。",
        "Not taken: by its {field}, this account may not say it. Ask headquarters.",
    ),
}
_MEND: dict[str, Words] = {
    "fen": (
        "请填整数，单位是分：12.50 元写 1250，要大于零。",
        "請填整數，單位是分：12.50 元寫 1250，要大於零。",
        "Write a whole number of fen, above zero: 12.50 yuan is 1250.",
    ),
    "day": (
        "请填真实存在的日期，写成 2026-05-03，前后不能颠倒，也不能在将来。",
        "請填真實存在的日期，寫成 2026-05-03，前後不能顛倒，也不能在未來。",
        "Write a day that exists, as 2026-05-03, in the right order and not ahead.",
    ),
    "time": (
        "请写成 2026-05-03T09:12:00+08:00，要带时区，前后不能颠倒。",
        "請寫成 2026-05-03T09:12:00+08:00，要帶時區，前後不能顛倒。",
        "Write it as 2026-05-03T09:12:00+08:00, with the zone and in the right order.",
    ),
    "mmhg": (
        "请填毫米汞柱的整数，例如 128；千帕要先换算（1 kPa = 7.5 mmHg）。",
        "請填毫米汞柱的整數，例如 128；千帕要先換算（1 kPa = 7.5 mmHg）。",
        "Write a whole number of mmHg, such as 128; convert from kPa (1 kPa = 7.5 mmHg).",
    ),
    "region": (
        "请填六位行政区划代码，例如 130102。",
        "請填六位行政區劃代碼，例如 130102。",
        "Write the region's code of six digits, such as 130102.",
    ),
    "id": (
        "请只用字母、数字和 . _ : -，最多 64 位，并与同一条里的编号一致。",
        "請只用字母、數字和 . _ : -，最多 64 位，並與同一筆裡的編號一致。",
        "Use letters, digits and . _ : - only, 64 at most, the same as elsewhere in the record.",
    ),
    "other": (
        "请按说明里允许的写法改正，再提交。",
        "請按說明裡允許的寫法改正，再送出。",
        "Correct it to what the description allows and submit again.",
    ),
}
WARNINGS: dict[str, Words] = {
    "id_number_unverified": (
        "已收下。身份证号核对不上（位数、校验码、性别或生日）。有证件在手边时请再看一眼。",
        "已收下。身分證號核對不上（位數、校驗碼、性別或生日）。有證件在手邊時請再看一眼。",
        "Taken. The ID card number does not check; look again when the card is at hand.",
    ),
    "phone_unusual": (
        "已收下。电话不像大陆手机号，已照写保存。写错了请更正。",
        "已收下。電話不像大陸手機號碼，已照寫儲存。寫錯了請更正。",
        "Taken. The telephone is no mainland mobile; it is kept as written. Correct it if wrong.",
    ),
    "region_unknown": (
        "已收下。地区代码查不到。请核对六位代码，写错了请更正。",
        "已收下。地區代碼查不到。請核對六位代碼，寫錯了請更正。",
        "Taken. The region's code is not known. Check its six digits, and correct them if wrong.",
    ),
}
OUTCOMES: dict[str, Words] = {
    "recorded": ("已入档。", "已入檔。", "Recorded."),
    "waiting": (
        "等{detail}后自动入档，不用重填。",
        "等{detail}後自動入檔，不用重填。",
        "Waiting: it is recorded by itself once {detail}. Nothing to fill in again.",
    ),
    "rejected": ("未入档：{detail}", "未入檔：{detail}", "Not recorded: {detail}"),
    "voided": (
        "已作废，不再算数。要更正请另记一条。",
        "已作廢，不再算數。要更正請另記一筆。",
        "Voided: it counts no more. To correct it, record it anew.",
    ),
    "failed": (
        "已收下，但入档时出了故障。内容没有丢，管理员修好后会补上，不用重填。",
        "已收下，但入檔時發生故障。內容沒有遺失，管理員修好後會補上，不用重填。",
        "Taken, but recording it broke down. Nothing is lost or to be sent again: it is retried.",
    ),
}
WAITING: dict[str, Words] = {
    "card": ("档案卡登记", "檔案卡登記", "its card is registered"),
    "activity": ("活动登记", "活動登記", "its activity is registered"),
    "purchase": ("购买记录补上", "購買記錄補上", "its purchase is recorded"),
    "member": ("会员登记", "會員登記", "the member is enrolled"),
    "trial": ("试用记录补上", "試用記錄補上", "its trial is recorded"),
    "complaint": ("投诉记录补上", "客訴記錄補上", "its complaint is recorded"),
    "contract": ("经销合同登记", "經銷合約登記", "the dealer's contract is registered"),
    "event": ("要作废的那条记录收到", "要作廢的那筆記錄收到", "the record to be voided arrives"),
}
_WAITING_FOR_SOMETHING: Words = ("所缺的记录补上", "所缺的記錄補上", "what it refers to is there")
REJECTIONS: dict[str, Words] = {
    "card_taken": (
        "这个档案卡编号已由别处登记。请换一个新编号重新登记。",
        "這個檔案卡編號已由別處登記。請換一個新編號重新登記。",
        "another sender registered this card. Register it with a new number.",
    ),
    "already_exists": (
        "这个编号已登记过，内容不同。要改内容请用更正，不是同一件事请换编号。",
        "這個編號已登記過，內容不同。要改內容請用更正，不是同一件事請換編號。",
        "it exists with other content. Send a correction, or use a new number.",
    ),
    "patient_did_not_agree": (
        "被介绍人没有同意，转介绍不算。本人同意后请再记一条。",
        "被介紹人沒有同意，轉介紹不算。本人同意後請再記一筆。",
        "the person did not agree to be referred. Record it anew once they agree.",
    ),
    "more_returned_than_bought": (
        "退货数量超过了剩下的数量。请核对数量和购买编号，更正后再记。",
        "退貨數量超過了剩下的數量。請核對數量和購買編號，更正後再記。",
        "more came back than is left. Check the quantity and the purchase, and record it anew.",
    ),
    "territory_overlap": (
        "负责地区和另一家经销商重叠。请核对地区和起止日期，或先结束原合同。",
        "負責地區和另一家經銷商重疊。請核對地區和起訖日期，或先結束原合約。",
        "the territory overlaps another dealer's. Check regions and days, or end the other first.",
    ),
    "activity_cancelled": (
        "这次活动已取消。请核对活动编号，选对活动再记。",
        "這次活動已取消。請核對活動編號，選對活動再記。",
        "the activity was cancelled. Check which activity it was and record it anew.",
    ),
    "not_allowed": (
        "记这件事的人没有这个权限。请由另一位有权限的人来记，或找总部。",
        "記這件事的人沒有這個權限。請由另一位有權限的人來記，或找總部。",
        "whoever said it may not say it. Ask another person who may, or headquarters.",
    ),
    "evidence_needed": (
        "没有找到这份同意的凭据。请先交上签字或录音，再记一条新的。",
        "沒有找到這份同意的憑據。請先交上簽名或錄音，再記一筆新的。",
        "no evidence of this consent was found. Hand it over first, then record it anew.",
    ),
    "not_voidable": (
        "这种记录不能作废。需要改动请找总部。",
        "這種記錄不能作廢。需要更動請找總部。",
        "this kind of record cannot be voided. Ask headquarters.",
    ),
    "erased": (
        "这张档案卡的个人信息已应要求删除，不再记新的内容。本人又来时请登记新卡。",
        "這張檔案卡的個人資訊已應要求刪除，不再記新的內容。本人又來時請登記新卡。",
        "the card was erased and takes nothing more. Register a new one if the person returns.",
    ),
}


_NOT_ITS_SOURCE: Words = (
    "未收下：“{field}”不归这个账号用，或已开给别的发送方。请换成自己的来源，或请总部开通。",
    "未收下：「{field}」不歸這個帳號用，或已開給別的傳送方。請換成自己的來源，或請總部開通。",
    "Not taken: the {field} is open to another sender, or not to this account."
    " Use one of your own, or ask headquarters to open it.",
)


def refusal_sentence(reason: str, path: str, language: Language) -> str:
    """Why an event was refused, where, and how to mend it; KeyError for no reason of ours."""
    place = LANGUAGES.index(language)
    how = _MEND[_mended_as(last_field(path) or "")][place]
    said = _NOT_ITS_SOURCE if (reason, path) == ("not_allowed", "$.source") else REFUSALS[reason]
    return said[place].format(field=field_label(path, language), how=how)


def warning_sentence(warning: str, language: Language) -> str:
    """What looks odd although it was taken; KeyError for no warning of ours."""
    return WARNINGS[warning][LANGUAGES.index(language)]


def outcome_sentence(outcome: str, detail: str | None, language: Language) -> str:
    """What became of an event; KeyError for no outcome of ours.

    detail: the reason of a rejection; of one that waits, what for (`kind` or `kind/id`).
    """
    place = LANGUAGES.index(language)
    words = ""
    if outcome == "rejected":
        words = REJECTIONS[detail or ""][place]
    elif outcome == "waiting":
        kind = (detail or "").partition("/")[0]
        words = WAITING.get(kind, _WAITING_FOR_SOMETHING)[place]
    return OUTCOMES[outcome][place].format(detail=words)


def _mended_as(field: str) -> str:
    """Which advice fits a field whose value is wrong."""
    if field.endswith("_fen") or field.startswith("cap_fen"):
        return "fen"
    if field.endswith("_on") or field in {"on", "day", "birth_date", "effective_from"}:
        return "day"
    if field.endswith("_at") or field in {"time", "receivedat"}:
        return "time"
    if field.endswith("_mmhg"):
        return "mmhg"
    if field in {"region", "regions"}:
        return "region"
    return "id" if field.endswith("_id") or field in _CODES else "other"


_CODES = frozenset({"id", "subject", "member", "dealer", "policy", "parent"})
