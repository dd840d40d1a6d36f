"""The real outlines lie where they truly lie."""

import numpy as np
import pytest
import shapely

from gis.city import outlines
from gis.city.districts import CITY, DISTRICTS
from gis.coordinates import to_plane
from gis.places.generation import landmarks

SHAPES = outlines.read()
# Coordinates from public facts (WGS-84); the district that everybody knows them in.
PLACES = {
    "衡阳站": "430405",
    "衡阳东站": "430405",
    "衡阳南岳机场": "430422",
    "南岳大庙": "430412",
    "石鼓书院": "430407",
    "回雁峰": "430406",
    "衡阳县城西渡": "430421",
    "衡南县城云集": "430422",
    "衡山县城开云": "430423",
    "衡东县城洣水": "430424",
    "祁东县城洪桥": "430426",
    "耒阳市城区": "430481",
    "常宁市城区": "430482",
}


def metres(shape):
    return shapely.transform(shape, lambda xy: np.column_stack(to_plane(*xy.T)))


def test_there_are_the_city_and_its_twelve_districts() -> None:
    assert set(SHAPES) == {CITY, *(district.code for district in DISTRICTS)}
    assert all(shape.is_valid and not shape.is_empty for shape in SHAPES.values())


def test_the_city_has_the_area_that_is_published() -> None:
    """15,304 km2, of the package; the city's own figure is 15,310."""
    assert metres(SHAPES[CITY]).area / 1e6 == pytest.approx(15_304, rel=0.005)
    together = sum(metres(SHAPES[district.code]).area for district in DISTRICTS)
    assert together == pytest.approx(metres(SHAPES[CITY]).area, rel=0.002)


@pytest.mark.parametrize("place", landmarks(), ids=lambda place: place.name_en)
def test_a_landmark_lies_in_its_district(place) -> None:
    point = shapely.Point(place.lon, place.lat)
    found = [d.code for d in DISTRICTS if SHAPES[d.code].contains(point)]
    assert found == [PLACES[place.name_zh]]


def test_a_shape_that_crosses_itself_is_repaired() -> None:
    bow = shapely.Polygon([(112, 26), (113, 27), (113, 26), (112, 27)])
    assert not bow.is_valid
    mended = outlines.polygons_of(bow)
    assert mended.is_valid
    assert len(mended.geoms) == 2


def test_lines_and_points_of_a_repaired_shape_are_left_out() -> None:
    spike = shapely.Polygon([(0, 0), (0, 1), (1, 1), (1, 0), (0.5, 0), (0.5, -1), (0.5, 0)])
    assert outlines.polygons_of(spike).area == pytest.approx(1)
