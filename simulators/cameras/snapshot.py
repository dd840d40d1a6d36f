"""Pictures of e-police sites (电子警察): one vehicle at the stop line, its plate readable."""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np
from msgspec import Struct

from simulators.cameras import bodies, overlay, signals
from simulators.cameras.backdrop import Backdrop
from simulators.cameras.ground import about, streets_of
from simulators.cameras.heads import Head
from simulators.cameras.light import Light
from simulators.cameras.motion import Motion, Step
from simulators.cameras.pose import Lens, Pose
from simulators.places.line import offset
from simulators.world.frame import Frame, Moving, Phase

QUALITY = 82  # of the JPEG
STRIP_PIXELS = 44
KEPT_VIEWS = 12  # backdrops in memory, 20 to 80 MB each
PLACE_DIGITS = 5  # of degrees, a metre: vehicles of one lane share a backdrop


class View(NamedTuple):
    """Where a site's camera hangs as seen from the stop line, and how large its pictures are."""

    ahead: float  # metres beyond the line, negative before it
    turned: float  # degrees against the traffic's way
    height: float
    aim: float  # metres beyond the line at which it looks
    fov: float
    size: tuple[int, int]


# At the line a plate is 100 to 190 pixels wide in the first, about 100 in the second, which shows
# line and signal too and serves as proof.
VIEWS = {
    "front": View(24.0, 180.0, 6.0, 0.0, 9.5, (1280, 720)),
    "rear": View(-18.0, 0.0, 6.0, 11.0, 48.0, (2560, 1440)),
}


class Sight(Struct, frozen=True):
    """One lane of a site at its stop line."""

    site: str  # name, Chinese
    lon: float
    lat: float
    heading: float  # degrees in which its traffic drives
    lane: int


class Scene(Struct, frozen=True):
    """What else there is: the streets' file, the seed of the houses, light, signals."""

    streets: str | None
    seed: int
    light: Light
    heads: tuple[Head, ...] = ()
    phases: dict[str, Phase] = {}


def snapshot(
    sight: Sight,
    vehicle: Moving,
    moment: float,
    scene: Scene,
    view: str = "front",
    others: Sequence[Moving] = (),
) -> bytes:
    """A JPEG of a vehicle where it stands in `vehicle`, at the moment it passed (epoch seconds).

    Time, site, lane and speed stand in a strip below. The first picture of a lane takes some tenths
    of a second, each further one about 20 ms.
    """
    rows = VIEWS[view]
    pose = _pose(sight, rows)
    backdrop = _backdrop(pose, rows.size, scene.streets, scene.seed)
    picture = backdrop.under(scene.light)
    motion = Motion(pose)
    motion.hear(Step.of(Frame(moment, 0, 1.0, False, [*others, vehicle], [], [], [], 0.0, 0.0)))
    bodies.paint(picture, backdrop.lens, motion.at(moment), scene.light, backdrop.walls)
    signals.paint(picture, backdrop.lens, scene.heads, scene.phases)
    if scene.light.rain:
        overlay.rain(picture, scene.light.rain, int(moment * 10))
    picture = np.pad(picture, ((0, STRIP_PIXELS), (0, 0), (0, 0)))
    words = (
        f"{overlay.clock(moment)}  {sight.site}  车道{sight.lane}  {vehicle.speed * 3.6:.0f}km/h"
    )
    overlay.text(picture, words, (16, rows.size[1] + 31), 26)
    done, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    assert done
    return encoded.tobytes()


def _pose(sight: Sight, view: View) -> Pose:
    """The camera above the lane."""
    turned = math.radians(sight.heading)
    east, north = math.sin(turned) * view.ahead, math.cos(turned) * view.ahead
    lon, lat = offset((sight.lon, sight.lat), east, north)
    tilt = math.degrees(math.atan2(view.height - 0.6, abs(view.ahead - view.aim)))
    return Pose(
        lon=round(lon, PLACE_DIGITS),
        lat=round(lat, PLACE_DIGITS),
        height=view.height,
        heading=round(sight.heading + view.turned, 1) % 360,
        tilt=round(tilt, 2),
        fov=view.fov,
    )


@lru_cache(maxsize=KEPT_VIEWS)
def _backdrop(pose: Pose, size: tuple[int, int], streets: str | None, seed: int) -> Backdrop:
    return Backdrop(Lens(pose, *size), about(pose, streets_of(streets), seed))
