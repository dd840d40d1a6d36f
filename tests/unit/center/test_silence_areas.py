"""Areas that people draw: what encloses nothing is refused with words."""

import pytest
from pydantic import ValidationError

from center.alarms.errors import AreaInvalid
from center.alarms.silences.area import check_area
from center.geojson import Polygon

A, B, C, D = (112.60, 26.88), (112.62, 26.88), (112.62, 26.90), (112.60, 26.90)


@pytest.mark.parametrize(
    ("rings", "words"),
    [
        ([[A, B, C, D]], "does not end where it begins"),
        ([[A, C, B, D, A]], "Self-intersection"),
        ([[A, B, A, B, A]], "no "),
        ([[A, A, A, A]], "no "),
        (
            [[A, B, C, D, A], [(113.0, 26.0), (113.1, 26.0), (113.1, 26.1), (113.0, 26.0)]],
            "outside",
        ),
        ([[A, B, C, D, A], [A, B, C, D]], "does not end where it begins"),
    ],
)
def test_an_area_that_encloses_nothing_is_refused(rings, words: str) -> None:
    with pytest.raises(AreaInvalid, match=words):
        check_area(Polygon(coordinates=rings))


@pytest.mark.parametrize(
    "rings",
    [[], [[A, B, A]], [[A, B, C, (181.0, 0.0), A]], [[A, B, C, (float("nan"), 26.9), A]],
     [[A] + [B] * 1000 + [A]]],
)  # fmt: skip
def test_what_is_no_polygon_at_all_is_refused_by_its_schema(rings) -> None:
    with pytest.raises(ValidationError):
        Polygon(coordinates=rings)


def test_an_area_may_have_a_hole_and_run_either_way_round() -> None:
    hole = [(112.605, 26.885), (112.61, 26.885), (112.61, 26.89), (112.605, 26.885)]
    check_area(Polygon(coordinates=[[A, B, C, D, A], hole]))
    check_area(Polygon(coordinates=[[A, D, C, B, A]]))
