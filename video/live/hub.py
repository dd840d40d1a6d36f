"""The viewers of one stream: all fed from one pull, none able to hold up another."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

import av

from video.live.messages import MEDIA, framed, words
from video.live.muxing import Jumped, Muxer
from video.streams.findings import Finding
from video.streams.pictures import Format, mime

if TYPE_CHECKING:
    from collections.abc import Sequence

UNKNOWN = (0, 0)  # the shape of pictures of which none has been seen
MOST_KEPT_BYTES = 2 * 1024 * 1024  # of the film since its last key frame, for those who join


class Viewer:
    """What waits for one viewer; filled by the stream's thread, emptied by the viewer's own."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._filled = threading.Condition()
        self.joined = False  # it has the beginning of the film
        self.ended: str | None = None

    def put(self, message: bytes) -> None:
        """Adds a message; one who takes too little is at an end."""
        with self._filled:
            self._waiting.append(message)
            self._bytes += len(message)
            if self._bytes > self._most:
                self.ended = "too_slow"
                self._waiting.clear()
            self._filled.notify()

    def end(self, reason: str) -> None:
        """There will be no more."""
        with self._filled:
            self.ended = self.ended or reason
            self._filled.notify()

    def take(self, seconds: float) -> bytes:
        """All that waits, in one piece; empty where nothing came for so long."""
        with self._filled:
            if not self._waiting and self.ended is None:
                self._filled.wait(seconds)
            found = b"".join(self._waiting)
            self._waiting.clear()
            self._bytes = 0
            return found


class Hub:
    """One for each stream. `take`, `tell` and `interrupt` are the stream's, the rest anybody's."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._viewers: list[Viewer] = []
        self._muxer: Muxer | None = None
        self._head = b""
        self._film: list[bytes] = []  # since the last key frame
        self._film_bytes = 0
        self._finding: Finding | None = None

    def __len__(self) -> int:
        return len(self._viewers)

    def attach(self, viewer: Viewer) -> None:
        """From now on this viewer is told; what there is of the film since its key frame first."""
        with self._lock:
            if self._finding is not None:
                viewer.put(_state(self._finding))
            if self._film_is_whole:
                _join(viewer, self._head, self._film)
            self._viewers.append(viewer)

    def detach(self, viewer: Viewer) -> None:
        """Told no more; the last one ends the film."""
        with self._lock:
            if viewer in self._viewers:
                self._viewers.remove(viewer)
            # The stream's thread puts the muxer away: it may be using it now.

    def close(self) -> None:
        """The stream is no longer ours."""
        with self._lock:
            for viewer in self._viewers:
                viewer.end("moved")

    def tell(self, finding: Finding) -> None:
        """Tells all of a new state."""
        with self._lock:
            self._finding = finding
            for viewer in self._viewers:
                viewer.put(_state(finding))

    def interrupt(self) -> None:
        """The film has ended; another begins when the stream comes back."""
        with self._lock:
            self._drop()

    def take(
        self,
        packet: av.Packet[av.VideoStream],
        video: av.VideoStream,
        format_: Format,
        sets: Sequence[bytes],
        shape: tuple[int, int],
    ) -> None:
        """The next packet of the stream, whose pictures have a shape (width, height); costs
        nothing where nobody looks."""
        if not self._viewers:
            if self._muxer is not None:
                self.interrupt()
            return
        data = bytes(packet)
        with self._lock:
            if self._muxer is None and not self._begin(packet, video, format_, tuple(sets), shape):
                return
            assert self._muxer is not None
            try:
                fragment = self._muxer.add(packet, data)
            except Jumped:
                self._drop()
                return
            if fragment:
                self._spread(fragment)
            if packet.is_keyframe:  # its own fragment comes with the next packet
                self._film, self._film_bytes = [], 0

    def _begin(
        self,
        packet: av.Packet[av.VideoStream],
        video: av.VideoStream,
        format_: Format,
        sets: tuple[bytes, ...],
        shape: tuple[int, int],
    ) -> bool:
        if not packet.is_keyframe or packet.pts is None or shape == UNKNOWN:
            return False
        kind = mime(format_.codec, sets)
        if kind is None:
            for viewer in self._viewers:
                viewer.put(words(t="unplayable", codec=format_.codec))
            return False
        self._muxer = Muxer(video, packet, shape, sets)
        start = words(t="start", mime=kind, width=shape[0], height=shape[1])
        self._head = start + framed(MEDIA, self._muxer.init)
        for viewer in self._viewers:
            viewer.joined = False
        return True

    def _spread(self, fragment: bytes) -> None:
        message = framed(MEDIA, fragment)
        self._film_bytes += len(message)
        if self._film_bytes <= MOST_KEPT_BYTES:
            self._film.append(message)
        for viewer in self._viewers:
            if viewer.joined:
                viewer.put(message)
            elif self._film_is_whole:
                _join(viewer, self._head, self._film)

    @property
    def _film_is_whole(self) -> bool:
        return bool(self._film) and self._film_bytes <= MOST_KEPT_BYTES

    def _drop(self) -> None:
        if self._muxer is not None:
            self._muxer.close()
        self._muxer, self._head, self._film, self._film_bytes = None, b"", [], 0
        for viewer in self._viewers:
            viewer.joined = False


def _join(viewer: Viewer, head: bytes, film: Sequence[bytes]) -> None:
    viewer.joined = True
    viewer.put(head + b"".join(film))


def _state(finding: Finding) -> bytes:
    return words(t="state", state=finding.state, reason=finding.reason)
