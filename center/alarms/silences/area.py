"""Areas that people draw: refused with words where they enclose nothing."""

import shapely

from center.alarms.errors import AreaInvalid
from center.geojson import Polygon


def check_area(area: Polygon) -> None:
    """Refuses what PostGIS would take for no surface.

    Raises:
        AreaInvalid: an open ring, one that crosses itself, holes outside, nothing inside.
    """
    for ring in area.coordinates:
        if ring[0] != ring[-1]:
            raise AreaInvalid("A ring of the area does not end where it begins.")
    outer, *holes = area.coordinates
    shape = shapely.Polygon(outer, holes)
    if not shape.is_valid:
        raise AreaInvalid(f"The area is no simple polygon: {shapely.is_valid_reason(shape)}.")
    if shape.area == 0:
        raise AreaInvalid("The area encloses no surface.")
