"""What a world is made of: its network, who watches and counts where, who is on patrol; JSON."""

from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from simulators.weather import Weather

# Of the cars that leave a crossing by a road whose other side a site watches, and may.
WRONG_WAY_SHARE = 0.004
MARKED_METRES = (30.0, 120.0)  # before the stop line nobody may stand, where a site watches


class Approach(Struct, frozen=True):
    """An edge whose stop line a site watches; its lanes are numbered from `first_lane`."""

    edge: str
    first_lane: int


class Watch(Struct, frozen=True):
    """One e-police site and what it sees."""

    site: str
    approaches: list[Approach]


class Patrol(Struct, frozen=True):
    """A vehicle of the city administration; those who do not work nights stand until morning."""

    device: str
    nights: bool


class Recorded(Struct, frozen=True):
    """A recording to be played in place of the simulation; it must bear this fingerprint."""

    file: str
    fingerprint: str


class Detector(Struct, frozen=True):
    """A vehicle detector: loops in all lanes of an edge, so many metres from its start."""

    device: str
    edge: str
    position: float


class Controlled(Struct, frozen=True):
    """A signal with a controller; `signal` is SUMO's name of it."""

    device: str
    signal: str


class Incident(Struct, frozen=True):
    """What happens on some roads between two moments in epoch seconds.

    `limit`: so fast one may drive in m/s, 0 on a closed road; None: two vehicles have crashed on
    each. The roads are those nearest to `near` (degrees), else the busiest.
    """

    start: float
    end: float
    roads: int
    near: tuple[float, float] | None
    limit: float | None


class Plan(Struct, frozen=True):
    """All that a world needs to know beside its streets."""

    network: str  # folder that `network.prepare` has made
    seed: int
    vehicles: Annotated[int, Meta(ge=0, le=20_000)]  # under way at the busiest hour
    watches: list[Watch] = []
    patrols: list[Patrol] = []
    recording: Recorded | None = None
    detectors: list[Detector] = []
    signals: list[Controlled] = []
    weather: Weather | None = None  # None: that of the season
    incidents: list[Incident] = []
    wrong_way_share: Annotated[float, Meta(ge=0, le=1)] = WRONG_WAY_SHARE


def read(file: Path) -> Plan:
    """A plan from its file; raises msgspec.DecodeError."""
    return msgspec.json.decode(file.read_bytes(), type=Plan)


def write(file: Path, plan: Plan) -> None:
    """Replaces the file in one step."""
    partial = file.with_suffix(".partial")
    partial.write_bytes(msgspec.json.encode(plan))
    partial.replace(file)
