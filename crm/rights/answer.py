"""The answer to a request as a letter: what was asked, what came of it, what stays.

It names nobody: after an erasure there is no name left to write.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from campaigns.times import shanghai_day
from campaigns.wording.catalogues import LISTED, N_, translated
from campaigns.wording.days import whole_day_text
from campaigns.wording.languages import Language
from crm.rights import sentences as said
from crm.rights.own_copy import Keeper
from crm.rights.parts import OwnCopy, Section
from crm.rights.request import Request

TITLE = N_("对您的请求的答复")
MADE = N_("请求编号 {number}，{day}答复。依据《个人信息保护法》第五十条。")
ASKED, ANSWERED, STAYS, NEXT = N_("您的请求"), N_("我们的答复"), N_("还留着的"), N_("不满意怎么办")
ASKED_FOR = N_("我们在{day}收到：{what}（{who}，{how}）。")
OUTCOMES = {
    "granted": N_("已经照办：{what}。"),
    "refused": N_("没有照办：{what}。理由：{why}。"),
    "taken_back": N_("您收回了这个请求，我们没有再往下办：{what}。以后随时可以再提。"),
}
ERASED = N_("个人信息已经永远删除，连我们也读不回来。")
UNTOUCHED = N_("撤回以前做过的不受影响；从那以后我们不再这样用您的信息。")
DEVICES = N_("法律要求保存医疗器械的销售记录，所以这些还在；保修请凭产品上的序列号：")
DEVICE = N_("{sku} × {count}，{day}购买，序列号 {serials}")
NO_SERIALS = N_("没有登记")
COMPLAIN = N_("对答复不满意，可以再找我们，也可以向网信部门投诉，或者向法院起诉（第五十条）。")


@dataclass(frozen=True, slots=True)
class Kept:
    """A purchase whose record outlives an erasure."""

    sku: str
    count: int
    on: date
    serials: Sequence[str]


def answer_letter(
    request: Request,
    kept: Sequence[Kept],
    keeper: Keeper,
    language: Language,
    label: Callable[[str, str], str],
) -> OwnCopy:
    """The letter of a request that is closed; kept: where it was granted to erase."""
    closing = request.closing
    assert closing is not None and closing.outcome is not None

    def say(text: str, **values: object) -> str:
        return translated(text, language, **values)

    what = label("rights_kind", request.kind)
    asked = say(
        ASKED_FOR,
        day=whole_day_text(request.received_on, language),
        what=what,
        who=label("rights_asker", request.asked_by),
        how=label("rights_channel", request.channel),
    )
    why = label("rights_reason", closing.reason) if closing.reason else ""
    answer = [say(OUTCOMES[closing.outcome], what=what, why=why)]
    is_done = closing.outcome == "granted"
    if is_done and request.kind == "erase":
        answer.append(say(ERASED))
    if is_done and request.kind == "withdraw":
        answer.append(say(UNTOUCHED))
    if closing.text:
        answer.append(closing.text)
    sections = [Section("asked", say(ASKED), [asked], [])]
    sections.append(Section("answer", say(ANSWERED), answer, []))
    if is_done and request.kind == "erase" and kept:
        sections.append(_staying(kept, language))
    contact = keeper.contact
    reach = say(said.CONTACT, contact=contact) if contact else say(said.NO_CONTACT)
    who = say(said.COMPANY, company=keeper.name)
    sections.append(Section("next", say(NEXT), [say(COMPLAIN), who, reach], []))
    day = whole_day_text(shanghai_day(closing.at_us), language)
    made = say(MADE, number=request.request_id[:8].upper(), day=day)
    return OwnCopy(language, say(TITLE), made, sections)


def _staying(kept: Sequence[Kept], language: Language) -> Section:
    lines = [
        translated(
            DEVICE,
            language,
            sku=each.sku,
            count=each.count,
            day=whole_day_text(each.on, language),
            serials=translated(LISTED, language).join(each.serials)
            or translated(NO_SERIALS, language),
        )
        for each in kept
    ]
    return Section(
        "stays", translated(STAYS, language), [translated(DEVICES, language), *lines], []
    )
