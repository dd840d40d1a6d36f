"""What a site sees at its stop lines: who went over, when, and who should not have."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from simulators.world.bodies import Member
from simulators.world.frame import Breach, Passing, ViolationKind

LANE, LANE_POSITION, SPEED, POSITION, ANGLE = 0x51, 0x56, 0x40, 0x42, 0x43  # SUMO's numbers
SPEEDING_FROM = 1.1  # of the limit: what is below is let pass
RED = "rR"

State = Mapping[int, Any]  # of one vehicle, by SUMO's numbers


class Link(NamedTuple):
    """A way over a crossing from one lane: `place` in the signal's letters, and where it leads."""

    place: int
    via: str  # internal lane
    edge: str  # that it leads to


class Line(NamedTuple):
    """The stop line of one lane."""

    site: str
    number: int  # of the lane, as the site counts
    edge: str
    length: float  # metres of the lane
    limit: float  # m/s
    signal: str  # "" where there is none
    links: tuple[Link, ...]


class Seen(NamedTuple):
    """What came of one step."""

    passings: list[Passing]
    breaches: list[Breach]


def judge(
    lines: Mapping[str, Line],
    before: Mapping[str, State],
    now: Mapping[str, State],
    members: Mapping[str, Member],
    aspects: Mapping[str, str],
    time: float,
) -> Seen:
    """Passings and violations of the step of one second that ends at `time`.

    Vehicles move evenly within a step, so the moment at the line follows from the way that was
    left to it (Euler, as SUMO moves them). `aspects`: what each signal showed in the step.
    """
    seen = Seen([], [])
    for vehicle, was in before.items():
        line = lines.get(was[LANE])
        state = now.get(vehicle)
        if line is None or state is None or not state[LANE]:
            continue
        if edge_of(state[LANE]) != line.edge:
            moved = state[SPEED]
            part = (line.length - was[LANE_POSITION]) / moved if moved > 0 else 1.0
            moment = round(time - 1 + min(1.0, max(0.0, part)), 3)
            _over(line, vehicle, members[vehicle], moment, state, aspects, seen)
    return seen


def edge_of(lane: str) -> str:
    """The edge a lane belongs to."""
    return lane[: lane.rindex("_")]


def breach(
    line: Line, kind: ViolationKind, vehicle: str, member: Member, time: float, speed: float
) -> Breach:
    """A violation at a site's lane."""
    return Breach(
        site=line.site,
        kind=kind,
        time=time,
        vehicle=vehicle,
        plate=member.plate,
        plate_colour=member.plate_colour,
        vehicle_class=member.vehicle_class,
        lane=line.number,
        speed=speed,
        limit=line.limit if kind == "speeding" else None,
    )


def _over(
    line: Line,
    vehicle: str,
    member: Member,
    moment: float,
    state: State,
    aspects: Mapping[str, str],
    seen: Seen,
) -> None:
    speed = round(float(state[SPEED]), 2)
    seen.passings.append(
        Passing(
            line.site, moment, vehicle, member.plate, member.plate_colour,
            member.vehicle_class, line.number, speed,
        )
    )  # fmt: skip
    if _ran_red(line, state[LANE], aspects):
        seen.breaches.append(breach(line, "red_light", vehicle, member, moment, speed))
    if speed > SPEEDING_FROM * line.limit:
        seen.breaches.append(breach(line, "speeding", vehicle, member, moment, speed))


def _ran_red(line: Line, lane: str, aspects: Mapping[str, str]) -> bool:
    shown = aspects.get(line.signal)
    if not shown:
        return False
    taken: Iterable[Link] = [link for link in line.links if link.via == lane]
    if not taken:  # a short crossing is behind it within one step, or it is on its second half
        taken = [link for link in line.links if link.edge == edge_of(lane)] or line.links
    return all(shown[link.place] in RED for link in taken)
