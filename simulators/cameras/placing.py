"""Where the cameras of a fleet stand and look, and their numbers."""

import math
from hashlib import blake2b

from simulators.cameras.pose import Pose
from simulators.places.line import bearing, offset
from simulators.places.streets import Crossing, Network

BEHIND_METRES = 26.0  # the crossing: a camera looks over it down one of its streets
BESIDE_METRES = 10.5
HEIGHT_METRES, TILT, FIELD_OF_VIEW = 6.5, 12.0, 64.0
TURNED_IN = 8.0  # degrees towards the middle of the street

# GB/T 28181: 6 digits of the division and 00, industry 04 (road traffic), type 132 (IP camera),
# network 6 (government), 6 digits in sequence.
_NUMBER = "{division}00041326{sequence:06d}"


def at_crossing(streets: Network, number: int) -> tuple[Crossing, Pose]:
    """The crossing and pose of camera `number`, from 1; they fill the crossings in turn."""
    crossings = streets.crossings
    crossing = crossings[(number * 7 + 3) % len(crossings)]  # 7 spreads them over the city
    ways = sorted(
        bearing(line.points[0], line.points[1]) for line in streets.leaving[crossing.point]
    )
    way = ways[number % len(ways)]
    turned = math.radians(way)
    ahead, right = -BEHIND_METRES, BESIDE_METRES
    east = math.sin(turned) * ahead + math.cos(turned) * right
    north = math.cos(turned) * ahead - math.sin(turned) * right
    lon, lat = offset(crossing.point, east, north)
    heading = round((way - TURNED_IN) % 360, 1) % 360
    return crossing, Pose(round(lon, 7), round(lat, 7), HEIGHT_METRES, heading, TILT, FIELD_OF_VIEW)


def camera_number(division: str, prefix: str, number: int) -> str:
    """The 20-digit number of camera `number` of a fleet; fleets keep to sequences of their own."""
    fleet = int.from_bytes(blake2b(prefix.encode(), digest_size=4).digest(), "big") % 90 + 10
    return _NUMBER.format(division=division[:6], sequence=fleet * 10_000 + number)
