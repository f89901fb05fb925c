"""What a sheet is told, in the words of those who type it: what is wrong and how to mend it."""

from campaigns.identifiers import EARLIEST_BIRTH_YEAR
from campaigns.wording.catalogues import N_, translated
from campaigns.wording.languages import DEFAULT_LANGUAGE, Language

_FILE = {
    "empty": N_("文件是空的。请选对文件再传。"),
    "not_xlsx": N_("这不是 Excel 表（.xlsx）。请在 Excel 里“另存为”.xlsx 再传。"),
    "legacy_xls": N_("这是旧版 .xls 表。请在 Excel 里“另存为”.xlsx 再传。"),
    "encrypted": N_("表格设了密码，打不开。请去掉密码、保存后再传。"),
    "damaged": N_("表格已损坏，读不出来。请用 Excel 打开、另存一份再传。"),
    "file_too_large": N_("表格太大。请删掉空白的格式和图片，或分成几份再传。"),
    "unknown_encoding": N_("文件的文字编码认不出。请存成 UTF-8 的 CSV 或 .xlsx 再传。"),
    "no_headings": N_("找不到表头。前 30 行里要有一行写着“姓名”等栏目名。"),
    "heading_repeated": N_("同一个栏目出现了两次：{columns}。请只留一栏，或改名。"),
    "too_many_columns": N_("第 100 列以后还有内容，读不到。请把内容挪到前面，或删掉空白的列再传。"),
    "unknown_headings": N_(
        "这些栏目名不认识，先不收：{columns}。请改成认识的栏目名，或说明各是哪一栏、哪些不用读。"
    ),
    "head_contradicts": N_(
        "表头写的和这场活动登记的不一样：{columns}。请核对；写错了就改表头，活动改了就先改活动。"
    ),
    "no_activity": N_(
        "看不出是哪次活动。请用系统下载的签到表，或在表头上方写“活动编号”和“活动日期”。"
    ),
    "activity_contradictory": N_(
        "表上写的活动不一致：一处是“{known}”，一处是“{said}”。请一份表只写一场活动。"
    ),
}

_ROW = {
    "missing_name": N_("没有姓名。请补上姓名。"),
    "several_names": N_(
        "这一格像是写了几个人。请一人一行，分开再传；其实是一个人，就去掉名字中间的空格或标点。"
    ),
    "bad_sex": N_("性别只能写“男”或“女”，不知道就留空。"),
    "bad_birth": N_(
        "出生日期看不懂，没有这一天，或者不在 {earliest} 年到今年之间。"
        "请写成 1950-3-2，或只写年份 1950。"
    ),
    "short_birth": N_(
        "出生年份只写了两位，看不出是哪个世纪，系统不猜。请写四位，例如 1950-3-2，或只写年份 1950。"
    ),
    "bad_id_number": N_("身份证号太长。请核对后重写。"),
    "digits_lost": N_(
        "号码被 Excel 改成了数字，后几位已经丢失。"
        "请把这一格设为“文本”，照原件重写；手边没有原件就清空。"
    ),
    "bad_region": N_("地区代码要六位数字，例如 110105。不知道就留空。"),
    "bad_choice": N_("这一格只能从下拉框里选，不确定就留空。"),
    "bad_reading": N_("要写整数，且不能离谱：高压 40–350，低压 20–250，脉搏 20–300。"),
    "health_refused": N_(
        "“同意记录健康情况”写着“否”，这一格就不能收。请清空这一格；本人其实同意，就把那一格改成“是”。"
    ),
    "health_closed": N_(
        "本人以前说过不同意“记录健康情况”，这一格不能收。请清空这一格；现在同意了，"
        "就在“同意记录健康情况”写“是”。"
    ),
    "bad_day": N_(
        "购买日期看不懂，没有这一天，或者早于 2000 年。请写成 2026-5-10；就在活动当天买的留空。"
    ),
    "bought_to_come": N_(
        "购买日期还没到：请核对年份和日子。还没买的先不登记；就在活动当天买的留空。"
    ),
    "bad_quantity": N_("数量要写 1 以上的整数。"),
    "bad_amount": N_("单价以元为单位，最多两位小数，例如 693 或 693.50。"),
    "trial_incomplete": N_("写了试用序列号，但没写试用型号。请补上型号。"),
    "purchase_incomplete": N_(
        "购买要写全：数量、单价、型号。请补上这一格；没有购买就把三格都清空。"
    ),
    "no_such_member": N_(
        "没有这个会员编号。这一格照会员名单写编号，大小写也要一样，不写姓名；还没登记的"
        "先登记会员，不知道就留空。"
    ),
    "member_closed": N_(
        "这位会员不是你们的账号登记的，由你们记他介绍了谁入不了档。请清空这一格，请公司来记这次转介绍。"
    ),
    "no_dealer": N_("这份表没有写经销商，不能登记“同意交给经销商一份”。请用系统下载的签到表。"),
    "formula": N_("这一格是公式。公式不会被计算，请直接写内容。"),
    "error_value": N_("这一格显示的是 Excel 错误（如 #N/A）。请直接写内容。"),
    "merged": N_("这一格是合并单元格，分不清是谁的。请取消合并，每人写一遍。"),
    "too_long": N_("这一格太长。名称和编号最多 200 字，住址和备注最多 20000 字。"),
    "too_large": N_("这一行太长，系统收不下。请缩短备注或住址。"),
    "id_is_personal": N_("这一格应写型号等代码，写成了手机号或身份证号。请改正。"),
    "time_in_future": N_("活动日期还没到。请等活动当天再传。"),
    "not_allowed": N_("你的账号不能登记这一项。请找总部的同事。"),
    "id_reused": N_("这一行之前已收下，内容还在入档。请过一分钟再传一次。"),
    "bad_value": N_("这一行有内容系统不认。请核对后再传。"),
    "erased": N_("此人的资料已按要求删除，不再收新内容。"),
    "voided_elsewhere": N_("这一项已由总部撤销，不能从表里改回。请找总部的同事。"),
    "other_person": N_("这一行之前登记的是另一个人。请恢复原样，把新的人写在空白行里。"),
    "who_is_it": N_(
        "之前收下的一行不见了，这一行和它很像：是更正，还是另一个人？没有问清以前两样都不算。"
    ),
    "who_of_several": N_("之前收下的几行都像这一行，分不清是哪一位。请补上手机或出生日期。"),
    "row_emptied": N_("这一行之前已收下，现在是空的；已收下的没有改动。要撤销请找总部。"),
}

