"""The truth of the world as files of JSON lines, for scoring alone."""

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Struct

from simulators.world.frame import Breach, Passing

NAMES = ("passings", "breaches", "trips", "queues")


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


class Begun(Struct):
    """The first line of each run in each file."""

    begun: float
    seed: int
    network: str


class WorldTruth:
    """Four files in a folder, written through at the end of each step."""

    def __init__(self, folder: Path, begun: Begun) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._encoder = msgspec.json.Encoder()
        self._files: dict[str, BinaryIO] = {
            name: (folder / f"{name}.jsonl").open("ab", buffering=1 << 18) for name in NAMES
        }
        for name in NAMES:
            self._write(name, begun)
        self.flush()

    def step(
        self,
        passings: list[Passing],
        breaches: list[Breach],
        trips: list[Trip],
        queues: list[Queue],
    ) -> None:
        """What one step has brought."""
        told: tuple[Sequence[Struct], ...] = (passings, breaches, trips, queues)
        for name, rows in zip(NAMES, told, strict=True):
            for row in rows:
                self._write(name, row)
        self.flush()

    def flush(self) -> None:
        for file in self._files.values():
            file.flush()

    def close(self) -> None:
        for file in self._files.values():
            file.close()

    def _write(self, name: str, row: Struct) -> None:
        # Passings and breaches are arrays on the socket; here each field has its name.
        named = {field: getattr(row, field) for field in row.__struct_fields__}
        self._files[name].write(self._encoder.encode(named) + b"\n")
