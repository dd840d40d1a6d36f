"""The truth of the world as files of JSON lines, for scoring alone."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Struct

from simulators.world.frame import Frame
from simulators.world.plan import Plan

NAMES = ("passings", "breaches", "trips", "queues", "positions", "phases", "counted")
MOST_BYTES = 64 * 2**20  # then a file is begun anew beside its forerunner, `NAME.1.jsonl`


class Trip(Struct):
    """A vehicle that has come to its end; times in epoch seconds."""

    vehicle: str
    plate: str
    vehicle_class: str
    origin: str  # edges
    target: str
    departed: float
    arrived: float


class Queue(Struct):
    """The longest queue on one approach in the minute that ends at `time`, in vehicles."""

    time: float
    site: str
    edge: str
    longest: int


class Placed(Struct):
    """Where a vehicle on patrol is, each second; degrees (WGS-84), m/s."""

    time: float
    device: str
    lon: float
    lat: float
    speed: float
    heading: float


class Shown(Struct):
    """The phase that a signal with a controller shows from `time` on."""

    time: float
    device: str
    phase: int


class Told:
    """What of each frame goes into the truth, by the name of its file."""

    def __init__(self, plan: Plan) -> None:
        self._patrols = [row.device for row in plan.patrols]
        self._signals = plan.signals
        self._shown: dict[str, int] = {}

    def of(self, frame: Frame) -> dict[str, Iterable[Struct]]:
        """The rows of one step."""
        return {
            "passings": frame.passings,
            "breaches": frame.breaches,
            "counted": frame.counted,
            "positions": self._placed(frame),
            "phases": self._switched(frame),
        }

    def _placed(self, frame: Frame) -> Iterator[Placed]:
        vehicles = {vehicle.id: vehicle for vehicle in frame.vehicles} if self._patrols else {}
        for device in self._patrols:
            if (v := vehicles.get(device)) is not None:
                yield Placed(frame.time, device, v.lon, v.lat, v.speed, v.heading)

    def _switched(self, frame: Frame) -> Iterator[Shown]:
        phases = {phase.signal: phase.phase for phase in frame.phases} if self._signals else {}
        for row in self._signals:
            phase = phases.get(row.signal)
            if phase is not None and self._shown.get(row.device) != phase:
                self._shown[row.device] = phase
                yield Shown(frame.time, row.device, phase)


class Begun(Struct):
    """The first line of each run in each file."""

    begun: float
    seed: int
    network: str


class WorldTruth:
    """The files `NAMES` in a folder, written through at the end of each step."""

    def __init__(self, folder: Path, begun: Begun, most_bytes: int = MOST_BYTES) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._begun = begun
        self._most_bytes = most_bytes
        self._encoder = msgspec.json.Encoder()
        self._files: dict[str, BinaryIO] = {}
        for name in NAMES:
            self._open(name)

    def step(self, rows: Mapping[str, Iterable[Struct]]) -> None:
        """What one step has brought, by the name of its file."""
        for name, told in rows.items():
            for row in told:
                self._write(name, row)
        for name, file in self._files.items():
            file.flush()
            if file.tell() > self._most_bytes:
                self._turn(name)

    def close(self) -> None:
        for file in self._files.values():
            file.close()

    def _open(self, name: str) -> None:
        self._files[name] = (self._folder / f"{name}.jsonl").open("ab", buffering=1 << 18)
        self._write(name, self._begun)
        self._files[name].flush()

    def _turn(self, name: str) -> None:
        self._files[name].close()
        (self._folder / f"{name}.jsonl").replace(self._folder / f"{name}.1.jsonl")
        self._open(name)

    def _write(self, name: str, row: Struct) -> None:
        # Passings and breaches are arrays on the socket; here each field has its name.
        named = {field: getattr(row, field) for field in row.__struct_fields__}
        self._files[name].write(self._encoder.encode(named) + b"\n")
