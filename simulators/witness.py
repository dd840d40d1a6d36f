"""What the fleet did: counters for people, and a file of the truth for tests that score."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO, Literal, Self

import msgspec
from msgspec import Struct

from simulators.buffer import Message

What = Literal["made", "delivered", "damaged", "dropped"]


def digest(payload: bytes) -> str:
    """Eight bytes of BLAKE2b in hexadecimal: names the content of a message."""
    return blake2b(payload, digest_size=8).hexdigest()


class Line(Struct, frozen=True):
    """One line of the truth.

    `made`: the device gave the message this number. `delivered`: the broker acknowledged these
    bytes, each time it did. `damaged`: it acknowledged a damaged copy instead, `digest` is that
    of the damaged bytes. `dropped`: the device forgot it before it was delivered.
    """

    what: What
    device: str
    boot: int
    seq: int
    stream: str
    digest: str


class Truth:
    """Appends lines to a JSON-lines file; flushed when closed."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: BinaryIO = path.open("ab", buffering=1 << 20)
        self._encoder = msgspec.json.Encoder()

    def write(self, what: What, message: Message, payload: bytes | None = None) -> None:
        shown = digest(message.payload if payload is None else payload)
        line = Line(what, message.device_id, message.boot, message.seq, message.stream, shown)
        self._file.write(self._encoder.encode(line) + b"\n")

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        self._file.close()


@dataclass
class Told:
    """A file of the truth, added up; keys are (device, boot, seq)."""

    made: dict[tuple[str, int, int], str] = field(default_factory=dict)
    streams: dict[tuple[str, int, int], str] = field(default_factory=dict)
    delivered: dict[tuple[str, int, int], int] = field(default_factory=dict)
    dropped: set[tuple[str, int, int]] = field(default_factory=set)
    damaged: list[Line] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> Self:
        told = cls()
        for line in lines(path):
            key = (line.device, line.boot, line.seq)
            if line.what == "made":
                told.made[key] = line.digest
                told.streams[key] = line.stream
            elif line.what == "delivered":
                told.delivered[key] = told.delivered.get(key, 0) + 1
            elif line.what == "dropped":
                told.dropped.add(key)
            else:
                told.damaged.append(line)
        return told

    @property
    def undelivered(self) -> set[tuple[str, int, int]]:
        """Made, and never acknowledged as they were made."""
        return self.made.keys() - self.delivered.keys()


def lines(path: Path) -> Iterator[Line]:
    """The lines of a file of the truth."""
    decoder = msgspec.json.Decoder(Line)
    with path.open("rb") as file:
        for line in file:
            yield decoder.decode(line)


@dataclass
class Figures:
    """Counters since the start. Published = delivered + refused + under way + lost with a link."""

    made: int = 0  # numbered messages
    published: int = 0  # handed to the connection, copies and repeats included
    delivered: int = 0  # acknowledged by the broker with success
    damaged: int = 0  # of these: corrupt copies
    refused: int = 0  # answered by the broker with an error or "no matching subscribers"
    dropped: int = 0  # left the buffer undelivered
    resent: int = 0  # asked for by the centre
    commands: int = 0
    connects: int = 0
    disconnects: int = 0

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


class Witness:
    """Counts for all devices of one engine, and writes the truth if asked to."""

    def __init__(self, truth: Truth | None = None) -> None:
        self.figures = Figures()
        self._truth = truth

    def made(self, message: Message) -> None:
        self.figures.made += 1
        if self._truth is not None:
            self._truth.write("made", message)

    def delivered(self, message: Message, payload: bytes, *, damaged: bool) -> None:
        self.figures.delivered += 1
        self.figures.damaged += damaged
        if self._truth is not None:
            self._truth.write("damaged" if damaged else "delivered", message, payload)

    def dropped(self, messages: list[Message]) -> None:
        self.figures.dropped += len(messages)
        if self._truth is not None:
            for message in messages:
                self._truth.write("dropped", message)

    def flush(self) -> None:
        if self._truth is not None:
            self._truth.flush()

    def close(self) -> None:
        if self._truth is not None:
            self._truth.close()
