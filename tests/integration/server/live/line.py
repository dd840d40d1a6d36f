"""A viewer of the live feed in the hands of a test."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpx
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.integration.http import PASSWORD, add_user

WAIT_SECONDS = 60.0
CITY = (108.0, 24.0, 115.0, 31.0)


def log_in(port: int, username: str) -> str:
    """An access token."""
    form = {"username": username, "password": PASSWORD}
    answer = httpx.post(f"http://127.0.0.1:{port}/api/v1/auth/token", data=form, timeout=60)
    token: str = answer.raise_for_status().json()["access_token"]
    return token


def token_of(port: int, *roles: str, divisions: tuple[str, ...] = ("4304",)) -> str:
    """A token of a new user of these roles and divisions."""
    return log_in(port, add_user(*roles, divisions=divisions).username)


def figure(port: int, name: str) -> float:
    """A figure of `/metrics`, its labels with its name; 0 where there is none yet."""
    lines = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=30).text.splitlines()
    found = [line.rpartition(" ")[2] for line in lines if line.rpartition(" ")[0] == name]
    return float(found[0]) if found else 0.0


class Line:
    """One socket. What is told of devices and alarms is kept as a page would."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.devices: dict[str, dict[str, Any]] = {}
        self.alarms: dict[int, dict[str, Any]] = {}
        self.cursor: str | None = None
        self.frames: list[dict[str, Any]] = []

    def say(self, **frame: Any) -> None:
        self.socket.send(json.dumps(frame))

    def hello(self, token: str, cursor: str | None = None) -> dict[str, Any]:
        """Signs in; the welcome."""
        self.say(t="hello", token=token, **({"cursor": cursor} if cursor else {}))
        return self.hear("welcome")

    def watch(self, bbox: tuple[float, float, float, float] = CITY, **topics: Any) -> None:
        """Subscribes to the devices of a viewport, and to further topics."""
        self.say(t="subscribe", topics={"devices": {"bbox": bbox}, **topics})

    def next(self, seconds: float = WAIT_SECONDS) -> dict[str, Any]:
        """The next frame."""
        frame: dict[str, Any] = json.loads(self.socket.recv(timeout=seconds))
        self.frames.append(frame)
        kept: dict[Any, Any] = {"devices": self.devices, "alarms": self.alarms}.get(
            frame.get("topic", ""), {}
        )
        if frame["t"] == "snapshot":
            kept.clear()
        for key in frame.get("removed", ()):
            kept.pop(key, None)
        kept.update({item["id"]: item for item in frame.get("items", ()) if "id" in item})
        if frame.get("topic") == "devices" and "cursor" in frame:
            self.cursor = frame["cursor"]
        return frame

    def hear(self, kind: str, topic: str | None = None) -> dict[str, Any]:
        """Frames up to one of this kind and topic, and that one."""
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            frame = self.next()
            if frame["t"] == kind and (topic is None or frame.get("topic") == topic):
                return frame
        raise AssertionError(f"no {kind} of {topic} came")

    def until(self, true: Callable[[], bool]) -> None:
        """Hears until something holds of what was told."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not true():
            assert time.monotonic() < deadline, self.frames[-5:]
            self.next()

    def listen(self, seconds: float) -> None:
        """Hears all that comes within a time."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                self.next(left)
            except TimeoutError:
                return

    def closed(self) -> tuple[int, str]:
        """Hears to the end; code and reason."""
        with suppress(ConnectionClosed):
            while True:
                self.next()
        code = self.socket.close_code
        assert code is not None
        return code, self.socket.close_reason or ""


@contextmanager
def line(port: int, origin: str | None = None, **options: Any) -> Iterator[Line]:
    """A line on which nothing was said yet."""
    url = f"ws://127.0.0.1:{port}/api/v1/live"
    with connect(url, origin=origin, max_size=None, compression=None, **options) as socket:
        yield Line(socket)


@contextmanager
def watching(port: int, token: str, *area: float, **topics: Any) -> Iterator[Line]:
    """A line that is signed in and has its first snapshot of the devices of an area."""
    with line(port) as opened:
        opened.hello(token)
        opened.watch(area or CITY, **topics)  # type: ignore[arg-type]  # four of them
        opened.hear("snapshot", "devices")
        yield opened
