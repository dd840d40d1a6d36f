"""What a device needs of its connection, and what it hears from it."""

from random import Random
from typing import NamedTuple, Protocol, Self
from urllib.parse import unquote, urlsplit

from simulators.device import Sending

SESSION_SECONDS = 3600  # the broker keeps commands for a device that is away
KEEPALIVE_SECONDS = 60


class Broker(NamedTuple):
    """Where the broker is."""

    host: str
    port: int
    tls: bool = False
    username: str | None = None
    password: str | None = None

    @classmethod
    def of(cls, url: str) -> Self:
        """From `mqtt://user:password@host:port` or `mqtts://`; raises ValueError."""
        parts = urlsplit(url)
        if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
            raise ValueError("the broker's address must look like mqtt://host:1883")
        tls = parts.scheme == "mqtts"
        port = parts.port or (8883 if tls else 1883)
        return cls(parts.hostname, port, tls, _plain(parts.username), _plain(parts.password))


def _plain(word: str | None) -> str | None:
    return None if word is None else unquote(word)


class Listener(Protocol):
    """Whoever owns a link. All calls come from the engine's thread."""

    def link_up(self) -> None:
        """Connected and subscribed."""

    def link_down(self) -> None:
        """No longer connected; nothing that was under way will be answered."""

    def answered(self, sending: Sending, code: int) -> None:
        """The broker acknowledged with a reason code."""

    def room_again(self) -> None:
        """`room` was False and would now be True."""

    def heard(self, payload: bytes, content_type: str) -> None:
        """A command came."""


class Link(Protocol):
    """A connection that restores itself for as long as it is wanted."""

    up: bool

    def want(self, wanted: bool) -> None:
        """True: connect, and again after each loss. False: cut it without a good-bye."""

    def room(self) -> bool:
        """Whether one more publication may be under way."""

    def publish(self, sending: Sending) -> None:
        """Send at QoS 1; the listener hears the answer."""

    def close(self, last_word: Sending) -> None:
        """Publish a last status, say good-bye and stay away."""


class Backoff:
    """Pauses between attempts to connect: doubled each time, spread so that a fleet is not one."""

    def __init__(self, chance: Random, first: float = 0.5, longest: float = 20.0) -> None:
        self._chance = chance
        self._first = first
        self._longest = longest
        self._next = first

    def pause(self) -> float:
        """Seconds until the next attempt."""
        pause = self._next * self._chance.uniform(0.5, 1.5)
        self._next = min(self._next * 2, self._longest)
        return pause

    def reset(self) -> None:
        self._next = self._first
