"""Where the lanes of a network end at their crossings, and which links of the signal are theirs."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element, iterparse

import msgspec
from msgspec import Struct

from simulators.world.network import Network
from simulators.world.plane import Plane

FILE = "stops.json"
PLACE_DIGITS = 7


class Way(Struct, frozen=True, array_like=True):
    """One link of the signal: its place in `Phase.aspects`, and SUMO's letter of its direction."""

    link: int
    direction: str  # s straight on, l and L left, t back, r and R right


class Stop(Struct, frozen=True, array_like=True):
    """The stop line of one lane."""

    lon: float  # of the lane's middle
    lat: float
    heading: float  # degrees in which its traffic drives
    ways: tuple[Way, ...] = ()  # none where there is no signal


def stops(network: Network) -> Mapping[str, Sequence[Stop]]:
    """Those of each edge, from the middle of the road outward.

    SUMO's file is read once (23 MB of the full city: a second) and the answer kept beside it.
    """
    kept = network.folder / FILE
    if not kept.exists():
        partial = kept.with_suffix(".partial")
        partial.write_bytes(msgspec.json.encode(_read(network.net, network.graph.plane)))
        partial.replace(kept)
    return msgspec.json.decode(kept.read_bytes(), type=dict[str, tuple[Stop, ...]])


def _read(file: Path, plane: Plane) -> dict[str, tuple[Stop, ...]]:
    lanes: dict[str, str] = {}
    ways: dict[str, list[Way]] = defaultdict(list)
    edges: list[tuple[str, int]] = []
    for _, element in iterparse(file):  # noqa: S314  # written by SUMO's tool
        if element.tag == "lane":
            lanes[element.attrib["id"]] = element.attrib["shape"]
        elif element.tag == "edge" and "function" not in element.attrib:
            edges.append((element.attrib["id"], len(element)))
        elif element.tag == "connection" and "tl" in element.attrib:
            ways[_lane_of(element)].append(
                Way(int(element.attrib["linkIndex"]), element.attrib["dir"])
            )
        if element.tag not in {"lane", "edge"}:
            element.clear()
    return {
        edge: tuple(
            _stop(lanes[lane], ways[lane], plane)
            for lane in (f"{edge}_{index}" for index in reversed(range(count)))
        )
        for edge, count in edges
    }


def _lane_of(connection: Element) -> str:
    return f"{connection.attrib['from']}_{connection.attrib['fromLane']}"


def _stop(shape: str, ways: Sequence[Way], plane: Plane) -> Stop:
    (x0, y0), (x, y) = (tuple(map(float, point.split(","))) for point in shape.split()[-2:])
    lon, lat = plane.degrees(x, y)
    heading = round(math.degrees(math.atan2(x - x0, y - y0)) % 360, 1) % 360
    return Stop(round(lon, PLACE_DIGITS), round(lat, PLACE_DIGITS), heading, tuple(ways))
