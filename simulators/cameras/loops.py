"""Recorded cameras: a street without end, rendered once, kept, and sent again and again."""

import hashlib
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import msgspec
import numpy as np
import shapely
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream
from numpy.typing import NDArray

from simulators.cameras import bodies, overlay
from simulators.cameras.backdrop import Backdrop
from simulators.cameras.bodies import Bodies
from simulators.cameras.ground import LANE_METRES, MapStreet, Street, about
from simulators.cameras.light import Light
from simulators.cameras.plan import Camera
from simulators.cameras.pose import Floats, Lens, Pose
from simulators.cameras.stream import CLOCK, add_encoder, open_rtp
from simulators.plates import car
from simulators.randomness import generator

EDITION = 3  # raised when what is recorded changes
SECONDS = 40  # of a recording; in that time a vehicle goes once through the street
RATE = 10
VEHICLES_A_LANE = 5
_SHARE = 0.7  # of them are there
_STOCK = 40_000  # vehicles of simulators.plates
_BESIDE_METRES = 30.0  # a camera stands so near to what it watches
NOTICE = "录像 RECORDED"
_PAINTS = ("#d8d8d8", "#f2f2f2", "#20242a", "#7c8288", "#8c1c1c", "#1c3c78", "#c8b070")
_SIZES = {
    "car": (4.6, 1.8, 1.5), "van": (5.0, 1.9, 2.0), "light_truck": (6.0, 2.1, 2.6),
    "truck": (9.0, 2.4, 3.4), "bus": (11.5, 2.5, 3.1), "trailer": (13.0, 2.5, 3.6),
}  # fmt: skip


def recording_file(folder: Path, camera: Camera, streets: Sequence[MapStreet], seed: int) -> Path:
    """Where the recording of a camera is, made or not: another pose or street has another file."""
    shape = b"".join(street.points.tobytes() for street in streets)
    told = repr((EDITION, msgspec.json.encode(camera), seed)).encode()
    return folder / f"{hashlib.blake2b(told + shape, digest_size=10).hexdigest()}.ts"


def record(file: Path, camera: Camera, streets: Sequence[MapStreet], seed: int) -> None:
    """Makes a recording (2 to 4 s of one core, 2 MB); the file is there once it is whole."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = file.with_suffix(".partial")
    with av.open(str(partial), "w", format="mpegts") as container:
        stream = add_encoder(container, camera.width, camera.height, RATE)
        for number, picture in enumerate(_pictures(camera, streets, seed)):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = number * CLOCK // RATE, Fraction(1, CLOCK)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    partial.replace(file)


def _pictures(
    camera: Camera, streets: Sequence[MapStreet], seed: int
) -> Iterator[NDArray[np.uint8]]:
    lens = Lens(camera.pose, camera.width, camera.height)
    ground, light = about(camera.pose, streets, seed), Light(1.0, 0)
    backdrop = Backdrop(lens, ground)
    still = backdrop.under(light)
    traffic = [_Column(s, seed, camera.device_id) for s in _watched(camera.pose, ground.streets)]
    for number in range(SECONDS * RATE):
        picture = still.copy()
        for column in traffic:
            moving = column.at(number / (SECONDS * RATE))
            bodies.paint(picture, lens, moving, light, backdrop.walls)
        overlay.burn_in(picture, camera.name, NOTICE)
        yield picture


class _Column:
    """Vehicles that drive through one street at one speed; after the last the first comes again."""

    def __init__(self, street: Street, seed: int, name: str) -> None:
        chance = generator(seed, "loop", name)
        self._line = shapely.LineString(street.points)
        lanes = [(lane, side) for lane in range(street.lanes) for side in (-1, 1)]
        places = [(*row, slot) for row in lanes for slot in range(VEHICLES_A_LANE)]
        kept = [row for row in places if chance.random() < _SHARE]
        self._sides = np.array([side for _, side, _ in kept], float)
        self._asides = np.array([(lane + 0.5) * LANE_METRES for lane, _, _ in kept])
        self._phases = np.array(
            [(slot + chance.uniform(-0.25, 0.25)) / VEHICLES_A_LANE for *_, slot in kept]
        )
        self._cars = [car(seed, chance.randrange(_STOCK)) for _ in kept]
        self._paints = [chance.choice(_PAINTS) for _ in kept]

    def at(self, part: float) -> Bodies:
        """Where they are when so much of the recording is over, from 0 to 1."""
        share = (self._phases + part) % 1.0
        along = np.where(self._sides > 0, share, 1 - share) * self._line.length
        here, there = (self._points(along + step) for step in (-0.5, 0.5))
        way = (there - here) * self._sides[:, None]
        way /= np.maximum(np.hypot(way[:, 0], way[:, 1]), 1e-9)[:, None]
        right = np.column_stack([way[:, 1], -way[:, 0]])
        return Bodies(
            (here + there) / 2 + right * self._asides[:, None],
            np.degrees(np.arctan2(way[:, 0], way[:, 1])) % 360,
            np.array([_SIZES[c.vehicle_class] for c in self._cars]).reshape(-1, 3),
            [c.vehicle_class for c in self._cars],
            self._paints,
            [c.plate for c in self._cars],
            [c.colour for c in self._cars],
        )

    def _points(self, along: Floats) -> Floats:
        bounded = np.clip(along, 0, self._line.length)
        return np.asarray(shapely.get_coordinates(self._line.interpolate(bounded)))


def _watched(pose: Pose, streets: list[Street]) -> list[Street]:
    """The street that a camera looks along; none where there is no street."""
    turned = np.radians(pose.heading)
    look = np.array([np.sin(turned), np.cos(turned)])

    def along(street: Street) -> float:
        line = shapely.LineString(street.points)
        spot = line.project(shapely.Point(0, 0))
        a, b = (shapely.get_coordinates(line.interpolate(spot + d))[0] for d in (-5, 5))
        near = bool(line.distance(shapely.Point(0, 0)) < _BESIDE_METRES)
        return abs(float((b - a) @ look)) if near else 0.0

    return sorted(streets, key=along)[-1:]


class Loop:
    """One recording on its way to a mount, packet by packet, nothing decoded."""

    def __init__(self, file: Path, port: int) -> None:
        self._source: InputContainer = av.open(str(file))
        self._sink: OutputContainer = open_rtp(port)
        template = self._source.streams.video[0]
        self._stream = self._sink.add_stream_from_template(template)
        self._packets = self._endless()

    def send(self, *, lost: bool = False, without_keys: bool = False) -> None:
        """The next picture, when its time has come; a lost one is left out, as are key frames."""
        packet = next(self._packets)
        if not lost and not (without_keys and packet.is_keyframe):
            self._sink.mux(packet)

    def close(self) -> None:
        self._sink.close()
        self._source.close()

    def _endless(self) -> Iterator["Packet[VideoStream]"]:
        number = 0
        while True:
            for packet in self._source.demux(video=0):
                if packet.size:
                    packet.pts = packet.dts = number * CLOCK // RATE
                    packet.time_base = Fraction(1, CLOCK)
                    packet.stream = self._stream
                    number += 1
                    yield packet
            self._source.seek(0)
