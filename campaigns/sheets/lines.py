"""Lines among the people that are none: totals, and what stands at the foot of a page."""

import re
from collections.abc import Sequence

from campaigns.sheets import values
from campaigns.sheets.model import CellValue

_BLANK = re.compile(r"\s+")
_TOTAL = re.compile(
    r"(?:[本全]?[页场次日天])?(?:合计|总计|小计|共计|累计|总数|总人数|人数|合計|總計|小計|total|subtotal|sum)"
    r"(?:人数|数量|金额)?[::]?(?:\d.*)?|[共计总男女][计共]?\d+[人名位]?[男女共计]?.*|\d+[人名位]",
    re.IGNORECASE,
)
_FOOT = re.compile(
    r"(?:填表|制表|填报|审核|复核|审批|经办|负责|统计|登记|记录|签字|盖章|核对|录入|联系|主管|领导|单位)"
    r"(?:人|员|者|日期|时间|单位|人签字|人签名|电话)?(?:[::].*|)"
    r"|(?:备注|说明|注|附注|注意|日期|填表日期|制表日期|主办|协办|承办|地点|电话)[::].*"
    r"|第?\d+[/页].*|page\d.*|以下空白|此页结束|转下页|接上页|续表",
    re.IGNORECASE,
)


def kind_of_line(name: CellValue, row: Sequence[CellValue], number: CellValue = None) -> str | None:
    """`total` or `footer` for a line that is about nobody, else None.

    name: what stands in the column of the names. Only where it is blank do the other cells count,
    but for that of the numbers (合计 beside 8人, 制表人 beside a name).
    """
    counted = _plain(number)
    for kind, pattern in (("total", _TOTAL), ("footer", _FOOT)):
        if counted and not counted.isdigit() and pattern.fullmatch(counted):
            return kind
    texts = [_plain(name)] if _plain(name) else [text for text in map(_plain, row) if text]
    for kind, pattern in (("total", _TOTAL), ("footer", _FOOT)):
        if texts and pattern.fullmatch(texts[0]):
            return kind
    if not _plain(name) and any(_TOTAL.fullmatch(text) for text in texts):
        return "total"
    return None


def _plain(value: CellValue) -> str:
    return _BLANK.sub("", values.narrow(value)) if isinstance(value, str) else ""
