"""Who stands where nobody may (违停): some plan to, and a site sees it after a minute."""

from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any, NamedTuple

import libsumo

from simulators.world.bodies import Member
from simulators.world.frame import Breach
from simulators.world.stoplines import LANE_POSITION, SPEED, Line, breach

SHARE = 0.006  # of the vehicles that come past a marked stretch stop there
SECONDS = (25.0, 420.0)
ALLOWED_SECONDS = 60.0
NEAR_METRES = 5.0
STILL = 0.1  # m/s
PARKING = 1  # SUMO's flag: at the kerb


class _Plan(NamedTuple):
    lane: str
    spot: float
    since: float | None  # since when it stands
    told: bool


class Standing:
    """Stops in the marked stretches of the watched lanes; metres from the start of their edge."""

    def __init__(
        self, lines: Mapping[str, Line], marked: Mapping[str, tuple[float, float]]
    ) -> None:
        self._lines = lines
        self._marked = marked
        self._plans: dict[str, _Plan] = {}

    def plan(self, vehicle: str, member: Member, edges: Sequence[str], chance: Random) -> None:
        """Whether a vehicle that sets out will stand where it may not, and where."""
        if member.vehicle_class == "ebike":
            return
        for edge in edges:
            lane = f"{edge}_0"
            stretch = self._marked.get(lane)
            if stretch is not None and chance.random() < SHARE:
                spot = chance.uniform(*stretch)
                seconds = chance.uniform(*SECONDS)
                libsumo.vehicle.setStop(vehicle, edge, spot, 0, seconds, PARKING)
                self._plans[vehicle] = _Plan(lane, spot, None, told=False)
                return

    def gone(self, vehicle: str) -> None:
        self._plans.pop(vehicle, None)

    def step(
        self,
        time: float,
        states: Mapping[str, Mapping[int, Any]],
        members: Mapping[str, Member],
    ) -> Iterator[Breach]:
        """Those whose minute is over by now."""
        for vehicle, plan in list(self._plans.items()):
            state = states.get(vehicle)
            if state is None or plan.told:
                continue
            stands = state[SPEED] < STILL and abs(state[LANE_POSITION] - plan.spot) < NEAR_METRES
            if not stands or libsumo.vehicle.getStopState(vehicle) == 0:
                continue
            since = time if plan.since is None else plan.since
            over = time - since >= ALLOWED_SECONDS
            self._plans[vehicle] = plan._replace(since=since, told=over)
            if over:
                line = self._lines[plan.lane]
                yield breach(line, "no_stopping", vehicle, members[vehicle], time, 0.0)
