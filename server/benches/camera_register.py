"""A register of 2,000 cameras of which 200 never answer and 200 answer rubbish."""

import socket
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Any

import httpx

from server.benches.site import Site
from simulators.spec import DeviceSpec

MANY = 2_000
SILENT_PLACE, RUBBISH_PLACE = 3, 7  # of ten: cameras whose number ends so
SETTERS = 4
PREFIX = "many"
OPTIONS_ANSWER = b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nPublic: OPTIONS, DESCRIBE, SETUP, PLAY\r\n\r\n"
RIGHT: dict[str, tuple[str, ...]] = {
    "sound": ("online",),
    "silent": ("no_answer", "stale"),
    "rubbish": ("not_video",),
}
COUNTS = """
SELECT s.state, right(d.device_id, 1)::int, count(*)
FROM camera_states s JOIN devices d ON d.id = s.device
WHERE d.device_id LIKE 'many-%' GROUP BY 1, 2
"""


def kind_of(number: int) -> str:
    """Whether a camera is sound, silent or answers rubbish."""
    return {SILENT_PLACE: "silent", RUBBISH_PLACE: "rubbish"}.get(number % 10, "sound")


def right_states(rows: Sequence[tuple[str, int, int]]) -> dict[str, int]:
    """Of each kind how many cameras are in a right state, from (state, last digit, count)."""
    found = dict.fromkeys(RIGHT, 0)
    for state, digit, count in rows:
        kind = kind_of(digit)
        if state in RIGHT[kind]:
            found[kind] += count
    return found


def expected(many: int) -> dict[str, int]:
    """How many there are of each kind."""
    kinds = [kind_of(number) for number in range(many)]
    return {kind: kinds.count(kind) for kind in RIGHT}


def specs(many: int) -> list[DeviceSpec]:
    """Rows of the register; these devices say nothing by themselves."""
    return [
        DeviceSpec(
            f"{PREFIX}-{number:05d}", "camera", "generic-camera", f"测试摄像机{number:05d}",
            "430408", 112.6, 26.9, (), 60.0, 86_400.0,
        )
        for number in range(many)
    ]  # fmt: skip


def set_cameras(base: str, token: str, addresses: Callable[[int], str], many: int) -> None:
    """Says of each camera where its stream is, as a person would.

    Raises:
        httpx.HTTPStatusError: the API refuses one.
    """
    headers = {"Authorization": f"Bearer {token}", "If-Match": '"0"'}
    with httpx.Client(base_url=base, headers=headers, timeout=60) as client:

        def put(number: int) -> None:
            body = {"main": _stream(addresses(number)), "snapshot_seconds": 0}
            path = f"/api/v1/cameras/{PREFIX}-{number:05d}"
            client.put(path, json=body).raise_for_status()

        with ThreadPoolExecutor(SETTERS) as pool:
            list(pool.map(put, range(many)))


def _stream(address: str) -> dict[str, Any]:
    parts = httpx.URL(address)
    plain = f"rtsp://{parts.host}:{parts.port}{parts.path}"
    return {"address": plain, "user": parts.username or None, "password": parts.password or None}


def follow(site: Site, seconds: float, many: int) -> dict[str, float | None]:
    """Seconds from now until all cameras of a kind are in their right state; None: not in time."""
    wanted, found = expected(many), dict[str, float | None](dict.fromkeys(RIGHT))
    began = time.monotonic()
    with site.connect() as connection:
        while None in found.values() and time.monotonic() - began < seconds:
            right = right_states(connection.execute(COUNTS).fetchall())
            for kind, count in right.items():
                if count == wanted[kind] and found[kind] is None:
                    found[kind] = time.monotonic() - began
            time.sleep(0.2)
    return found


@contextmanager
def bad_cameras() -> Iterator[tuple[int, int]]:
    """Ports of what never answers (or answers `OPTIONS` and no more), and of what babbles."""
    with (
        socket.create_server(("127.0.0.1", 0), backlog=1024) as mute,
        socket.create_server(("127.0.0.1", 0), backlog=1024) as babbler,
    ):
        for listening, act in ((mute, _keep_silent), (babbler, _babble)):
            Thread(target=_receive, args=(listening, act), daemon=True).start()
        yield mute.getsockname()[1], babbler.getsockname()[1]


def _receive(listening: socket.socket, act: Callable[[socket.socket], None]) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        Thread(target=_serve, args=(connection, act), daemon=True).start()


def _serve(connection: socket.socket, act: Callable[[socket.socket], None]) -> None:
    with connection, suppress(OSError):
        act(connection)


def _keep_silent(connection: socket.socket) -> None:
    """Every other camera answers the first question; then nothing, until they have enough."""
    asked = connection.recv(4096)
    if asked.startswith(b"OPTIONS") and b"/odd" in asked.split(b"\r\n", 1)[0]:
        connection.sendall(OPTIONS_ANSWER)
    while connection.recv(4096):
        pass


def _babble(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(b"\x00\xff" * 50)