_UNREAD = {
    "column": N_("“{column}”一栏没有读（{cells} 格有内容）。"),
    "page": N_("“{sheet}”这一页没有读（{cells} 行有内容）：上面没有写着“姓名”的表头。请补上表头。"),
    "above": N_("第 {row} 行没有读：它在表头之上。要登记的人请写在表头下面。"),
    "total": N_("第 {row} 行没有读：像是合计，不是人。"),
    "footer": N_("第 {row} 行没有读：像是填表说明，不是人。"),
    "nobody": N_("第 {row} 行没有读：只在不认识的栏里有内容，没有姓名。"),
}
_HOW_TO_READ = {
    "column": N_("可能是“{nearest}”：请改栏目名，或者 --map '{column}={nearest}'。"),
    "unlike_any": N_("要留下就 --map '{column}=备注'，不用读就 --map '{column}='。"),
}

QUESTIONS = ("who_is_it", "who_of_several")
"""Reasons of rows that wait for an answer."""
_SENTENCES = _FILE | _ROW
UNREAD_KINDS = tuple(_UNREAD)
"""What of a sheet may be left unread."""
FILE_REASONS = tuple(_FILE)
"""Why a whole file cannot be read."""
ROW_REASONS = tuple(_ROW)
"""Why a row is not taken."""


def sentence(reason: str, language: Language = DEFAULT_LANGUAGE, **values: str) -> str:
    """What is wrong and how to mend it; without anything personal, so it may be logged.

    values: what the sheet's lines above the rows say; shown to its sender alone.
    """
    if reason == "bad_birth":
        values = {"earliest": str(EARLIEST_BIRTH_YEAR), **values}
    return translated(_SENTENCES[reason], language, **values)


def unread_sentence(
    kind: str,
    language: Language = DEFAULT_LANGUAGE,
    *,
    nearest: str | None = None,
    says_how: bool = True,
    **values: object,
) -> str:
    """What was not read, and how the command has a column read."""
    said = translated(_UNREAD[kind], language, **values)
    if kind != "column" or not says_how:
        return said
    how = _HOW_TO_READ["column" if nearest else "unlike_any"]
    return said + translated(how, language, nearest=nearest, **values)
