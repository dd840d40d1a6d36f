"""Streams watched without a worker: what they find is noted with its moment."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import av

from tests.integration.patience import wait_for
from video.cameras.address import networks, parse
from video.settings import VideoSettings
from video.streams.findings import Finding
from video.streams.gates import Gates
from video.streams.source import Source, Watched
from video.streams.stream import Stream, Surroundings

QUICK = {
    "video_camera_networks": ("127.0.0.0/8",),
    "video_open_seconds": 2,
    "video_read_seconds": 2,
    "video_key_frame_seconds": 3,
    "video_check_seconds": 1,
    "video_retry_seconds": 1,
}


@dataclass
class Observatory:
    """Watches streams and notes what is found."""

    limits: VideoSettings
    told: list[tuple[Stream, Finding]] = field(default_factory=list)
    pictures: list[tuple[Sequence[Watched], av.VideoFrame]] = field(default_factory=list)
    streams: list[Stream] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.around = Surroundings(
            self.limits,
            networks(self.limits.video_camera_networks),
            Gates(self.limits.video_knocks, self.limits.video_opens),
            lambda stream, finding: self.told.append((stream, finding)),
            self._take,
        )

    def _take(self, cameras: list[Watched], frame: av.VideoFrame) -> bool:
        self.pictures.append((cameras, frame))
        return True

    def watch(
        self, address: str, login: tuple[str, str] | None = None, snapshots: int = 0
    ) -> Stream:
        """Begins to watch a stream of one camera."""
        number = len(self.streams) + 1
        camera = Watched(number, f"CAM-{number}", "430408", snapshots)
        stream = Stream(Source(parse(address), login), self.around, {number: camera})
        self.streams.append(stream)
        stream.start()
        return stream

    def states(self, stream: Stream) -> list[str]:
        """What was found of a stream, in order."""
        return [finding.state for one, finding in self.told if one is stream]

    def wait_for(self, stream: Stream, state: str, seconds: float = 60) -> float:
        """Until it is in this state; how long that took."""
        began = time.monotonic()
        wait_for(lambda: stream.finding is not None and stream.finding.state == state, seconds)
        return time.monotonic() - began


@contextmanager
def observatory(**changed: object) -> Iterator[Observatory]:
    av.logging.set_level(av.logging.PANIC)
    made = Observatory(VideoSettings(**(QUICK | changed)))  # type: ignore[arg-type]
    try:
        yield made
    finally:
        for stream in made.streams:
            stream.stop()
