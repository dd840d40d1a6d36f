"""Pictures as H.264 in RTP: what a camera's encoder does."""

import time
from collections.abc import Collection
from fractions import Fraction
from types import TracebackType
from typing import Self

import av
import numpy as np
from av.container import OutputContainer
from av.video.frame import PictureType
from av.video.stream import VideoStream
from numpy.typing import NDArray

from simulators.cameras.names import FREEZE, LOSS, NO_KEY_FRAMES

Picture = NDArray[np.uint8]

KEY_SECONDS = 2.0
CLOCK = 90_000  # of RTP video (RFC 6184)
PACKET_BYTES = 1400
# No look-ahead and no B frames: a picture leaves as soon as it is made.
ENCODER = {
    "preset": "ultrafast",
    "tune": "zerolatency",
    "profile": "baseline",
    "crf": "27",
    "threads": "1",
    "forced-idr": "1",
}


def open_rtp(port: int) -> OutputContainer:
    """An RTP sender to a mount of the RTSP server (UDP on 127.0.0.1, payload type 96)."""
    url = f"rtp://127.0.0.1:{port}?pkt_size={PACKET_BYTES}"
    # Nobody listens for RTCP on the next port, and it may belong to another mount.
    return av.open(url, "w", format="rtp", options={"rtpflags": "skip_rtcp"})


def add_encoder(container: OutputContainer, width: int, height: int, rate: int) -> VideoStream:
    """A stream of pictures of a size, with a key frame every two seconds."""
    options = ENCODER | {"g": str(round(rate * KEY_SECONDS)), "keyint_min": str(rate)}
    stream = container.add_stream("libx264", rate=rate, options=options)
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    stream.time_base = stream.codec_context.time_base = Fraction(1, CLOCK)
    return stream


class Sender:
    """Sends pictures to one mount. Pictures of another size begin the stream anew."""

    def __init__(self, port: int, rate: int) -> None:
        self._port, self._rate = port, rate
        self._container: OutputContainer | None = None
        self._stream: VideoStream | None = None
        self._size = (0, 0)
        self._last: Picture | None = None
        self._began = time.monotonic()
        self._pts = -1

    def send(self, picture: Picture, flaws: Collection[str] = (), *, key: bool = False) -> None:
        """Encode and send one picture (height, width, 3; blue, green, red) now.

        `key`: one that a reader can begin with.
        """
        if LOSS in flaws:
            return
        if FREEZE in flaws and self._last is not None:
            picture = self._last
        self._last = picture
        height, width = picture.shape[:2]
        if (width, height) != self._size:
            self._open(width, height)
        frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
        # By the clock and not by counting: after a pause the stream goes on at its true time.
        self._pts = max(self._pts + 1, round((time.monotonic() - self._began) * CLOCK))
        frame.pts, frame.time_base = self._pts, Fraction(1, CLOCK)
        if key:
            frame.pict_type = PictureType.I
        assert self._stream is not None
        assert self._container is not None
        for packet in self._stream.encode(frame):
            if not (NO_KEY_FRAMES in flaws and packet.is_keyframe):
                self._container.mux(packet)

    def close(self) -> None:
        if self._container is not None:
            self._container.close()
            self._container = None
        self._size = (0, 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _open(self, width: int, height: int) -> None:
        self.close()
        self._container = open_rtp(self._port)
        self._stream = add_encoder(self._container, width, height, self._rate)
        self._size = (width, height)
