"""A recorded run in place of the simulation: the same frames at the time of the clock."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from simulators.hours import sun_elevation
from simulators.weather import Weather, sky
from simulators.world.frame import Breach, Counted, Frame, Passing
from simulators.world.orders import OrderRefused, SignalOrder
from simulators.world.plan import Plan
from simulators.world.recording import Recording, RecordingInvalid, Second
from simulators.world.truth import Begun, Told, WorldTruth


class RecordedSignals:
    """They show what they showed when the world was recorded."""

    def obey(self, order: SignalOrder) -> str:
        """Raises OrderRefused, always."""
        raise OrderRefused(f"{order.signal} follows a recording of the world, and obeys nobody")


class Replay:
    """Steps through a recording, and after its last second through the first again.

    Each lap shows the same vehicles with the same plates on the same ways, later by its length;
    at the seam all are set back to where they began. Times are those of the clock, and so are rain
    and sun, which the fleet's sensors feel too. Whatever is told is written to the truth each time.

    Raises:
        RecordingInvalid: the file is none, or is of another plan.
    """

    def __init__(self, plan: Plan, start: float, truth: Path | None = None) -> None:
        assert plan.recording is not None
        self.signals = RecordedSignals()
        self.under_way = 0
        self.laps = 0
        self._weather = plan.weather or Weather(plan.seed)
        self._told = Told(plan)
        self._recording = Recording.open(Path(plan.recording.file))
        head = self._recording.head
        if head.fingerprint != plan.recording.fingerprint:
            raise RecordingInvalid(
                f"{plan.recording.file} is a recording of another world"
                f" (network {head.network}, seed {head.seed})"
            )
        self._seconds: Iterator[Second] = iter(())
        self._step = 0
        begun = Begun(start, plan.seed, head.network)
        self._truth = WorldTruth(truth, begun) if truth else None

    def step(self, time: float, speed: float = 1.0) -> Frame:
        """The next second of the recording, as that which ends at `time` (epoch seconds)."""
        second = self._next()
        self._step += 1
        self.under_way = second.under_way
        recorded = second.frame
        later = time - recorded.time
        passings = [_passing(one, later) for one in recorded.passings]
        breaches = [_breach(one, later) for one in recorded.breaches]
        counted = [_counted(one, later) for one in recorded.counted]
        frame = msgspec.structs.replace(
            recorded,
            time=time,
            step=self._step,
            speed=speed,
            passings=passings,
            breaches=breaches,
            counted=counted,
            rain_rate=round(sky(self._weather, int(time)).rain, 2),
            sun_elevation=round(sun_elevation(time), 2),
        )
        if self._truth is not None:
            self._truth.step(self._told.of(frame))
        return frame

    def close(self) -> None:
        if self._truth is not None:
            self._truth.close()

    def _next(self) -> Second:
        for second in self._seconds:
            return second
        self._seconds = self._recording.seconds()
        self.laps += 1
        return next(self._seconds)


def _passing(passing: Passing, later: float) -> Passing:
    return msgspec.structs.replace(passing, time=round(passing.time + later, 3))


def _breach(breach: Breach, later: float) -> Breach:
    return msgspec.structs.replace(breach, time=round(breach.time + later, 3))


def _counted(counted: Counted, later: float) -> Counted:
    return msgspec.structs.replace(counted, time=round(counted.time + later, 3))
