"""From packets of a camera to fragmented MP4 (ISO/IEC 14496-12): a fragment for each frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av

if TYPE_CHECKING:
    from collections.abc import Sequence

FLAGS = "empty_moov+default_base_moof+frag_every_frame"
LONGEST_JUMP_SECONDS = 10
START_CODE = b"\x00\x00\x00\x01"  # Annex B


class Jumped(Exception):
    """The camera's clock has jumped: what follows is another film."""


class _Sink:
    """Where FFmpeg writes; it cannot be sought in."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        data = b"".join(self._parts)
        self._parts.clear()
        return data


class Muxer:
    """One film, from a key frame on. `init` is what a player needs before any fragment.

    A camera need not tell its size and its parameter sets before the stream: they are in `shape`
    and `sets`, as its first picture told them.
    """

    def __init__(
        self,
        video: av.VideoStream,
        first: av.Packet[av.VideoStream],
        shape: tuple[int, int],
        sets: Sequence[bytes],
    ) -> None:
        assert first.pts is not None
        assert first.time_base is not None
        self._sink = _Sink()
        self._output = av.open(self._sink, "w", format="mp4", options={"movflags": FLAGS})
        self._stream = self._output.add_stream_from_template(video)
        context = self._stream.codec_context
        context.width, context.height = shape
        if not context.extradata:
            context.extradata = b"".join(START_CODE + unit for unit in sets)
        self._output.start_encoding()
        self.init = self._sink.take()
        self._base, self._last = first.pts, -1
        self._jump = int(LONGEST_JUMP_SECONDS / first.time_base)

    def add(self, packet: av.Packet[av.VideoStream], data: bytes) -> bytes:
        """The next frame; gives the fragment that is complete by now, perhaps none.

        Raises:
            Jumped: begin a new film with the next key frame.
        """
        copy = av.Packet(data)
        copy.time_base, copy.is_keyframe = packet.time_base, packet.is_keyframe
        dts = packet.dts if packet.dts is not None else packet.pts
        if dts is None:
            return b""
        dts -= self._base
        if not -self._jump < dts - self._last < self._jump:
            raise Jumped
        dts = max(dts, self._last + 1)
        copy.dts, self._last = dts, dts
        copy.pts = max(dts, packet.pts - self._base if packet.pts is not None else dts)
        copy.stream = self._stream
        self._output.mux(copy)
        return self._sink.take()

    def close(self) -> None:
        """Away with it; what it still holds is of no use to anybody."""
        self._output.close()
