"""Short films made by a real encoder, as access units that an RTSP server can send."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import av
import numpy as np

FPS = 10


@dataclass(frozen=True)
class Clip:
    """A loop: per frame its NAL units; the first frame is a key frame with its parameter sets."""

    codec: str  # h264, hevc
    width: int
    height: int
    frames: tuple[tuple[bytes, ...], ...]

    @property
    def parameters(self) -> list[bytes]:
        """The parameter sets (SPS, PPS, for HEVC the VPS too)."""
        return [nal for nal in self.frames[0] if kind(self.codec, nal) in PARAMETERS[self.codec]]


PARAMETERS = {"h264": (7, 8), "hevc": (32, 33, 34)}
KEYS = {"h264": (5,), "hevc": (19, 20)}


def kind(codec: str, nal: bytes) -> int:
    return nal[0] & 0x1F if codec == "h264" else (nal[0] >> 1) & 0x3F


def without_keys(clip: Clip) -> Clip:
    """The same film from which every key frame has gone."""
    left = KEYS[clip.codec]
    frames = tuple(f for f in clip.frames if not any(kind(clip.codec, nal) in left for nal in f))
    return Clip(clip.codec, clip.width, clip.height, frames)


def nals(packet: bytes) -> tuple[bytes, ...]:
    """NAL units of a packet in Annex B form."""
    parts = packet.replace(b"\x00\x00\x00\x01", b"\x00\x00\x01").split(b"\x00\x00\x01")
    return tuple(part.rstrip(b"\x00") for part in parts if part)


class Encoder:
    """One live encoder without delay, as a camera has."""

    def __init__(self, codec: str, width: int, height: int, gop: int = FPS) -> None:
        name = {"h264": "libx264", "hevc": "libx265"}[codec]
        self._context = av.CodecContext.create(name, "w")
        self._context.width, self._context.height = width, height
        self._context.pix_fmt = "yuv420p"
        self._context.time_base = Fraction(1, FPS)
        self._context.framerate = Fraction(FPS, 1)
        self._context.gop_size = gop
        extra = "log-level=none:repeat-headers=1:pools=1:frame-threads=1"
        self._context.options = {
            "preset": "ultrafast",
            "tune": "zerolatency",
            "x264-params": "repeat-headers=1:scenecut=0:threads=1",
            "x265-params": f"{extra}:keyint={gop}:scenecut=0",
        }
        if codec == "h264":
            del self._context.options["x265-params"]
        self._count = 0

    def encode(self, picture: np.ndarray) -> tuple[bytes, ...]:
        """NAL units of an RGB picture (height, width, 3)."""
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts = self._count
        self._count += 1
        return tuple(nal for packet in self._context.encode(frame) for nal in nals(bytes(packet)))


@cache
def clip(codec: str = "h264", width: int = 320, height: int = 240, frames: int = FPS) -> Clip:
    """A film of a bar that moves, a second long, beginning with its only key frame."""
    encoder = Encoder(codec, width, height, frames)
    made = []
    for number in range(frames):
        picture = np.full((height, width, 3), 60, np.uint8)
        left = number * (width - 20) // frames
        picture[:, left : left + 20] = (220, 180, 40)
        made.append(encoder.encode(picture))
    return Clip(codec, width, height, tuple(made))
