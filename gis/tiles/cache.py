"""Tiles in memory: bounded by bytes, and made once however many ask for one at the same time."""

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future

OVERHEAD = 300  # bytes that an entry takes beside its tile: empty tiles count, too


class TileCache:
    """Keeps what was used last. A key names the revision, so nothing in here ever grows old."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._size = 0
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()
        self._making: dict[Hashable, Future[bytes]] = {}
        self._waiting: Counter[Hashable] = Counter()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], bytes]) -> bytes:
        """What is kept under the key, else what `make` gives; who comes meanwhile waits for it.

        An error of `make` meets all who waited, and is not kept.
        """
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            waiting = self._making.get(key)
            if waiting is None:
                mine = self._making[key] = Future()
            else:
                self._waiting[key] += 1
        return waiting.result() if waiting is not None else self._make(key, make, mine)

    def waiting(self, key: Hashable) -> int:
        """How many wait for a tile that is being made."""
        return self._waiting.get(key, 0)

    @property
    def size(self) -> int:
        """Bytes that are kept, with what keeping them takes."""
        return self._size

    def _make(self, key: Hashable, make: Callable[[], bytes], mine: "Future[bytes]") -> bytes:
        try:
            made = make()
        except BaseException as error:
            self._forget(key)
            mine.set_exception(error)
            raise
        self._keep(key, made)
        mine.set_result(made)
        return made

    def _forget(self, key: Hashable) -> None:
        with self._lock:
            del self._making[key]
            self._waiting.pop(key, None)

    def _keep(self, key: Hashable, made: bytes) -> None:
        with self._lock:
            del self._making[key]
            self._waiting.pop(key, None)
            if _weight(made) > self._most:
                return
            self._kept[key] = made
            self._size += _weight(made)
            while self._size > self._most:
                self._size -= _weight(self._kept.popitem(last=False)[1])


def _weight(tile: bytes) -> int:
    return len(tile) + OVERHEAD
