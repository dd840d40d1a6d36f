"""Streams read back as any client would: every picture decoded and counted."""

import multiprocessing
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from threading import Event, Thread
from typing import Any

import av

from server.benches.site import InVain

OPTIONS = {"rtsp_transport": "tcp", "analyzeduration": "1", "probesize": "32"}
PATIENCE_SECONDS = 20.0


@dataclass(frozen=True)
class Read:
    """Pictures of each stream within `seconds`, and the processor's time of all readers."""

    pictures: Mapping[str, int]
    seconds: float
    cpu_seconds: float


class Readers:
    """Reads streams for so long in a process of its own, from the moment on at which each of them
    has shown a picture, or has not done so in time."""

    def __init__(self, addresses: Mapping[str, str], seconds: float) -> None:
        spawning = multiprocessing.get_context("spawn")
        self._heard, told = spawning.Pipe(duplex=False)
        self._limit = seconds + 4 * PATIENCE_SECONDS
        self._process = spawning.Process(target=_work, args=(addresses, seconds, told), daemon=True)
        self._process.start()

    def await_begin(self) -> int:
        """Returns when they read; how many streams show pictures."""
        return int(self._next())

    def result(self) -> Read:
        """What came of it."""
        found = self._next()
        self._process.join(PATIENCE_SECONDS)
        assert isinstance(found, Read)
        return found

    def _next(self) -> Any:
        if not self._heard.poll(self._limit):
            raise InVain("readers of streams say nothing")
        return self._heard.recv()


def _work(addresses: Mapping[str, str], seconds: float, told: Connection) -> None:
    av.logging.set_level(av.logging.PANIC)
    counts = dict.fromkeys(addresses, 0)
    ended = Event()
    threads = [
        Thread(target=_read, args=(name, url, counts, ended), daemon=True)
        for name, url in addresses.items()
    ]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not all(counts.values()) and time.monotonic() < deadline:
        time.sleep(0.1)
    begun = dict(counts)
    told.send(sum(count > 0 for count in begun.values()))
    began, used = time.monotonic(), time.process_time()
    time.sleep(seconds)
    read, passed = dict(counts), time.monotonic() - began
    pictures = {name: read[name] - begun[name] for name in addresses}
    told.send(Read(pictures, passed, time.process_time() - used))
    ended.set()
    for thread in threads:
        thread.join(1.0)


def _read(name: str, url: str, counts: dict[str, int], ended: Event) -> None:
    with (
        suppress(av.FFmpegError, OSError),
        av.open(url, options=OPTIONS, timeout=PATIENCE_SECONDS) as container,
    ):
        whole = False
        for packet in container.demux(video=0):
            whole = whole or packet.is_keyframe  # what comes before leads nowhere
            if ended.is_set():
                return
            if whole and packet.size:
                counts[name] += len(packet.decode())
