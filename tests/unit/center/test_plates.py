"""What stands in the place of a number plate."""

import pytest

from center.plates import is_plate, masked


@pytest.mark.parametrize(
    "text",
    ["", "无牌", "12345", "湘D1234", "湘D1234O", "XD12345", "湘D1234567", "湘d12345", "' OR 1=1"],
)
def test_what_is_no_plate_is_none_and_shows_nothing(text: str) -> None:
    assert not is_plate(text)
    assert masked(text) == ("***" if text else "")


@pytest.mark.parametrize(
    ("plate", "seen"),
    [
        ("湘D12345", "湘D·1**45"),
        ("湘D1234学", "湘D·1**4学"),
        ("湘DF12345", "湘D·F***45"),
        ("粤A12345D", "粤A·1***5D"),
    ],
)
def test_a_plate_keeps_its_city_one_sign_and_its_end(plate: str, seen: str) -> None:
    assert is_plate(plate)
    assert masked(plate) == seen
