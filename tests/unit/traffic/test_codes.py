"""What a violation code means depends on the day."""

from datetime import date

import pytest

from traffic.codes.models import ViolationCode
from traffic.codes.service import meaning, standard

ROWS = sorted(
    (ViolationCode(**row) for row in standard()), key=lambda row: (row.code, row.valid_from)
)


@pytest.mark.parametrize(
    ("code", "on", "name"),
    [
        ("9999", date(2026, 11, 26), None),
        ("1625", date(2026, 11, 26), "Red light"),
        ("1301", date(2020, 1, 1), "Wrong way"),
        ("1301", date(2026, 11, 26), "Wrong way"),  # a site that was not renumbered
        ("1373", date(2020, 1, 1), "Wrong way"),
    ],
)
def test_a_code_has_the_name_of_its_day(code: str, on: date, name: str | None) -> None:
    found = meaning(ROWS, code, on)
    assert (found and found.name_en) == name


def test_the_list_names_each_code_in_both_languages() -> None:
    assert all(row["name_zh"] and row["name_en"] for row in standard())
