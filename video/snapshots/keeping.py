"""The keeper of snapshots: a thread that makes files of pictures and keeps them as evidence."""

import hashlib
import queue
import threading
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import av
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from center.clock import now
from center.database import transaction
from center.errors import HengyangError
from center.evidence import service as evidence
from center.evidence.receiving import Receiver
from center.evidence.service import Uploader
from center.evidence.store import store
from center.logs import logger
from center.settings import EvidenceSettings, settings
from video.streams.pictures import jpeg
from video.streams.source import Watched

log = logger(__name__)
MOST_WAITING = 32  # decoded pictures, of a few megabytes each

_INSERT = sa.text("""
    INSERT INTO camera_snapshots (device, time, sha256, width, height)
    VALUES (:device, :time, :sha256, :width, :height) ON CONFLICT DO NOTHING""")


class Taken(NamedTuple):
    """A picture of cameras that share a stream."""

    cameras: Sequence[Watched]
    time: datetime
    frame: av.VideoFrame


class Snapshots:
    """Takes pictures from the streams' threads; a full queue means the disk or database is slow."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[Taken | None] = queue.Queue(MOST_WAITING)
        self._thread = threading.Thread(target=self._run, name="snapshots", daemon=True)
        self.kept = self.failed = self.put_off = 0

    def __len__(self) -> int:
        return self._waiting.qsize()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Keeps what waits, for a few seconds at most."""
        self._waiting.put(None)
        self._thread.join(10)

    def take(self, cameras: Sequence[Watched], frame: av.VideoFrame) -> bool:
        """Has the picture kept; False where it must be tried again with the next key frame."""
        try:
            self._waiting.put_nowait(Taken(cameras, now(), frame))
        except queue.Full:
            self.put_off += 1
            return False
        return True

    def _run(self) -> None:
        while (taken := self._waiting.get()) is not None:
            try:
                keep(taken)
                self.kept += len(taken.cameras)
            except (SQLAlchemyError, HengyangError, OSError) as error:
                self.failed += len(taken.cameras)
                devices = [camera.device_id for camera in taken.cameras]
                log.warning("snapshot_lost", device_ids=devices, error=str(error).split("\n")[0])


def keep(taken: Taken) -> str:
    """Keeps a picture as evidence of its first camera, and names it for all; gives the SHA-256."""
    data = jpeg(taken.frame)
    sha256 = hashlib.sha256(data).hexdigest()
    receiver = Receiver(sha256, settings(EvidenceSettings).evidence_max_bytes)
    first = taken.cameras[0]
    try:
        receiver.take(data)
        receiver.finish()
        with transaction() as session:
            uploader = Uploader(f"video:{first.device_id}", first.device, first.division_code)
            evidence.keep(session, store(), receiver, uploader)
            rows = [
                {
                    "device": camera.device,
                    "time": taken.time,
                    "sha256": bytes.fromhex(sha256),
                    "width": taken.frame.width,
                    "height": taken.frame.height,
                }
                for camera in taken.cameras
            ]
            session.execute(_INSERT, rows)
    finally:
        receiver.close()
    return sha256
