"""A region as people type it: its name, or its six digits."""

import re
from collections.abc import Callable, Iterable

from campaigns.regions import codes_named, region_name
from campaigns.wording.catalogues import LISTED, N_

_NO_REGION = N_("没有找到这个地区。请写全一些，例如 北京市朝阳区，或者六位代码。")
_MANY_REGIONS = N_("叫这个名字的地区不止一个：{names}。请写全。")
_NAMES_SHOWN = 5
_BETWEEN = re.compile(r"[\s、，,；;]+")


def region_code(text: str) -> str:
    """The code of the one region that is meant; what was typed where there is none, or several."""
    codes = codes_named(text)
    return codes[0] if len(codes) == 1 else text


def regions_typed(text: str) -> list[str]:
    """What was typed of several regions, one by one."""
    return [each for each in _BETWEEN.split(text) if each]


def regions_said(codes: Iterable[str], say: Callable[[str], str]) -> str:
    """Several regions by their names, in one line."""
    return say(LISTED).join(region_name(code) or code for code in codes)


def region_fault(text: str, say: Callable[[str], str]) -> str | None:
    """Why no single region is meant; None where one is."""
    codes = codes_named(text)
    if len(codes) == 1:
        return None
    if not codes:
        return say(_NO_REGION)
    return say(_MANY_REGIONS).format(names=regions_said(codes[:_NAMES_SHOWN], say))
