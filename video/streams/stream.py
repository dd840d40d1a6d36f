"""One stream, in a thread of its own: knocked at, opened, read, judged, and tried again."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import av

from center.logs import logger
from video.cameras.address import Network
from video.live.hub import UNKNOWN, Hub
from video.settings import VideoSettings
from video.streams.findings import READING, Fault, Finding, fault_of
from video.streams.gates import Gates
from video.streams.opening import opened, reach
from video.streams.pictures import Format, decode, parameters
from video.streams.source import Source, Watched

log = logger(__name__)

FIRST_PAUSE_SECONDS = 1.0
REOPEN_SECONDS = 0.2


class Reopen(Exception):
    """The stream has become another one: to be opened anew, at once."""


@dataclass
class Surroundings:
    """What the streams of a process share. The calls must return at once."""

    limits: VideoSettings
    allowed: list[Network]
    gates: Gates
    report: Callable[[Stream, Finding], None]
    snapshot: Callable[[list[Watched], av.VideoFrame], bool]


@dataclass
class Stream:
    """Begins with `start`. `cameras` is replaced as a whole by the worker, never changed."""

    source: Source
    around: Surroundings
    cameras: Mapping[int, Watched]
    finding: Finding | None = None
    hub: Hub = field(default_factory=Hub)

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._due: dict[int, float] = {}
        self._sound = True  # it did not fail the last time
        self._thread = threading.Thread(target=self._run, name="stream", daemon=True)

    def start(self) -> None:
        """Begins; what is found is reported from its thread."""
        self._thread.start()

    def stop(self) -> None:
        """Ends it soon; does not wait. What it finds then is told to nobody."""
        self._stop.set()
        self.hub.close()

    @property
    def stopped(self) -> bool:
        """Whether it was told to end."""
        return self._stop.is_set()

    def _run(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while not self._stop.is_set():
            began = time.monotonic()
            try:
                self._watch()
            except Reopen:
                self._stop.wait(REOPEN_SECONDS)
                continue
            except Fault as fault:
                self._tell(fault.finding)
            except Exception as error:  # one stream must not take the others with it
                log.exception("stream_failed", host=self.source.target.host)
                self._tell(Finding("not_video", type(error).__name__))
            if time.monotonic() - began > 2 * self.around.limits.video_retry_seconds:
                pause = FIRST_PAUSE_SECONDS  # it was well for a while
            self._stop.wait(pause * random.uniform(0.5, 1.0))
            pause = min(pause * 2, self.around.limits.video_retry_seconds)

    def _tell(self, finding: Finding) -> None:
        self._sound = finding.state == "online"
        if finding != self.finding and not self._stop.is_set():
            self.finding = finding
            self.hub.tell(finding)
            self.around.report(self, finding)

    def _watch(self) -> None:
        container = self._open()
        try:
            _Reading(self, container).run()
        finally:
            self.hub.interrupt()
            container.close()

    def _open(self) -> av.container.InputContainer:
        limits = self.around.limits
        with self.around.gates.knocking():
            number = reach(self.source, self.around.allowed, limits.video_open_seconds)
        with self.around.gates.opening(sound=self._sound):
            self._sound = False  # until it has shown a picture
            return opened(self.source, number, limits)

    def due(self, moment: float) -> list[Watched]:
        """The cameras whose snapshot is due; each begins at a moment of its own."""
        found = []
        for device, camera in self.cameras.items():
            rhythm = camera.snapshot_seconds
            if rhythm and moment >= self._due.setdefault(device, moment + _spread(rhythm)):
                found.append(camera)
        return found

    def taken(self, cameras: list[Watched], moment: float) -> None:
        """Their snapshots were taken."""
        for camera in cameras:
            self._due[camera.device] = moment + camera.snapshot_seconds


def _spread(rhythm: int) -> float:
    """The first comes soon, but not of all cameras at once."""
    return random.uniform(0, min(rhythm, 10))


class _Reading:
    """An open stream, from its first packet to its end."""

    def __init__(self, stream: Stream, container: av.container.InputContainer) -> None:
        self._stream, self._container = stream, container
        self._limits = stream.around.limits
        if not container.streams.video:
            raise Fault("not_video", "it has no picture")
        self._video = container.streams.video[0]
        context = self._video.codec_context
        self._format = Format(context.name, context.extradata)
        # Those told beforehand may differ from those in the stream though nothing has changed.
        self._told = parameters(context.name, context.extradata or b"")
        self._sets: tuple[bytes, ...] = ()
        self._shape = UNKNOWN
        now = time.monotonic()
        self._key_at, self._checked_at = now, 0.0

    def run(self) -> None:
        """Until it stops, changes or fails: always by an exception, but at our own end."""
        try:
            for packet in self._container.demux(self._video):
                if self._stream.stopped:
                    return
                if packet.size:
                    self._take(packet)
        except (av.FFmpegError, OSError, ValueError) as error:
            raise fault_of(error, READING) from None
        raise Fault("stale", "the camera has ended the stream")

    def _take(self, packet: av.Packet[av.VideoStream]) -> None:
        now = time.monotonic()
        if packet.is_keyframe and self._is_whole(packet, now):
            self._key_at = now
        elif now - self._key_at > self._limits.video_key_frame_seconds:
            state = "not_video" if self._checked_at < 0 else "no_key_frame"
            reason = f"no whole picture for {self._limits.video_key_frame_seconds:g} s"
            self._stream._tell(Finding(state, reason))  # noqa: SLF001  # the same thing in two parts
            if now - self._key_at > 2 * self._limits.video_key_frame_seconds:
                raise Fault(state, reason)  # perhaps it has become something else
        sets = self._sets or self._told
        self._stream.hub.take(packet, self._video, self._format, sets, self._shape)

    def _is_whole(self, packet: av.Packet[av.VideoStream], now: float) -> bool:
        """Whether a key frame is a picture; looked into now and then, and when one is wanted."""
        data = bytes(packet)
        sets = parameters(self._format.codec, data)
        if sets and self._sets and sets != self._sets:
            raise Reopen
        self._sets = sets or self._sets
        due = self._stream.due(now)
        known = self._stream.finding is not None and self._stream.finding.state == "online"
        if known and not due and 0 < now - self._checked_at < self._limits.video_check_seconds:
            return True
        frame = decode(self._format, data)
        if frame is None:
            self._checked_at = -1.0
            return False
        self._checked_at, self._shape = now, (frame.width, frame.height)
        finding = Finding("online", "", frame.width, frame.height, self._format.codec)
        self._stream._tell(finding)  # noqa: SLF001
        if due and self._stream.around.snapshot(due, frame):
            self._stream.taken(due, now)
        return True
