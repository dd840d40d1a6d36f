"""Simulated e-police sites among the city's own: which crossing and lanes they watch."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import sqlalchemy as sa

from center.database import transaction
from center.identity.caller import system
from center.requests import Precondition
from ingest.devices.models import Device
from simulators.spec import DeviceSpec
from simulators.world.crossings import Crossing
from traffic.sites.models import Site
from traffic.sites.repository import lanes_of
from traffic.sites.schemas import Compass, LaneOf, SiteChange
from traffic.sites.service import register

COMPASS: tuple[Compass, ...] = ("n", "ne", "e", "se", "s", "sw", "w", "nw")
SIMULATOR = "simulator"
_WHATEVER = Precondition(frozenset({"*"}))


def register_sites(specs: Sequence[DeviceSpec]) -> int:
    """Registers what is missing or was registered by an earlier fleet; gives how many.

    What a person has said of a site stays.
    """
    caller = replace(system(SIMULATOR), divisions=("",))
    wanted = {s.device_id: watched(s.crossing) for s in specs if s.kind == "epolice" and s.crossing}
    with transaction() as session:
        chosen = sa.select(
            Device.device_id, Device.id, Site.crossing, Site.direction, Site.changed_by
        ).outerjoin(Site, Site.device == Device.id)
        rows = session.execute(
            chosen.where(Device.device_id.in_(wanted), Device.retired_at.is_(None))
        ).all()
        lanes = lanes_of(session, [row.id for row in rows])
        changed = 0
        for row in rows:
            body = wanted[row.device_id]
            if row.changed_by not in {None, SIMULATOR}:
                continue
            known = [
                LaneOf(lane=n.lane, movements=n.movements, use=n.use, approach=n.approach)
                for n in lanes.get(row.id, [])
                if n.registered
            ]
            if (row.crossing, row.direction, known) != (body.crossing, body.direction, body.lanes):
                register(session, caller, row.device_id, body, _WHATEVER)
                changed += 1
    return changed


def watched(crossing: Crossing) -> SiteChange:
    """What a site at a crossing watches: all its lanes, each with its approach."""
    name = "与".join(crossing.names[:2]) + "交叉口"
    approaches = points(crossing.bearings)
    lanes = [
        LaneOf(lane=lane, approach=approach)
        for approach, numbers in zip(approaches, _numbers(crossing), strict=True)
        for lane in numbers
    ]
    alone = opposite(approaches[0]) if len(approaches) == 1 else None
    return SiteChange(crossing=name, direction=alone, lanes=lanes)


def points(bearings: Sequence[float]) -> list[Compass]:
    """The nearest compass point of each; none twice, while there are enough of them."""
    found: list[Compass] = []
    for degrees in bearings:
        nearest = sorted(
            range(len(COMPASS)), key=lambda n: abs((degrees - 45 * n + 180) % 360 - 180)
        )
        free = [n for n in nearest if COMPASS[n] not in found] or nearest
        found.append(COMPASS[free[0]])
    return found


def opposite(point: Compass) -> Compass:
    """Where one goes who comes from there."""
    return COMPASS[(COMPASS.index(point) + 4) % len(COMPASS)]


def _numbers(crossing: Crossing) -> Iterator[range]:
    firsts = [approach.first_lane for approach in crossing.approaches]
    for first, following in zip(firsts, [*firsts[1:], crossing.lanes + 1], strict=True):
        yield range(first, following)
