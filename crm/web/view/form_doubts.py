"""What the phone's form asks about once: what is odd, or would be left unsaid."""

from collections.abc import Mapping
from dataclasses import dataclass

from campaigns.wording.catalogues import N_, translated
from campaigns.wording.languages import Language

_UNSIGNED = N_("写着“屏幕上确认”，但没有签名。没有签名就没有凭据：请同意的人签，或者改成别的方式。")
_SIGNED_ALONE = N_("签了名，但没有勾任何一项同意。")
_GIVER_UNNAMED = N_("监护人或委托人替本人同意的，请写上是谁。问不到就再交一次。")
_GIVER_UNSAID = N_("写了替本人同意的人，但没有勾同意，或者“谁同意”选的是本人：请改一处。")
_NO_ARCHIVE = N_(
    "不同意“建立档案”，资料只存不用，不再联系：勾了的其他同意都用不上。跟本人说清楚了吗？"
)
_HEALTH = N_("量了血压，但没有“记录健康情况”的同意。问过本人就勾上。")
_MEMBER = N_("查不到编号是这个的会员：没有写错吗？没错就照记，等会员登记后自动入档。")
_MEMBER_OF_NONE = N_(
    "你们登记的会员里没有这个编号：没有写错吗？没错就照记，等你们登记了这位会员才入档；公司或别家登记的会员，要请公司来记。"
)
_MEMBER_LEFT = N_("这位会员 {day} 已经退出，退出以后的转介绍没有奖励：没有写错吗？没错就照记。")


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something odd that is asked about once. code: by which the form says that it was asked."""

    code: str
    field: str
    text: str
    values: Mapping[str, object]

    def sentence(self, language: Language) -> str:
        """The question."""
        return translated(self.text, language, **said_values(self.values, language))


def said_values(values: Mapping[str, object], language: Language) -> dict[str, object]:
    """Values of a sentence, in which words are of the language as well."""
    return {
        name: translated(value, language) if isinstance(value, str) else value
        for name, value in values.items()
    }


UNSIGNED = Doubt("unsigned", "signature", _UNSIGNED, {})
GIVER_UNNAMED = Doubt("giver_unnamed", "giver_name", _GIVER_UNNAMED, {})
GIVER_UNSAID = Doubt("giver_unsaid", "giver_name", _GIVER_UNSAID, {})
SIGNED_ALONE = Doubt("unticked:consent", "signature", _SIGNED_ALONE, {})
MEMBER_UNKNOWN = Doubt("member_unknown", "member", _MEMBER, {})
MEMBER_OF_NONE = Doubt("member_unknown", "member", _MEMBER_OF_NONE, {})
NO_ARCHIVE = Doubt("no_archive", "refused_archive", _NO_ARCHIVE, {})
NO_HEALTH_CONSENT = Doubt("no_health_consent", "systolic_mmhg", _HEALTH, {})


def member_left(day: str) -> Doubt:
    """Of a referral after the day on which its member left."""
    return Doubt("member_left", "member", _MEMBER_LEFT, {"day": day})
