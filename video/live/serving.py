"""What a worker does for the API's processes: live pictures and trials, a thread for each."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict

from center.logs import logger
from video.live import tickets
from video.live.hub import Hub, Viewer
from video.live.messages import words
from video.live.tickets import Ticket
from video.settings import VideoSettings
from video.streams.findings import Finding
from video.streams.source import Source
from video.trials import orders

log = logger(__name__)
HELLO_SECONDS = 5.0
SEND_SECONDS = 10.0
PULSE_SECONDS = 5.0  # a word is sent in silence, so that a dead connection is noticed
MOST_TRIALS = 4  # at once: each may decode a picture of any size


class Counter:
    """Listens from `start` on; `hub_of` finds the viewers of what a ticket is for, `try_out` opens
    a stream that is nobody's yet."""

    def __init__(
        self,
        limits: VideoSettings,
        hub_of: Callable[[Ticket], Hub | None],
        try_out: Callable[[Source], Finding],
    ) -> None:
        self._limits, self._hub_of, self._try_out = limits, hub_of, try_out
        self._trials = threading.BoundedSemaphore(MOST_TRIALS)
        self._socket = socket.create_server((limits.video_live_host, 0), backlog=128)
        self._places = threading.BoundedSemaphore(limits.video_viewers)
        host, port = self._socket.getsockname()[:2]
        self.address = f"{host}:{port}"

    def start(self) -> None:
        threading.Thread(target=self._accept, name="counter", daemon=True).start()

    def stop(self) -> None:
        """Takes no more viewers."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            if not self._places.acquire(blocking=False):
                log.warning("live_pictures_full", limit=self._limits.video_viewers)
                connection.close()
                continue
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection, suppress(OSError):
                self._hand_out(connection)
        finally:
            self._places.release()

    def _hand_out(self, connection: socket.socket) -> None:
        connection.settimeout(HELLO_SECONDS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection.makefile("rb") as lines:
            line = lines.readline(orders.MOST_BYTES)
        connection.settimeout(SEND_SECONDS)
        if (source := orders.read(line)) is not None:
            connection.sendall(self._trial(source))
            return
        ticket = tickets.read(line)
        hub = None if ticket is None else self._hub_of(ticket)
        if hub is None:
            connection.sendall(words(t="end", reason="moved"))
            return
        viewer = Viewer(self._limits.video_viewer_bytes)
        hub.attach(viewer)
        try:
            while viewer.ended is None:
                connection.sendall(viewer.take(PULSE_SECONDS) or words(t="pulse"))
            connection.sendall(words(t="end", reason=viewer.ended))
        finally:
            hub.detach(viewer)

    def _trial(self, source: Source) -> bytes:
        if not self._trials.acquire(blocking=False):
            return words(t="busy")
        try:
            return words(t="found", **asdict(self._try_out(source)))
        finally:
            self._trials.release()
