"""Pictures of e-police sites (电子警察): one vehicle, its plate readable, line and signal seen."""

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from simulators.cameras import bodies, overlay, signals
from simulators.cameras.backdrop import Backdrop
from simulators.cameras.bodies import Bodies
from simulators.cameras.ground import LANE_METRES, about, streets_of
from simulators.cameras.heads import Head
from simulators.cameras.light import Light
from simulators.cameras.motion import Motion, Step
from simulators.cameras.pose import Lens, Pose
from simulators.places.line import bearing, distance, offset
from simulators.world.frame import Frame, Moving
from simulators.world.shots import Shot, ViewName
from simulators.world.sightings import Fix
from simulators.world.stops import Stop

Picture = NDArray[np.uint8]

QUALITY = 78  # of the JPEG
SIZE = (1280, 720)
STRIP_PIXELS = 40
CLOSE_SIZE, CLOSE_METRES = (264, 108), 0.62  # of the close-up of the plate, and its width
KEPT_VIEWS, KEPT_QUALITY = 320, 92  # backdrops in memory, as JPEG of 60 to 150 KB each
PLACE_DIGITS = 5  # of degrees, a metre: a vehicle that stands is looked at from few places
PLATE_METRES = 0.49  # above the road
_ROAD = (92.0, 90.0, 88.0)
_NOTHING = np.float32(1e6)  # is as far away as a house that hides nobody


class View(NamedTuple):
    """Where a camera hangs, in metres along the traffic's way and to its right."""

    ahead: float  # of the stop line, or of the vehicle
    aside: float
    height: float
    aim: float  # at which it looks, metres ahead
    aim_height: float
    across: float  # metres seen at the aim beside the lanes


# The first sees the lanes of an approach from the front, the second line and signal too and serves
# as proof, the third is for who is anywhere on the road.
VIEWS: dict[ViewName, View] = {
    "front": View(25.0, 0.0, 6.0, 0.0, 1.2, 2.4),
    "rear": View(-27.0, 0.0, 6.2, 6.0, 1.0, 15.0),
    "near": View(13.0, -3.0, 5.0, -1.5, 1.0, 6.5),
}
FLASH = 0.3  # a lamp at the camera (补光灯) lights vehicles at night, as so much of day would
FEWEST_LANES = 2  # narrower, and a bus would not fit into the picture


class Photographer:
    """Takes the pictures of all sites of a fleet.

    Args:
        streets: GeoJSON of the streets; None: those drawn by hand.
        seed: builds the houses.
        heads: of all signals that may be seen.
    """

    def __init__(self, streets: str | None, seed: int, heads: Iterable[Head] = ()) -> None:
        self._streets, self._seed = streets, seed
        self._heads: dict[str, list[Head]] = {}
        for head in heads:
            self._heads.setdefault(head.signal, []).append(head)

    def __call__(self, shot: Shot) -> bytes:
        """A JPEG of 1280 x 760; time, site, lane, speed and violation stand in the strip below.

        The first picture of an approach takes some tenths of a second, each further one 20 ms.
        """
        fix, light = shot.fix, Light.of(shot.fix.sun_elevation, shot.fix.rain_rate)
        lanes = len(shot.stops) if shot.view != "near" else 0
        pose = _pose(_anchor(shot), VIEWS[shot.view], lanes)
        picture, lens = self._still(pose, light), Lens(pose, *SIZE)
        if fix.phase is not None:
            heads = self._heads.get(fix.phase.signal, ())
            signals.paint(picture, lens, heads, {fix.phase.signal: fix.phase}, light)
        lit = light._replace(day=max(light.day, FLASH))
        moving = _bodies(pose, [*fix.others.values(), fix.vehicle])
        bodies.paint(picture, lens, moving, lit, _walls(SIZE))
        if light.rain:
            overlay.rain(picture, light.rain, int(fix.time * 10))
        if shot.close.vehicle.plate:
            _insert(picture, _close_up(pose, shot.close, lit))
        return _developed(picture, shot)

    def _still(self, pose: Pose, light: Light) -> Picture:
        kept = _backdrop(pose, self._streets, self._seed, light)
        return np.asarray(cv2.imdecode(np.frombuffer(kept, np.uint8), cv2.IMREAD_COLOR), np.uint8)


