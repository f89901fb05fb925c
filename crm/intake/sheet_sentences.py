"""What is said of the rows of a sheet, in the words of those who type it."""

from campaigns.products import LIST_PRICES_FEN
from campaigns.sentences import warning_sentence
from campaigns.wording.catalogues import LISTED, N_, translated
from campaigns.wording.days import whole_day_text
from campaigns.wording.languages import Language
from crm.intake.sheet_receipt import (
    CONSENT_CHANGED,
    HEALTH_NOT_ASKED,
    MEMBER_LEFT,
    SAME_PERSON_TWICE,
    SAME_ROW_TWICE,
    SKU_UNKNOWN,
    AskedRow,
    SheetNotice,
)
from crm.money import yuan_typed

_CONSENT_CHANGED = N_("同意的答复改了，请核对是不是本人的意思。")
_SAME_ROW = N_("和第 {row} 行完全一样，只算一行；是两个人就补上手机或出生日期。")
_HEALTH_NOT_ASKED = N_("写了血压，但没有“同意记录健康情况”的答复。问过本人就补上。")
_SAME_PERSON = N_(
    "和第 {row} 行像是同一个人。每行写一张卡，入档时认得出是同一个人的，会自动归到一份档案，"
    "不用管；是两个人，就两行都补上出生日期。"
)
_SKU = N_("产品目录里没有这个型号（有 {skus}）。写错了请改，没有写错就不用管。")
_PRICE = N_("单价 {price} 元，定价是 {list} 元：没有写错吗？没有写错就不用管。")
_BORN = N_("{value} 年生，少见：没有写错吗？没有写错就不用管。")
_LEFT = N_("推荐会员 {day} 已经退出，介绍的日子在那以后，没有奖励：没有写错吗？没有写错就不用管。")
_BOUGHT = N_("购买日期 {day} 比活动早一年以上：年份没有写错吗？没有写错就不用管。")
_SEVERAL = N_("第 {row} 行：{name} 像之前的 {earlier}。请补上手机或出生日期。")


def notice_sentence(notice: SheetNotice, language: Language) -> str:
    """What is said of a row that was taken."""
    if notice.code == CONSENT_CHANGED:
        return f"{notice.column}：{translated(_CONSENT_CHANGED, language)}"
    if notice.code == SAME_PERSON_TWICE:
        return translated(_SAME_PERSON, language, row=notice.other_row)
    if notice.prices_fen is not None:
        price, listed = (yuan_typed(fen).removesuffix(".00") for fen in notice.prices_fen)
        return translated(_PRICE, language, price=price, list=listed)
    if notice.year is not None:
        return translated(_BORN, language, value=notice.year)
    if notice.on is not None:
        text = _LEFT if notice.code == MEMBER_LEFT else _BOUGHT
        return translated(text, language, day=whole_day_text(notice.on, language))
    if notice.code == SKU_UNKNOWN:
        return f"{notice.column}：{translated(_SKU, language, skus='、'.join(LIST_PRICES_FEN))}"
    if notice.code == HEALTH_NOT_ASKED:
        return translated(_HEALTH_NOT_ASKED, language)
    if notice.code == SAME_ROW_TWICE:
        return translated(_SAME_ROW, language, row=notice.other_row)
    return warning_sentence(notice.code, language)


def question_sentence(asked: AskedRow, one: str, language: Language) -> str:
    """What is asked of a row; `one`: the words where a single earlier row is like it."""
    earlier = translated(LISTED, language).join(name for _, name in asked.earlier)
    text = _SEVERAL if len(asked.earlier) > 1 else one
    return translated(text, language, row=asked.row, name=asked.name, earlier=earlier)
