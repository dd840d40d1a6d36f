"""Where the heads of traffic lights hang: on a mast beyond the crossing, at the right kerb."""

import math
from collections.abc import Iterable, Iterator, Sequence

from simulators.cameras.heads import HEIGHT_METRES, Head
from simulators.cameras.plan import Camera
from simulators.places.line import bearing, distance, offset
from simulators.world.crossings import Crossing
from simulators.world.stops import Stop

KERB_METRES = 2.8  # from the middle of the outer lane to the mast
BEYOND_METRES = 1.0
NEAREST_METRES = 6.0  # from the stop line to the middle of a crossing, where streets meet aslant
SEEN_METRES = 130.0  # from a camera to the middle of a crossing
LOWER_METRES = 1.45  # the head for the left turn hangs so far below the other
LEFT, AHEAD, RIGHT = "lLt", "s", "rR"  # SUMO's letters of directions


def heads(crossing: Crossing) -> tuple[Head, ...]:
    """All heads of a crossing with signals: of each approach one for its left turn, one for all
    else. The right turn counts only where nothing goes straight on, as it may have its own green.
    """
    return tuple(head for stops in crossing.stops for head in _of_approach(crossing, stops))


def seen_by(cameras: Iterable[Camera], crossings: Iterable[Crossing]) -> tuple[Head, ...]:
    """The heads of all crossings that a live camera may see."""
    places = [(c.pose.lon, c.pose.lat) for c in cameras if not c.recorded]
    return tuple(
        head
        for crossing in crossings
        if any(distance((crossing.lon, crossing.lat), place) < SEEN_METRES for place in places)
        for head in heads(crossing)
    )


def _of_approach(crossing: Crossing, stops: Sequence[Stop]) -> Iterator[Head]:
    links = {
        group: tuple(w.link for stop in stops for w in stop.ways if w.direction in group)
        for group in (LEFT, AHEAD, RIGHT)
    }
    lon, lat = _mast(crossing, stops)
    heading = stops[0].heading
    for chosen, height in (
        (links[AHEAD] or links[RIGHT], HEIGHT_METRES),
        (links[LEFT], HEIGHT_METRES - LOWER_METRES),
    ):
        if chosen:
            yield Head(lon, lat, heading, crossing.signal, chosen, height)


def _mast(crossing: Crossing, stops: Sequence[Stop]) -> tuple[float, float]:
    """As far beyond the middle of the crossing as the stop line lies before it."""
    outer = stops[-1]
    line, middle = (outer.lon, outer.lat), (crossing.lon, crossing.lat)
    turned = math.radians(outer.heading)
    aslant = math.radians(bearing(line, middle)) - turned
    before = max(distance(line, middle) * math.cos(aslant), NEAREST_METRES)
    along = 2 * before + BEYOND_METRES
    east = math.sin(turned) * along + math.cos(turned) * KERB_METRES
    north = math.cos(turned) * along - math.sin(turned) * KERB_METRES
    lon, lat = offset(line, east, north)
    return round(lon, 7), round(lat, 7)
