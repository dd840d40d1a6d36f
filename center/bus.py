"""The bus: Redis Streams, quick and forgetful. Every fact on it is in PostgreSQL as well."""

import random
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from center import events
from center.errors import HengyangError, Unavailable
from center.events import Event
from center.logs import logger
from center.settings import RedisSettings, settings

log = logger(__name__)

ANSWER_SECONDS = 2.0  # Redis on the same network answers in a millisecond; this means it is away
LONGEST_BLOCK_SECONDS = 5.0
BACKOFF_SECONDS = (0.2, 10.0)  # first and longest pause between attempts while Redis is away
POSITION_KEY = "hy:outbox:position"


class BusAway(Unavailable):
    """The bus (Redis) does not answer."""


class CursorLost(HengyangError):
    """The bus no longer holds everything since the cursor: read on from PostgreSQL."""


@dataclass(frozen=True, slots=True)
class Message:
    """An event ready to travel. `position` numbers those of the outbox, without a repeat."""

    stream: str
    payload: bytes | str
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """An event as it came over the bus; `cursor` is its place on the stream."""

    stream: str
    cursor: str
    position: int | None
    event: Event


class Backoff:
    """When to try again: each failure doubles the pause, a success forgets them."""

    def __init__(self) -> None:
        self._first, self._longest = BACKOFF_SECONDS
        self._pause = 0.0
        self._until = 0.0

    def waits(self) -> bool:
        """Whether the next attempt is still to wait."""
        return time.monotonic() < self._until

    def failed(self) -> float:
        """Notes a failure; returns the pause in seconds, spread so that processes do not march."""
        self._pause = min(self._longest, max(self._first, self._pause * 2))
        pause = self._pause * random.uniform(0.5, 1.0)  # spreading, not secrecy
        self._until = time.monotonic() + pause
        return pause

    def succeeded(self) -> None:
        self._pause = self._until = 0.0


class Bus:
    """The sending side, safe to share between threads.

    While Redis is away a call fails at once instead of costing its caller a time-out each.
    """

    def __init__(self, url: str, stream_length: int) -> None:
        self._redis = client(url)
        self._length = stream_length
        self._backoff = Backoff()

    def publish(self, event: Event) -> None:
        """Sends one event.

        Raises:
            BusAway: Redis does not answer, or did not a moment ago.
        """
        self.send([Message(events.kind_of(event).stream, events.encode(event))])

    def send(self, messages: Sequence[Message], position: int | None = None) -> None:
        """Sends messages in their order, all or none, in one round trip.

        `position` is remembered in the same step: what `position` answers afterwards.

        Raises:
            BusAway: Redis does not answer, or did not a moment ago.
        """
        pipe = self._redis.pipeline(transaction=True)
        for message in messages:
            fields: dict[Any, Any] = {"e": message.payload}
            if message.position is not None:
                fields["p"] = message.position
            pipe.xadd(key(message.stream), fields, maxlen=self._length, approximate=True)
        if position is not None:
            pipe.set(POSITION_KEY, position)
        self._try(pipe.execute)

    def position(self) -> int | None:
        """The position given with the last `send` that Redis still knows; None: it was emptied.

        Raises:
            BusAway: Redis does not answer, or did not a moment ago.
        """
        value = self._try(lambda: self._redis.get(POSITION_KEY))
        return None if value is None else int(value)

    def _try(self, act: Any) -> Any:
        if self._backoff.waits():
            raise BusAway
        try:
            result = act()
        except redis.RedisError as error:
            log.warning("bus_away", error=str(error), pause=round(self._backoff.failed(), 2))
            raise BusAway from error
        self._backoff.succeeded()
        return result


