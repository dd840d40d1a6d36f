"""The worker: keeps one stream running for each that is in its shares."""

import threading
import time
from collections.abc import Mapping
from typing import Any

import psycopg
from av import VideoFrame
from sqlalchemy.exc import SQLAlchemyError

from center.database import reading
from center.logs import logger
from center.processes.figures import QueueFigure
from ingest.leases import VIDEO, Lease
from video.cameras.address import networks
from video.cameras.service import revision
from video.live.hub import Hub
from video.live.large import LargePictures
from video.live.serving import Counter
from video.live.tickets import Ticket
from video.settings import VideoSettings
from video.snapshots.keeping import MOST_WAITING, Snapshots
from video.states.keeping import Keeper
from video.streams.findings import Finding
from video.streams.gates import Gates
from video.streams.source import Source, Watched
from video.streams.stream import Stream, Surroundings
from video.trials.trying import try_out
from video.worker import plan
from video.worker.shares import Shares, share_of

log = logger(__name__)
TURN_SECONDS = 1.0


class Worker:
    """Begins with `run`. `lease` holds its number and its shares."""

    def __init__(self, number: int, lease: Lease, limits: VideoSettings) -> None:
        self._number, self._lease, self._limits = number, lease, limits
        self._shares = Shares(lease)
        self._keeper = Keeper(f"video-{number}")
        self._snapshots = Snapshots()
        self._around = Surroundings(
            limits,
            networks(limits.video_camera_networks),
            Gates(limits.video_knocks, limits.video_opens),
            self._report,
            self._snapshot,
        )
        self._streams: dict[bytes, Stream] = {}
        self._by_device: dict[int, Stream] = {}
        self._seen: tuple[int, int] | None = None
        self._plan: dict[bytes, plan.Planned] = {}
        self._large = LargePictures(self._around)
        self._counter = Counter(limits, self._hub_of, self._try_out)

    def run(self, stopping: threading.Event) -> None:
        """Watches until told to stop, or until another process has its number."""
        self._keeper.start()
        self._snapshots.start()
        self._counter.start()
        while not stopping.is_set():
            try:
                if not self._turn():
                    break
            except (psycopg.Error, SQLAlchemyError) as error:
                log.warning("video_without_database", error=str(error).split("\n", 1)[0])
            self._large.turn()
            stopping.wait(TURN_SECONDS)
        self._counter.stop()
        self._large.stop()
        for stream in self._streams.values():
            stream.stop()
        self._keeper.stop()
        self._snapshots.stop()

    def _hub_of(self, ticket: Ticket) -> Hub | None:
        large = self._large.hub_of(ticket.device) if ticket.large else None
        if large is not None:
            return large
        stream = self._by_device.get(ticket.device)
        return None if stream is None else stream.hub

    def _try_out(self, source: Source) -> Finding:
        return try_out(source, self._around.allowed, self._limits)

    def detail(self) -> Mapping[str, Any]:
        """What its heartbeat tells."""
        streams = list(self._streams.values())
        online = sum(s.finding is not None and s.finding.state == "online" for s in streams)
        return {
            "live": self._counter.address,
            "shares": len(self._shares.held),
            "cameras": len(self._by_device),
            "streams": len(streams),
            "large": len(self._large),
            "online": online,
            "viewers": sum(len(stream.hub) for stream in streams),
            "snapshots": self._snapshots.kept,
            "snapshots_failed": self._snapshots.failed,
            "snapshots_put_off": self._snapshots.put_off,
        }

    def queues(self) -> list[QueueFigure]:
        """States and pictures that are not committed yet."""
        return [
            QueueFigure("camera_states", len(self._keeper), max(1, len(self._by_device))),
            QueueFigure("snapshots", len(self._snapshots), MOST_WAITING),
        ]

    def _turn(self) -> bool:
        if not self._lease.held():
            # Streams go on while the database is away; who takes our place meanwhile has it.
            if not self._lease.take(VIDEO, self._number):
                log.error("video_number_taken", number=self._number)
                return False
            self._shares.retake()
            self._seen = None
        changed = self._shares.balance()
        with reading() as session:
            seen = revision(session)
            if seen != self._seen:
                self._plan = plan.read(session, self._limits.video_snapshot_seconds)
        if changed or seen != self._seen:
            self._arrange()
            self._seen = seen
        return True

    def _arrange(self) -> None:
        began = time.monotonic()
        wanted = {k: p for k, p in self._plan.items() if share_of(k) in self._shares.held}
        for key in self._streams.keys() - wanted.keys():
            self._streams.pop(key).stop()
        for key, planned in wanted.items():
            stream = self._streams.get(key)
            if stream is None:
                self._streams[key] = stream = Stream(planned.source, self._around, planned.cameras)
                stream.start()
                continue
            fresh = planned.cameras.keys() - stream.cameras.keys()
            stream.cameras = planned.cameras
            if fresh and stream.finding is not None:
                self._keeper.keep(sorted(fresh), stream.finding)
        self._by_device = {
            device: self._streams[key] for key, p in wanted.items() for device in p.cameras
        }
        self._large.arrange(
            {device: main for p in wanted.values() for device, main in p.mains.items()}
        )
        log.info(
            "video_arranged",
            streams=len(self._streams),
            cameras=len(self._by_device),
            seconds=round(time.monotonic() - began, 2),
        )

    def _report(self, stream: Stream, finding: Finding) -> None:
        log.debug("camera_state", state=finding.state, reason=finding.reason)
        self._keeper.keep(list(stream.cameras), finding)

    def _snapshot(self, cameras: list[Watched], frame: VideoFrame) -> bool:
        return self._snapshots.take(cameras, frame)
