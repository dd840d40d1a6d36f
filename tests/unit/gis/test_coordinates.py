"""GCJ-02, BD-09 and the plane of CGCS2000 against published points, and there and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis import coordinates
from gis.coordinates import GAUSS_KRUGER_111E, GAUSS_KRUGER_114E

CENTIMETRE = 1e-7  # degrees, about
# What `coordtransform`, in wide use, publishes for a place in Beijing.
PLACE = (116.404, 39.915)
lons, lats = st.floats(73.6, 135.0), st.floats(3.9, 53.5)


@pytest.mark.parametrize(
    ("change", "published"),
    [
        (coordinates.wgs84_to_gcj02, (116.41024449916938, 39.91640428150164)),
        (coordinates.gcj02_to_bd09, (116.41036949371029, 39.92133699351021)),
    ],
)
def test_forward_changes_are_those_of_everybody(change, published) -> None:
    assert np.allclose(change(*PLACE), published, rtol=0, atol=1e-9)


@pytest.mark.parametrize(
    ("change", "published"),
    [
        (coordinates.gcj02_to_wgs84, (116.39775550083061, 39.91359571849836)),
        (coordinates.bd09_to_gcj02, (116.39762729119315, 39.90865673957631)),
    ],
)
def test_inverses_are_those_of_everybody_but_for_their_error(change, published) -> None:
    """The published inverses take one step; they err by some decimetres, ours does not."""
    assert np.allclose(change(*PLACE), published, rtol=0, atol=2e-5)


@given(lons, lats)
def test_gcj02_there_and_back_is_the_same_place(lon, lat) -> None:
    back = coordinates.gcj02_to_wgs84(*coordinates.wgs84_to_gcj02(lon, lat))
    assert abs(back.lon - lon) < CENTIMETRE
    assert abs(back.lat - lat) < CENTIMETRE


@given(lons, lats)
def test_bd09_there_and_back_is_the_same_place(lon, lat) -> None:
    back = coordinates.bd09_to_wgs84(*coordinates.wgs84_to_bd09(lon, lat))
    assert abs(back.lon - lon) < CENTIMETRE
    assert abs(back.lat - lat) < CENTIMETRE


@given(st.floats(109.0, 116.0), st.floats(24.0, 30.0))
@pytest.mark.parametrize("epsg", [GAUSS_KRUGER_111E, GAUSS_KRUGER_114E])
def test_the_plane_there_and_back_is_the_same_place(epsg, lon, lat) -> None:
    back = coordinates.from_plane(*coordinates.to_plane(lon, lat, epsg), epsg)
    assert abs(back.lon - lon) < CENTIMETRE
    assert abs(back.lat - lat) < CENTIMETRE


def test_a_map_of_hengyang_in_gcj02_lies_500_metres_to_the_south_east() -> None:
    true = coordinates.to_plane(112.6072, 26.8967)
    shown = coordinates.to_plane(*coordinates.wgs84_to_gcj02(112.6072, 26.8967))
    assert 400 < shown[0] - true[0] < 650
    assert -550 < shown[1] - true[1] < -250


def test_outside_china_nothing_is_shifted() -> None:
    for change in (coordinates.wgs84_to_gcj02, coordinates.gcj02_to_wgs84):
        assert tuple(map(float, change(2.3522, 48.8566))) == (2.3522, 48.8566)


def test_the_central_meridian_is_500_kilometres_east_at_the_length_of_its_arc() -> None:
    """The arc of GRS 80 from the equator to 30 degrees is 3,320,113.398 m."""
    for epsg, meridian in ((GAUSS_KRUGER_111E, 111.0), (GAUSS_KRUGER_114E, 114.0)):
        east, north = coordinates.to_plane(meridian, 30.0, epsg)
        assert float(east) == pytest.approx(500_000, abs=0.001)
        assert float(north) == pytest.approx(3_320_113.398, abs=0.002)


def test_many_places_at_once_are_what_each_is_alone() -> None:
    lon, lat = np.linspace(110.6, 113.2, 7), np.linspace(26.1, 27.4, 7)
    together = coordinates.gcj02_to_wgs84(lon, lat)
    alone = [coordinates.gcj02_to_wgs84(x, y) for x, y in zip(lon, lat, strict=True)]
    assert np.array_equal(together.lon, [place.lon for place in alone])
    assert np.array_equal(together.lat, [place.lat for place in alone])
