"""The box that may be asked of a collection."""

import pytest

from gis.features.parameters import BadParameter, box


@pytest.mark.parametrize(
    "text",
    ["", "1,2,3", "a,b,c,d", "1,2,3,4,5", "nan,0,1,1", "0,0,inf,1", "113,26,112,27",
     "112,27,113,26", "-181,0,0,1", "0,0,1,91", "1;2;3;4", "0,0,1e999,1"],
)  # fmt: skip
def test_what_is_no_box_is_refused(text: str) -> None:
    with pytest.raises(BadParameter):
        box(text)


@pytest.mark.parametrize("text", ["112.5,26.8,112.7,27", " 112.5, 26.8,112.7,27.0 "])
def test_four_numbers_are_a_box(text: str) -> None:
    assert box(text) == (112.5, 26.8, 112.7, 27.0)


def test_heights_are_not_looked_at() -> None:
    assert box("112.5,26.8,-10,112.7,27,900") == (112.5, 26.8, 112.7, 27.0)
