"""What the world tells its readers once a step. Imports nothing of ours."""

from typing import Literal

from msgspec import Struct

ViolationKind = Literal["red_light", "speeding", "wrong_way", "no_stopping"]
Aspect = Literal["green", "yellow", "red", "off"]


class Moving(Struct, array_like=True, gc=False):
    """A vehicle at the moment of the frame."""

    id: str
    lon: float  # of the middle of its front, WGS-84
    lat: float
    heading: float  # degrees clockwise from north
    speed: float  # m/s
    edge: str
    lane: int  # 1 is the one nearest to the middle of the road
    vehicle_class: str
    colour: str  # of its paint, #rrggbb
    plate: str
    plate_colour: str
    length: float  # metres
    width: float
    height: float


class Passing(Struct, array_like=True, gc=False):
    """A vehicle's front went over a stop line that a site watches."""

    site: str
    time: float  # epoch seconds, to the millisecond
    vehicle: str
    plate: str
    plate_colour: str
    vehicle_class: str
    lane: int
    speed: float


class Breach(Struct, array_like=True, gc=False):
    """A violation (违法) that truly happened where a site sees it."""

    site: str
    kind: ViolationKind
    time: float
    vehicle: str
    plate: str
    plate_colour: str
    vehicle_class: str
    lane: int
    speed: float
    limit: float | None  # m/s


class Phase(Struct, array_like=True, gc=False):
    """What one signal shows, an aspect for each of its links in SUMO's order."""

    signal: str
    phase: int
    aspects: str  # SUMO's letters: G g y r o
    remaining: float  # seconds


class Counted(Struct, array_like=True, gc=False):
    """What a vehicle detector has counted in the minute that ends at `time`, over all its lanes."""

    detector: str
    time: float  # epoch seconds
    seconds: int  # of the minute that were counted
    count: int  # vehicles
    occupancy: float  # percent of the time, mean of the lanes
    speed: float | None  # m/s, mean of the vehicles; None: there was none


class Frame(Struct, gc=False):
    """One step of the world; `time` is the simulated moment in epoch seconds."""

    time: float
    step: int
    speed: float  # simulated seconds a real second
    paused: bool
    vehicles: list[Moving]
    passings: list[Passing]
    breaches: list[Breach]
    phases: list[Phase]
    rain_rate: float  # mm/h
    sun_elevation: float  # degrees above the horizon
    counted: list[Counted] = []
