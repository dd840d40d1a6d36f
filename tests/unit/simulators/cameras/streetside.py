"""A camera beside a crossing of the streets drawn by hand, and vehicles before it."""

import json
import math
from pathlib import Path

import numpy as np

from simulators.cameras.ground import MapStreet
from simulators.cameras.pose import Pose
from simulators.places.line import offset
from simulators.world.crossings import Crossing
from simulators.world.frame import Frame, Moving
from simulators.world.plan import Approach
from simulators.world.stops import Stop, Way

CENTRE = (112.6, 26.89)
# Looks east along the first street, 26 m before the crossing and 8 m beside its middle.
POSE = Pose(*offset(CENTRE, -26.0, -8.0), height=6.5, heading=82.0, tilt=12.0, fov=64.0)
STOP_EAST = -10.9  # where who drives east stops, from the crossing
NOON = 1_795_665_600.0  # 2026-11-26 12:00 local


def streets() -> list[MapStreet]:
    """Two streets of two lanes each way that cross at a right angle."""
    return [MapStreet(np.array(pair), 2) for pair in _lines()]


def streets_file(folder: Path) -> str:
    """The same as a map."""
    features = [
        {
            "type": "Feature",
            "properties": {"name": name, "class": "secondary"},
            "geometry": {"type": "LineString", "coordinates": line},
        }
        for name, line in zip(("解放大道", "蒸湘北路"), _lines(), strict=True)
    ]
    file = folder / "streets.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return str(file)


def _lines() -> list[list[tuple[float, float]]]:
    west, east, south, north = (
        offset(CENTRE, *metres) for metres in ((-400, 0), (400, 0), (0, -400), (0, 400))
    )
    return [[west, east], [south, north]]


def stop(lane: int) -> Stop:
    """The stop line of one of the two lanes that come from the west; link 0 goes straight on."""
    lon, lat = offset(CENTRE, STOP_EAST, 1.6 - 3.2 * lane)
    ways = (Way(1, "l"), Way(0, "s")) if lane == 1 else (Way(0, "s"), Way(2, "r"))
    return Stop(lon, lat, 90.0, ways)


def crossing() -> Crossing:
    """The crossing, of which one approach is watched."""
    lanes = (stop(1), stop(2))
    names = ("解放大道", "蒸湘北路")
    return Crossing("n1", *CENTRE, names, (Approach("e", 1),), 2, 0, (lanes,), (270.0,))


def vehicle(name: str = "v1", east: float = 20.0, north: float = -1.6, **looks: object) -> Moving:
    """A vehicle that drives east, its front so many metres from the crossing."""
    lon, lat = offset(CENTRE, east, north)
    made = {
        "heading": 90.0, "speed": 10.0, "edge": "e", "lane": 1, "vehicle_class": "car",
        "colour": "#c02020", "plate": "湘D12345", "plate_colour": "blue",
        "length": 4.6, "width": 1.8, "height": 1.5,
    } | looks  # fmt: skip
    return Moving(id=name, lon=lon, lat=lat, **made)  # type: ignore[arg-type]  # a table of looks


def frame(time: float, *vehicles: Moving, sun: float = 50.0, rain: float = 0.0) -> Frame:
    return Frame(time, math.floor(time), 1.0, False, list(vehicles), [], [], [], rain, sun)
