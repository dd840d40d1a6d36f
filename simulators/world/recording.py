"""A recorded run of the world: one compact file, MessagePack behind lengths, through gzip."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Any, Self

import msgspec
from msgspec import Struct

from simulators.world.frame import Breach, Counted, Frame, Moving, Passing, Phase
from simulators.world.plan import Plan

MAGIC = "hengyang world"
EDITION = 1  # raised when what is recorded of the same frames changes
LEVEL = 6  # of gzip
LENGTH_BYTES = 4
MOST_BYTES = 64 * 2**20
# The form of what is kept names the recording too: a file of other frames is made anew.
_FORM = [kind.__struct_fields__ for kind in (Frame, Moving, Passing, Breach, Phase, Counted)]


class RecordingInvalid(ValueError):
    """The file is no recording of this world, or is damaged."""


class Head(Struct):
    """The first message of the file."""

    magic: str
    edition: int
    fingerprint: str
    network: str  # fingerprint of the streets
    seed: int
    start: float  # epoch seconds, of the moment before the first frame
    whole: bool  # all vehicles, else those that fleets and pictures of sites need


class Second(Struct, array_like=True, tag="second", gc=False):
    """One step of the world."""

    under_way: int  # vehicles on the road, whether or not the frame holds them
    frame: Frame


class End(Struct, array_like=True, tag="end"):
    """The last message: what is in the file, so that one that was cut off is known."""

    seconds: int
    passings: int  # of vehicles with a plate
    breaches: int


def fingerprint(plan: Plan, start: float, seconds: int, *, whole: bool) -> str:
    """Names what a recording is made of: network, seed, devices, hour, length, and this form."""
    made_of = msgspec.structs.replace(plan, network=Path(plan.network).name, recording=None)
    told = repr((EDITION, start, seconds, whole, _FORM)).encode()
    return blake2b(msgspec.json.encode(made_of) + told, digest_size=8).hexdigest()


class Writer:
    """Writes a recording beside its place; it is there once it is whole.

    Of frames that are not kept whole there stay the vehicles of `always`, those that a site has
    seen, and before and after a red light the one that ran it.
    """

    def __init__(self, file: Path, head: Head, always: frozenset[str] = frozenset()) -> None:
        self._file = file
        self._partial = file.with_suffix(".partial")
        self._whole = head.whole
        self._always = always
        self._raw = self._partial.open("wb")
        # No name and no time inside: the same world gives the same bytes.
        self._gzip = gzip.GzipFile("", "wb", LEVEL, self._raw, mtime=0)
        self._encoder = msgspec.msgpack.Encoder()
        self._last: Second | None = None
        self._ran: set[str] = set()  # red lights of the second before the last
        self._end = End(0, 0, 0)
        self._write(head)

    def add(self, frame: Frame, under_way: int) -> None:
        """The next second."""
        end = self._end
        end.seconds += 1
        end.passings += sum(bool(passing.plate) for passing in frame.passings)
        end.breaches += len(frame.breaches)
        self._keep(_red(frame))
        self._last = Second(under_way, frame)

    def close(self) -> End:
        """The file takes its place; what is in it."""
        self._keep(set())
        self._write(self._end)
        self._gzip.close()
        self._raw.close()
        self._partial.replace(self._file)
        return self._end

    def abandon(self) -> None:
        """Nothing is kept."""
        self._raw.close()
        self._partial.unlink(missing_ok=True)

    def _keep(self, following: set[str]) -> None:
        """Writes the last second, now that it is known who runs a red light in the one after."""
        if self._last is None:
            return
        under_way, frame = self._last.under_way, self._last.frame
        if not self._whole:
            happened: list[Passing | Breach] = [*frame.passings, *frame.breaches]
            seen = {one.vehicle for one in happened} | self._ran | following | self._always
            kept = [vehicle for vehicle in frame.vehicles if vehicle.id in seen]
            self._ran = _red(frame)
            frame = msgspec.structs.replace(frame, vehicles=kept)
        self._write(Second(under_way, frame))

    def _write(self, message: Struct) -> None:
        data = self._encoder.encode(message)
        self._gzip.write(len(data).to_bytes(LENGTH_BYTES, "big") + data)


class Recording:
    """A recording that has been looked through from end to end; `seconds` reads it anew."""

    def __init__(self, file: Path, head: Head, end: End) -> None:
        self.file = file
        self.head = head
        self.end = end

    @classmethod
    def open(cls, file: Path) -> Self:
        """The recording of a file; takes about a third of a second for each ten minutes.

        Raises:
            RecordingInvalid: it is none, of another edition, cut off or damaged.
        """
        with _readable(file) as source:
            head = _head(file, source)
            count, last = 0, b""
            while (data := _message(source)) is not None:
                count, last = count + 1, data
        try:
            end = msgspec.msgpack.decode(last, type=End)
        except msgspec.DecodeError as error:
            raise RecordingInvalid(f"{file} is cut off after {count:,} seconds") from error
        if end.seconds != count - 1 or not end.seconds:
            raise RecordingInvalid(f"{file} holds {count - 1:,} of {end.seconds:,} seconds")
        return cls(file, head, end)

    @property
    def passes_per_second(self) -> float:
        """Vehicles with a plate at watched stop lines, in the mean."""
        return self.end.passings / self.end.seconds

    def seconds(self) -> Iterator[Second]:
        """Its seconds, once from the first to the last; raises RecordingInvalid."""
        decoder = msgspec.msgpack.Decoder(Second)
        with _readable(self.file) as source:
            _head(self.file, source)
            for _ in range(self.end.seconds):
                data = _message(source)
                if data is None:
                    raise RecordingInvalid(f"{self.file} has become shorter")
                yield decoder.decode(data)


@contextmanager
def _readable(file: Path) -> Iterator[gzip.GzipFile]:
    """The unpacked bytes of a file; what goes wrong with them is said in words."""
    try:
        with gzip.open(file, "rb") as source:
            yield source
    except FileNotFoundError as error:
        raise RecordingInvalid(f"there is no recording {file}") from error
    except EOFError as error:
        raise RecordingInvalid(f"{file} is cut off") from error
    except (OSError, zlib.error, msgspec.DecodeError) as error:
        raise RecordingInvalid(f"{file} is no recording, or is damaged: {error}") from error


def _head(file: Path, source: gzip.GzipFile) -> Head:
    data = _message(source)
    told: Any = msgspec.msgpack.decode(data or b"")
    if not isinstance(told, dict) or told.get("magic") != MAGIC:
        raise RecordingInvalid(f"{file} is no recording of a world")
    if told.get("edition") != EDITION:
        said = f"{file} is of edition {told.get('edition')}; this program reads {EDITION}"
        raise RecordingInvalid(said)
    return msgspec.convert(told, Head)


def _message(source: gzip.GzipFile) -> bytes | None:
    head = source.read(LENGTH_BYTES)
    if not head:
        return None
    length = int.from_bytes(head, "big")
    if length > MOST_BYTES:
        raise msgspec.DecodeError("a message is longer than any")
    data = source.read(length)
    if len(head) < LENGTH_BYTES or len(data) < length:
        raise EOFError
    return data


def _red(frame: Frame) -> set[str]:
    return {breach.vehicle for breach in frame.breaches if breach.kind == "red_light"}
