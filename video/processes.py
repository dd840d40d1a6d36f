"""The process of video: a worker that watches its share of the cameras. Any number may run."""

import signal
import threading

import av.logging

from center import logs
from center.database import connector, name_process
from center.processes.heartbeat import Heartbeat
from center.settings import DatabaseSettings, settings
from ingest.leases import VIDEO, Lease
from ingest.processes import patiently_take_number
from video.settings import VideoSettings
from video.worker.worker import Worker

STACK_BYTES = 1024 * 1024  # of a thread; thousands of streams have one each


def run_video() -> None:
    """Watches cameras until SIGTERM or SIGINT."""
    logs.configure("video")
    av.logging.set_level(av.logging.PANIC)  # it would tell every broken packet, with the address
    threading.stack_size(STACK_BYTES)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    url = str(settings(DatabaseSettings).database_url)
    lease = Lease(connector(url, "video", autocommit=True))
    taken = patiently_take_number(lease, stopping, VIDEO)
    if taken is None:
        return
    name = f"video-{taken}"
    logs.configure(name)
    name_process(name)
    worker = Worker(taken, lease, settings(VideoSettings))
    heart = Heartbeat(name, "video", url, queues=worker.queues, detail=worker.detail)
    heart.start()
    worker.run(stopping)
    heart.stop()
    lease.release()
