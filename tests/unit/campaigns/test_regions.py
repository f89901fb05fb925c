"""GB/T 2260 codes: which are known, what they are called, which holds which."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.regions import codes_named, covers, prefecture, region_known, region_name

CODES = st.from_regex(r"[1-6][0-2](00|0[12])(00|0[12])", fullmatch=True)


@pytest.mark.parametrize("code", ["110000", "110100", "110105", "130100", "130102", "710000"])
def test_provinces_prefectures_and_counties_are_known(code: str) -> None:
    assert region_known(code)


@pytest.mark.parametrize("code", ["110103", "110221", "130103"])
def test_a_revoked_code_is_known(code: str) -> None:
    assert region_known(code)


@pytest.mark.parametrize("code", ["", "11", "110199", "990000", "1101051", "北京市"])
def test_a_code_of_no_year_is_unknown_and_has_no_name(code: str) -> None:
    assert not region_known(code)
    assert region_name(code) is None


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("110000", "北京市"),
        ("110100", "北京市"),
        ("110105", "北京市朝阳区"),
        ("130000", "河北省"),
        ("130100", "河北省石家庄市"),
        ("130102", "河北省石家庄市长安区"),
        ("110103", "北京市崇文区"),
        ("130602", "河北省保定市竞秀区"),
        ("429004", "湖北省仙桃市"),
        ("659001", "新疆维吾尔自治区石河子市"),
        ("810000", "香港特别行政区"),
    ],
)
def test_a_name_runs_from_the_province_down(code: str, name: str) -> None:
    assert region_name(code) == name


@pytest.mark.parametrize(
    ("contract", "code", "covered"),
    [
        ("110105", "110105", True),
        ("110000", "110105", True),
        ("110100", "110105", True),
        ("130000", "130100", True),
        ("130100", "130000", False),
        ("110105", "110100", False),
        ("110105", "110106", False),
        ("130200", "130102", False),
        ("120000", "110105", False),
    ],
)
def test_a_province_or_prefecture_covers_what_lies_in_it(
    contract: str, code: str, covered: bool
) -> None:
    assert covers(contract, code) is covered


@given(CODES, CODES, CODES)
def test_covering_is_transitive(province: str, middle: str, county: str) -> None:
    assert covers(province, province)
    if covers(province, middle) and covers(middle, county):
        assert covers(province, county)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("西安", ("610100",)),
        ("朝阳", ("211300",)),
        ("朝阳区", ("110105", "220104")),
        ("崇文区", ("110103",)),
        ("北京市", ("110000",)),
        ("台湾省", ("710000",)),
        ("东城", ("110101",)),
        ("北京朝阳", ("110105",)),
        ("浦东", ("310115",)),
        ("新疆", ("650000",)),
    ],
)
def test_a_name_means_each_region_of_today_once_and_what_is_gone_where_nothing_else_has_it(
    text: str, codes: tuple[str, ...]
) -> None:
    assert codes_named(text) == codes
    names = [region_name(code) for code in codes]
    assert len(names) == len(set(names))


def test_counties_of_one_prefecture_share_four_digits() -> None:
    assert prefecture("130102") == prefecture("130103") == "1301"
    assert prefecture("130202") != prefecture("130102")
