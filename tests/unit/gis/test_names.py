"""Chinese names in Latin letters."""

import pytest

from gis.city.naming import stems
from gis.names import english, romanised


def test_a_name_without_a_stem_is_not_translated() -> None:
    assert english("路") == "Lu"


@pytest.mark.parametrize(
    ("name", "pinyin", "initials", "sign"),
    [
        ("衡州大道", "hengzhoudadao", "hzdd", "Hengzhou Avenue"),
        ("雁峰街道", "yanfengjiedao", "yfjd", "Yanfeng Subdistrict"),
        ("东环快速路", "donghuankuaisulu", "dhksl", "Donghuan Expressway"),
        ("竹林社区", "zhulinshequ", "zlsq", "Zhulin Community"),
    ],
)
def test_a_name_is_read_and_typed_and_written_on_signs(name, pinyin, initials, sign) -> None:
    assert romanised(name) == (pinyin, initials)
    assert english(name) == sign


def test_stems_are_many_no_two_alike_and_the_same_for_the_same_seed() -> None:
    made = list(stems(7))
    assert len(made) == len(set(made)) == 900
    assert made == list(stems(7))
    assert made != list(stems(8))
