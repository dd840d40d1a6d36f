"""Holds what is stored against what truly happened in the simulated world: pure comparisons."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from server.benches.world_truth import Row, WorldTold
from simulators.detectors import FEWEST_SECONDS
from simulators.epolice import CODES
from simulators.places.line import distance

SPEED_MPS = 0.01  # stored as a 4-byte float
SHOWN = 5  # examples of each kind of difference
FIVE_MINUTES = 300
HALF_DIGIT = 0.051  # detectors tell one digit behind the point
HALF_VEHICLE = 0.5  # and whole vehicles an hour
PICTURES = {"red_light": 3}  # of a breach; one of all others


class Pass(NamedTuple):
    """A pass or a violation as stored; `evidence` counts pictures named, `kept` those in store."""

    site: str
    milliseconds: int
    plate: str
    lane: int
    colour: str
    vehicle_class: str
    speed: float | None
    evidence: int
    kept: int
    code: str = ""

    @property
    def key(self) -> Hashable:
        return self.site, self.milliseconds, self.plate, self.lane, self.code


@dataclass
class Score:
    """One kind of fact, held against the world."""

    true: int = 0
    stored: int = 0
    missing: list[str] = field(default_factory=list)
    double: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    without_pictures: list[str] = field(default_factory=list)

    @property
    def exact(self) -> bool:
        """Nothing is missing, double, extra or other than it was."""
        return not (self.missing or self.double or self.extra or self.wrong)

    def examples(self) -> list[str]:
        """A few of each difference, in words."""
        kinds = {name: getattr(self, name) for name in _DIFFERENCES}
        return [f"{len(k)} {name}: {', '.join(k[:SHOWN])}" for name, k in kinds.items() if k]


_DIFFERENCES = ("missing", "double", "extra", "wrong", "without_pictures")
Certain = Callable[[float], bool]


def always(_time: float) -> bool:
    """Every moment counts."""
    return True


def passes(told: WorldTold, stored: Sequence[Pass], certain: Certain = always) -> Score:
    """Each vehicle with a plate that went over a watched line, once, and nobody else.

    What happened at a moment that is not `certain` may be missing.
    """
    return _score([row for row in told.passings if row["plate"]], stored, certain)


def violations(told: WorldTold, stored: Sequence[Pass], certain: Certain = always) -> Score:
    """Each breach of a vehicle with a plate, once, with its code and all its pictures."""
    return _score([row for row in told.breaches if row["plate"]], stored, certain)


def _score(true: Sequence[Row], stored: Sequence[Pass], certain: Certain) -> Score:
    expected = {_key(row): row for row in true}
    found = Counter(one.key for one in stored)
    score = Score(len(true), len(stored))
    score.missing = [
        str(key) for key, row in expected.items() if key not in found and certain(row["time"])
    ]
    score.double = [str(key) for key, times in found.items() if times > 1]
    for one in stored:
        row = expected.get(one.key)
        if row is None:
            score.extra.append(str(one.key))
            continue
        if not _same(one, row):
            score.wrong.append(f"{one} is {row}")
        if min(one.evidence, one.kept) < PICTURES.get(row.get("kind", ""), 1):
            score.without_pictures.append(str(one.key))
    return score


def _key(row: Row) -> Hashable:
    code = CODES[row["kind"]] if "kind" in row else ""
    return row["site"], round(1000 * row["time"]), row["plate"], row["lane"], code


def _same(one: Pass, row: Row) -> bool:
    words = (one.colour, one.vehicle_class) == (row["plate_colour"], row["vehicle_class"])
    return words and one.speed is not None and abs(one.speed - row["speed"]) <= SPEED_MPS


# --- counts, places, detectors, signals ------------------------------------------------------

Counts = Mapping[tuple[str, int, int], int]  # by site, lane, begin of the bucket


def true_counts(told: WorldTold, seconds: int = FIVE_MINUTES) -> Counts:
    """Vehicles with a plate by site, lane and bucket."""
    return Counter(
        (row["site"], row["lane"], int(row["time"] // seconds) * seconds)
        for row in told.passings
        if row["plate"]
    )


def other_counts(true: Counts, stored: Counts) -> list[str]:
    """Where the two differ."""
    return [
        f"{key}: {stored.get(key, 0)} of {true.get(key, 0)}"
        for key in sorted({*true, *stored})
        if true.get(key, 0) != stored.get(key, 0)
    ]


class Fix(NamedTuple):
    """A vehicle's place as stored."""

    device: str
    time: float
    lon: float
    lat: float


def errors(told: WorldTold, stored: Iterable[Fix]) -> tuple[list[float], int]:
    """Metres between each stored place and the true one of the same second, and how many places
    are of no second of the world, or are stored twice."""
    true = {(r["device"], round(1000 * r["time"])): (r["lon"], r["lat"]) for r in told.positions}
    metres, strange = [], 0
    for fix in stored:
        place = true.pop((fix.device, round(1000 * fix.time)), None)
        if place is None:
            strange += 1
        else:
            metres.append(distance(place, (fix.lon, fix.lat)))
    return sorted(metres), strange


class Reading(NamedTuple):
    """A stored message of readings; values in the order of its model's quantities."""

    device: str
    time: float
    values: tuple[float | None, ...]


def detectors(told: WorldTold, stored: Sequence[Reading]) -> Score:
    """Each counted minute once, with count and flow exact, occupancy and speed to the digit."""
    true = {(row["detector"], round(row["time"])): row for row in told.counted}
    found = Counter((one.device, round(one.time)) for one in stored)
    score = Score(len(true), len(stored))
    score.missing = [str(key) for key in true if key not in found]
    score.double = [str(key) for key, times in found.items() if times > 1]
    for one in stored:
        row = true.get((one.device, round(one.time)))
        if row is None:
            score.extra.append(str(one))
        elif not _counted_the_same(one.values, row):
            score.wrong.append(f"{one} is {row}")
    return score


def _counted_the_same(values: Sequence[float | None], row: Row) -> bool:
    count, flow, occupancy, speed = values
    true_flow = 3600 * row["count"] / row["seconds"] if row["seconds"] >= FEWEST_SECONDS else None
    true_speed = None if row["speed"] is None else 3.6 * row["speed"]
    return (
        count == row["count"]
        and _near(flow, true_flow, HALF_VEHICLE)
        and _near(occupancy, row["occupancy"], HALF_DIGIT)
        and _near(speed, true_speed, HALF_DIGIT)
    )


def _near(told: float | None, true: float | None, tolerance: float) -> bool:
    if told is None or true is None:
        return told is true
    return abs(told - true) <= tolerance


def phases(told: WorldTold, stored: Sequence[Reading]) -> Score:
    """Each switch of a signal told at its moment, and no phase at a moment at which it was not."""
    changes: dict[str, list[tuple[float, int]]] = defaultdict(list)
    for row in told.phases:
        changes[row["device"]].append((row["time"], row["phase"]))
    shown = {(one.device, one.time, one.values[0]) for one in stored}
    score = Score(len(told.phases), len(stored))
    score.missing = [
        f"{device} {phase} at {time}"
        for device, some in changes.items()
        for time, phase in some
        if (device, time, float(phase)) not in shown
    ]
    for one in stored:
        some = changes[one.device]
        at = bisect_right(some, (one.time, 99)) - 1
        if at < 0 or some[at][1] != one.values[0]:
            score.wrong.append(str(one))
    return score