class Reader:
    """The reading side of some streams, from now on: one per thread, with its own connection.

    Plain XREAD, so that every reader sees everything.
    """

    def __init__(self, url: str, streams: Iterable[str]) -> None:
        self._redis = client(url, LONGEST_BLOCK_SECONDS)
        self._keys = {key(stream): stream for stream in streams}
        self._cursors: dict[str, str] = {}
        self._backoff = Backoff()

    def to_tail(self) -> None:
        """Places the cursors behind the newest entries.

        Raises:
            BusAway: Redis does not answer.
        """
        try:
            self._cursors = {name: self._newest(name) for name in self._keys}
        except redis.RedisError as error:
            raise BusAway from error

    def read(self, block_seconds: float, limit: int = 500) -> list[Entry]:
        """Entries after the cursors, at most `limit` a stream.

        Waits for the first one for `block_seconds`, which is 0.001 to 5.

        Raises:
            BusAway: Redis does not answer; after a pause, so that callers may try again at once.
            CursorLost: entries were dropped before they were read; call `to_tail`, then replay.
        """
        places: dict[Any, Any] = dict(self._cursors)
        try:
            answer: Any = self._redis.xread(
                places,
                count=limit,
                block=max(1, int(min(block_seconds, LONGEST_BLOCK_SECONDS) * 1000)),
            )
            # After reading: what was still there now was surely there a moment ago.
            self._check_cursors()
        except redis.RedisError as error:
            time.sleep(min(block_seconds, self._backoff.failed()))
            raise BusAway from error
        self._backoff.succeeded()
        found: list[Entry] = []
        for name, rows in answer or ():
            stream = name.decode()
            self._cursors[stream] = rows[-1][0].decode()
            found += (e for e in (_entry(self._keys[stream], *row) for row in rows) if e)
        return found

    def close(self) -> None:
        self._redis.close()

    def _newest(self, name: str) -> str:
        # A cursor always names a real entry; so an emptied Redis cannot look like a young one.
        rows: Any = self._redis.xrevrange(name, count=1)
        cursor: Any = rows[0][0] if rows else self._redis.xadd(name, {"opened": 1})
        return str(cursor.decode())

    def _check_cursors(self) -> None:
        pipe = self._redis.pipeline(transaction=False)
        for name in self._cursors:
            pipe.xinfo_stream(name)
        states = pipe.execute(raise_on_error=False)
        for (name, cursor), state in zip(self._cursors.items(), states, strict=True):
            if isinstance(state, redis.ResponseError):
                raise CursorLost(stream=self._keys[name]) from state
            if isinstance(state, redis.RedisError):
                raise state
            first, last = state["first-entry"], state["last-generated-id"]
            if is_lost(cursor, first[0].decode() if first else None, last.decode()):
                raise CursorLost(stream=self._keys[name])


def is_lost(cursor: str, first: str | None, last: str) -> bool:
    """Whether a stream from `first` to `last` may lack entries after the cursor.

    Also when it ends before the cursor: then it is another stream than the one once read.
    """
    return first is None or _place(first) > _place(cursor) or _place(last) < _place(cursor)


def _place(cursor: str) -> tuple[int, int]:
    milliseconds, _, number = cursor.partition("-")
    return int(milliseconds), int(number or 0)


def key(stream: str) -> str:
    """Name of a stream in Redis: `hy:{stream}`."""
    return f"hy:{stream}"


def client(url: str, block_seconds: float = 0) -> redis.Redis:
    """A Redis client that fails quickly and leaves trying again to its caller."""
    return redis.Redis.from_url(
        url,
        socket_connect_timeout=ANSWER_SECONDS,
        socket_timeout=ANSWER_SECONDS + block_seconds,
        retry=Retry(NoBackoff(), 0),
    )


def bus() -> Bus:
    """The bus of this process, as the settings name it."""
    config = settings(RedisSettings)
    return _shared(str(config.redis_url), config.bus_stream_length)


_shared = cache(Bus)


def reader(*streams: str) -> Reader:
    """A reader of these streams on the bus that the settings name."""
    return Reader(str(settings(RedisSettings).redis_url), streams)


def _entry(stream: str, cursor: bytes, fields: dict[bytes, bytes]) -> Entry | None:
    if b"e" not in fields:
        return None
    try:
        event = events.decode(fields[b"e"])
    except events.UnknownEvent as error:
        # During an upgrade a newer process may speak first; it has no message for us.
        log.warning("event_unknown", stream=stream, cursor=cursor.decode(), detail=error.detail)
        return None
    position = fields.get(b"p")
    return Entry(stream, cursor.decode(), int(position) if position else None, event)
