"""Key frames: told apart, looked into, decoded alone. Nothing else of a stream is ever decoded."""

from collections.abc import Iterator
from dataclasses import dataclass

import av
import cv2
from av.codec.context import ThreadType

JPEG_QUALITY = 85
HEAD_BYTES = 4096  # parameter sets come before the picture

# By codec: how a NAL unit's type is read, which are parameter sets, which are key frames
# (ITU-T H.264 table 7-1, H.265 table 7-1).
_SHIFT_MASK = {"h264": (0, 0x1F), "hevc": (1, 0x3F)}
_PARAMETERS = {"h264": (7, 8), "hevc": (32, 33, 34)}
_SPS = 7


@dataclass(frozen=True, slots=True)
class Format:
    """What a decoder must know beforehand."""

    codec: str
    extradata: bytes | None


def units(head: bytes) -> Iterator[bytes]:
    """The NAL units of a packet in Annex B form, without empty ones."""
    for part in head.split(b"\x00\x00\x01")[1:]:
        unit = part.rstrip(b"\x00")
        if unit:
            yield unit


def parameters(codec: str, packet: bytes) -> tuple[bytes, ...]:
    """The parameter sets at the head of a packet; empty where there are none."""
    wanted = _PARAMETERS.get(codec, ())
    if not wanted:
        return ()
    return tuple(u for u in units(packet[:HEAD_BYTES]) if _type(codec, u) in wanted)


def _type(codec: str, unit: bytes) -> int:
    shift, mask = _SHIFT_MASK[codec]
    return (unit[0] >> shift) & mask


def mime(codec: str, sets: tuple[bytes, ...]) -> str | None:
    """What a browser calls the stream (RFC 6381); None for what it does not play."""
    if codec != "h264":
        return None
    for unit in sets:
        if _type(codec, unit) == _SPS and len(unit) >= 4:
            return f'video/mp4; codecs="avc1.{unit[1:4].hex()}"'
    return None


def decode(format_: Format, packet: bytes) -> av.VideoFrame | None:
    """The picture of a key frame; None where it is none."""
    try:
        context = av.CodecContext.create(format_.codec, "r")
        assert isinstance(context, av.VideoCodecContext)
        context.extradata = format_.extradata
        context.thread_count, context.thread_type = 1, ThreadType.NONE
        frames = [*context.decode(av.Packet(packet)), *context.decode(None)]
    except (av.FFmpegError, ValueError):
        return None
    whole = [frame for frame in frames if not frame.is_corrupt and frame.width > 0]
    return whole[0] if whole else None


def jpeg(frame: av.VideoFrame) -> bytes:
    """The picture as a file."""
    done, encoded = cv2.imencode(
        ".jpg", frame.to_ndarray(format="bgr24"), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    )
    assert done
    return encoded.tobytes()
