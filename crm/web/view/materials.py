"""What has to be taken along to an activity, as it is typed: one thing a line, then how many."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from campaigns.events.activities import MOST_MATERIALS, Material
from campaigns.identifiers import looks_personal
from campaigns.wording.catalogues import N_

_MEASURES = "个本份台张套件盒支把块箱只条面幅卷瓶包副袋桶"
_LINE = re.compile(
    r"(.+?)(?:\s*[×*＊:：]\s*|\s+[xX]?|(?<=[\u3400-\u9fff])[xX]?)(\d{1,9})"
    rf"(?:\s*([{_MEASURES}])|\s+([^\W\d_]{{1,8}}))?"
)
"""`易拉宝 2`, `易拉宝×2`, `矿泉水10箱`, `leaflets 2 boxes`; a number behind a letter or a digit is
part of the word."""
_LONGEST = 200
_MOST_OF_ONE = 1_000_000
_TOO_LONG = N_("“{item}…”太长了：一样东西最多 200 个字。")
_BAD_NUMBER = N_("“{item}”要几个？请写 1 到 1,000,000 的整数。")
_TWICE = N_("“{item}”写了两行：请合成一行。")
_TOO_MANY = N_("最多写 {most} 样。")
_PERSONAL = N_("“{item}”是电话或身份证号，不能写在这里。")
_SHOWN = 20

Say = Callable[[str], str]
Said = list[dict[str, Any]]
"""As an event says it: `item`, `quantity` and `unit` of each."""


def materials_typed(text: str, say: Say) -> tuple[Said, str]:
    """(what is said, what is wrong with it); a line without a number is one of it."""
    said: Said = []
    for line in filter(None, map(str.strip, text.splitlines())):
        found = _LINE.fullmatch(line)
        item, quantity = (found[1].rstrip(), int(found[2])) if found else (line, 1)
        unit = (found[3] or found[4] or "") if found else ""
        shown = item[:_SHOWN]
        if len(item) > _LONGEST:
            return said, say(_TOO_LONG).format(item=shown)
        if not 1 <= quantity <= _MOST_OF_ONE:
            return said, say(_BAD_NUMBER).format(item=shown)
        if any(each["item"] == item for each in said):
            return said, say(_TWICE).format(item=shown)
        if looks_personal(item):
            return said, say(_PERSONAL).format(item=shown)
        said.append({"item": item, "quantity": quantity} | ({"unit": unit} if unit else {}))
    fault = say(_TOO_MANY).format(most=MOST_MATERIALS) if len(said) > MOST_MATERIALS else ""
    return said, fault


def materials_text(materials: Iterable[Material]) -> str:
    """As it stands in the field: read again it is the same."""
    return "\n".join(
        f"{each.item}{_between(each.item)}{each.quantity}{_behind(each.unit)}" for each in materials
    )


def _between(item: str) -> str:
    return " × " if item.endswith(tuple("×*＊:：")) else " "


def _behind(unit: str) -> str:
    return unit if len(unit) == 1 and unit in _MEASURES else f" {unit}".rstrip()
