"""Where a camera stands and looks, and where a place in the world falls in its picture."""

import math
from functools import cached_property
from typing import Annotated

import numpy as np
from msgspec import Meta, Struct
from numpy.typing import NDArray

Floats = NDArray[np.float64]

EQUATOR_METRES = 6_378_137.0  # WGS-84
FLATTENING = 1 / 298.257223563
NEAREST_METRES = 0.5  # what is nearer to the lens is cut off
SUBPIXEL_BITS = 4  # coordinates for OpenCV are sixteenths of a pixel


class Pose(Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """A camera in the world."""

    lon: Annotated[float, Meta(ge=-180, le=180)]
    lat: Annotated[float, Meta(ge=-90, le=90)]
    height: Annotated[float, Meta(gt=0, le=200)] = 6.5  # metres above the road
    heading: Annotated[float, Meta(ge=0, lt=360)] = 0.0  # degrees clockwise from north
    tilt: Annotated[float, Meta(ge=-30, le=90)] = 13.0  # degrees below the horizon
    fov: Annotated[float, Meta(gt=5, lt=150)] = 62.0  # degrees across the picture

    @cached_property
    def _radii(self) -> tuple[float, float]:
        squared = FLATTENING * (2 - FLATTENING)
        root = math.sqrt(1 - squared * math.sin(math.radians(self.lat)) ** 2)
        across = EQUATOR_METRES / root * math.cos(math.radians(self.lat))
        return math.radians(across), math.radians(EQUATOR_METRES * (1 - squared) / root**3)

    def metres(self, lon: Floats, lat: Floats) -> Floats:
        """Metres east and north of the camera's foot, shape (n, 2)."""
        across, along = self._radii
        return np.stack([(lon - self.lon) * across, (lat - self.lat) * along], axis=-1)


class Lens:
    """Projects places, given in metres east, north and up of the camera's foot, to pixels."""

    def __init__(self, pose: Pose, width: int, height: int) -> None:
        self.pose, self.width, self.height = pose, width, height
        heading, tilt = math.radians(pose.heading), math.radians(pose.tilt)
        right = np.array([math.cos(heading), -math.sin(heading), 0.0])
        ahead = np.array(
            [
                math.sin(heading) * math.cos(tilt),
                math.cos(heading) * math.cos(tilt),
                -math.sin(tilt),
            ]
        )
        self._axes = np.stack([right, -np.cross(right, ahead), ahead], axis=1)
        self.focal = width / 2 / math.tan(math.radians(pose.fov) / 2)
        self.eye = np.array([0.0, 0.0, pose.height])
        # Normals and offsets of what bounds the view: near the lens, and just outside the picture.
        x, y = (1.02 * size / 2 / self.focal for size in (width, height))
        self._planes = np.array(
            [(0, 0, 1, NEAREST_METRES), (1, 0, x, 0), (-1, 0, x, 0), (0, 1, y, 0), (0, -1, y, 0)]
        )

    @property
    def horizon(self) -> float:
        """The row in which the horizon lies; it may be outside the picture."""
        return self.height / 2 - self.focal * math.tan(math.radians(self.pose.tilt))

    def turned(self, points: Floats) -> Floats:
        """Camera axes (right, down, ahead) in metres of points (..., 3)."""
        return np.asarray((points - self.eye) @ self._axes)

    def pixels(self, seen: Floats) -> Floats:
        """Pixels (..., 2) of points in camera axes, all of them ahead of the lens."""
        flat = seen[..., :2] / seen[..., 2:3] * self.focal
        return np.asarray(flat + np.array([self.width / 2, self.height / 2]))

    def project(self, points: Floats) -> tuple[Floats, Floats]:
        """Pixels (..., 2) and metres ahead (...) of points (..., 3); NaN behind the lens."""
        seen = self.turned(points)
        ahead = seen[..., 2]
        with np.errstate(divide="ignore", invalid="ignore"):
            pixels = self.pixels(seen)
        pixels[ahead < NEAREST_METRES] = np.nan
        return pixels, ahead

    def outline(self, corners: Floats) -> NDArray[np.int32] | None:
        """A convex polygon (n, 3) cut at the edges of the view, in sixteenths of a pixel.

        None if nothing of it can be seen.
        """
        seen = self.turned(corners)
        for plane in self._planes:
            over = seen @ plane[:3] - plane[3]
            if (over < 0).any():
                seen = _cut(seen, over)
                if len(seen) < 3:
                    return None
        return fixed(self.pixels(seen))


def _cut(seen: Floats, over: Floats) -> Floats:
    """The part of a polygon on the good side of a plane (Sutherland and Hodgman 1974)."""
    kept = []
    for index, here in enumerate(seen):
        a, b = over[index], over[(index + 1) % len(seen)]
        if a >= 0:
            kept.append(here)
        if a * b < 0:
            kept.append(here + (seen[(index + 1) % len(seen)] - here) * (a / (a - b)))
    return np.array(kept).reshape(-1, 3)


def fixed(pixels: Floats) -> NDArray[np.int32]:
    """Pixels as OpenCV takes them with `shift=SUBPIXEL_BITS`."""
    return np.ascontiguousarray(np.round(pixels * (1 << SUBPIXEL_BITS)), dtype=np.int32)
