"""What waits for the warden: bounded, and the newest stay."""

import threading
from collections import deque
from collections.abc import Iterable
from typing import Generic, TypeVar

T = TypeVar("T")


class Inbox(Generic[T]):
    """A queue between the link's thread and the warden's. When it is full the oldest go.

    What is read stays until it is dropped: after the commit, or it is read again.
    """

    def __init__(self, most: int) -> None:
        self._waiting: deque[T] = deque(maxlen=most)
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, item: T) -> None:
        """Adds the newest."""
        with self._lock:
            self._waiting.append(item)

    def first(self, most: int | None = None) -> list[T]:
        """The oldest, up to `most`, in the order in which they came."""
        with self._lock:
            return list(self._waiting)[:most]

    def drop(self, items: Iterable[T]) -> None:
        """These, read before, have been handled."""
        with self._lock:
            for item in items:
                # One that is not in front any more has gone because the box was full.
                if self._waiting and self._waiting[0] is item:
                    self._waiting.popleft()