def _anchor(shot: Shot) -> Stop:
    """The place a camera is set by: the middle of the stop line, or the vehicle."""
    if shot.view == "near":
        vehicle = shot.fix.vehicle
        return Stop(vehicle.lon, vehicle.lat, vehicle.heading)
    first, last = shot.stops[0], shot.stops[-1]
    return Stop((first.lon + last.lon) / 2, (first.lat + last.lat) / 2, first.heading)


def _pose(anchor: Stop, view: View, lanes: int) -> Pose:
    turned = math.radians(anchor.heading)
    ahead, right = (math.sin(turned), math.cos(turned)), (math.cos(turned), -math.sin(turned))

    def placed(along: float, aside: float) -> tuple[float, float]:
        east, north = (ahead[axis] * along + right[axis] * aside for axis in (0, 1))
        lon, lat = offset((anchor.lon, anchor.lat), east, north)
        return round(lon, PLACE_DIGITS), round(lat, PLACE_DIGITS)

    eye, aim = placed(view.ahead, view.aside), placed(view.aim, 0.0)
    metres = distance(eye, aim)
    across = max(lanes, FEWEST_LANES) * LANE_METRES + view.across
    return Pose(
        lon=eye[0],
        lat=eye[1],
        height=view.height,
        heading=round(bearing(eye, aim), 1) % 360,
        tilt=round(math.degrees(math.atan2(view.height - view.aim_height, metres)), 2),
        fov=round(math.degrees(2 * math.atan2(across / 2, metres)), 1),
    )


@lru_cache(maxsize=KEPT_VIEWS)
def _backdrop(pose: Pose, streets: str | None, seed: int, light: Light) -> bytes:
    lens = Lens(pose, *SIZE)
    still = Backdrop(lens, about(pose, streets_of(streets), seed)).under(light)
    return _jpeg(still, KEPT_QUALITY)


@lru_cache(maxsize=4)
def _walls(size: tuple[int, int]) -> NDArray[np.float32]:
    return np.broadcast_to(_NOTHING, size[::-1])


def _bodies(pose: Pose, vehicles: Sequence[Moving]) -> Bodies:
    motion = Motion(pose)
    motion.hear(Step.of(Frame(0.0, 0, 1.0, False, list(vehicles), [], [], [], 0.0, 0.0)))
    return motion.at(0.0)


def _close_up(pose: Pose, fix: Fix, light: Light) -> Picture:
    """The plate seen large (特写), by the same camera with a longer lens."""
    vehicle = fix.vehicle
    turned = math.radians(vehicle.heading)
    front = pose.metres(np.array([vehicle.lon]), np.array([vehicle.lat]))[0]
    way = np.array([math.sin(turned), math.cos(turned)])
    seen = front if float(front @ way) < 0 else front - way * vehicle.length
    metres = float(np.hypot(*seen))
    below = pose.height - PLATE_METRES
    zoomed = Pose(
        lon=pose.lon,
        lat=pose.lat,
        height=pose.height,
        heading=math.degrees(math.atan2(*seen)) % 360,
        tilt=math.degrees(math.atan2(below, metres)),
        fov=math.degrees(2 * math.atan2(CLOSE_METRES / 2, math.hypot(below, metres))),
    )
    picture = np.full((CLOSE_SIZE[1], CLOSE_SIZE[0], 3), light.on(_ROAD), np.uint8)
    lens = Lens(zoomed, *CLOSE_SIZE)
    bodies.paint(picture, lens, _bodies(zoomed, [vehicle]), light, _walls(CLOSE_SIZE))
    return picture


def _insert(picture: Picture, close: Picture) -> None:
    """Into the upper left corner, where no vehicle is, with a white edge."""
    height, width = close.shape[:2]
    picture[10 : height + 14, 10 : width + 14] = 255
    picture[12 : height + 12, 12 : width + 12] = close


def _developed(picture: Picture, shot: Shot) -> bytes:
    whole = np.pad(picture, ((0, STRIP_PIXELS), (0, 0), (0, 0)))
    parts = (
        overlay.clock(shot.fix.time),
        shot.site,
        f"车道{shot.lane}",
        f"{shot.fix.vehicle.speed * 3.6:.0f}km/h",
        shot.label,
    )
    overlay.text(whole, "  ".join(part for part in parts if part), (14, SIZE[1] + 28), 22)
    return _jpeg(whole, QUALITY)


def _jpeg(picture: Picture, quality: int) -> bytes:
    done, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert done
    return encoded.tobytes()
