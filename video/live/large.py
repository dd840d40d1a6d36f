"""Main streams of cameras whose sub-stream is watched: read only while somebody looks at one."""

import threading
import time
from collections.abc import Mapping
from dataclasses import replace

from video.live.hub import Hub
from video.streams.source import Source
from video.streams.stream import Stream, Surroundings

LINGER_SECONDS = 10.0  # after the last viewer: one who comes back finds the picture at once


class LargePictures:
    """`arrange` and `turn` are the worker's, `hub_of` anybody's.

    What such a stream finds is told to its viewers alone: the camera's state is that of the stream
    that is watched, and so are its snapshots.
    """

    def __init__(self, around: Surroundings) -> None:
        self._around = replace(
            around, report=lambda _stream, _finding: None, snapshot=lambda _cameras, _frame: False
        )
        self._lock = threading.Lock()
        self._sources: Mapping[int, Source] = {}
        self._streams: dict[bytes, Stream] = {}
        self._wanted_at: dict[bytes, float] = {}

    def __len__(self) -> int:
        return len(self._streams)

    def arrange(self, sources: Mapping[int, Source]) -> None:
        """From now on these are the main streams by camera; what is read of others ends."""
        keys = {source.key for source in sources.values()}
        with self._lock:
            self._sources = sources
            for key in self._streams.keys() - keys:
                self._end(key)

    def hub_of(self, device: int) -> Hub | None:
        """The viewers of a camera's main stream, which begins to be read; None: it has no other."""
        with self._lock:
            source = self._sources.get(device)
            if source is None:
                return None
            stream = self._streams.get(source.key)
            if stream is None:
                stream = self._streams[source.key] = Stream(source, self._around, {})
                stream.start()
            self._wanted_at[source.key] = time.monotonic()
            return stream.hub

    def turn(self) -> None:
        """Ends those at which nobody has looked for a while."""
        now = time.monotonic()
        with self._lock:
            for key, stream in list(self._streams.items()):
                if len(stream.hub):
                    self._wanted_at[key] = now
                elif now - self._wanted_at[key] > LINGER_SECONDS:
                    self._end(key)

    def stop(self) -> None:
        """All end."""
        self.arrange({})

    def _end(self, key: bytes) -> None:
        self._wanted_at.pop(key)
        self._streams.pop(key).stop()
