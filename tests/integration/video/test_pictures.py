"""Live pictures: who may watch, what a browser is sent, and that nobody holds up another."""

import io
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import av
import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.integration.http import Api
from tests.integration.patience import wait_for
from tests.integration.server.live.conftest import serving_here
from tests.integration.server.live.line import token_of
from tests.integration.video.clips import clip
from tests.integration.video.enlisting import put
from tests.integration.video.rtsp import Server
from tests.integration.video.working import worker


@pytest.fixture
def port(cameras, server, client: Api) -> Iterator[int]:
    """The API's port; CAM-1 is watched."""
    server.mount("a")
    admin = client.as_role("device_admin")
    put(admin, "CAM-1", main={"address": server.address("a")})
    with worker(), serving_here() as served:
        wait_for(lambda: admin.get("/api/v1/cameras/CAM-1").json()["state"] == "online")
        yield served


class Screen:
    """What a page would have been sent."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.words: list[dict[str, Any]] = []
        self.films: list[bytes] = []

    def next(self, seconds: float = 30) -> None:
        message = self.socket.recv(timeout=seconds)
        if isinstance(message, str):
            self.words.append(json.loads(message))
            if self.words[-1]["t"] == "start":
                self.films.append(b"")
        else:
            self.films[-1] += message

    def until(self, true: Any, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, (self.words, [len(film) for film in self.films])
            self.next()

    def pictures(self) -> list[av.VideoFrame]:
        """The frames of the newest film, decoded."""
        with av.open(io.BytesIO(self.films[-1])) as film:
            return list(film.decode(video=0))

    def closed(self) -> tuple[int | None, str | None]:
        with suppress(ConnectionClosed):
            while True:
                self.next()
        return self.socket.close_code, self.socket.close_reason


@contextmanager
def looking(
    port: int, token: str, camera: str = "CAM-1", origin: str | None = None, **wishes: bool
) -> Iterator[Screen]:
    url = f"ws://127.0.0.1:{port}/api/v1/cameras/{camera}/live"
    with connect(url, origin=origin, max_size=None, compression=None) as socket:
        with suppress(ConnectionClosed):  # a page of another origin is not even asked
            socket.send(json.dumps({"token": token} | wishes))
        yield Screen(socket)


def test_who_may_not_watch_is_told_why(port: int, owner):
    with looking(port, "forged") as screen:
        assert screen.closed()[0] == 4401
    with looking(port, token_of(port, "analyst")) as screen:
        assert screen.closed()[0] == 4403
    told = "SELECT count(*) FROM audit_log WHERE action = 'request.refuse'"
    assert owner.execute(told).fetchone() == (1,)
    elsewhere = token_of(port, "operator", divisions=("430405",))
    with looking(port, elsewhere) as screen:
        assert screen.closed() == (4404, "not_found")
    operator = token_of(port, "operator")
    with looking(port, operator, "CAM-9") as screen:
        assert screen.closed() == (4404, "not_found")
    with looking(port, operator, origin="https://elsewhere.example") as screen:
        assert screen.closed()[0] == 4403


def test_a_viewer_is_sent_a_film_that_plays(port: int, server: Server):
    with looking(port, token_of(port, "operator")) as screen:
        screen.until(lambda: screen.films and screen.films[-1].count(b"moof") >= 15)
        start = next(said for said in screen.words if said["t"] == "start")
        assert start["mime"].startswith('video/mp4; codecs="avc1.42')
        assert (start["width"], start["height"]) == (320, 240)
        frames = screen.pictures()
        assert len(frames) >= 14
        times = [frame.time for frame in frames]
        assert times == sorted(times)
        assert frames[0].key_frame


def test_a_camera_that_tells_its_size_in_the_stream_alone_is_shown(
    port: int, server: Server, client: Api
):
    server.mount("b", clip=clip("h264", 640, 360), reticent=True)
    admin = client.as_role("device_admin")
    put(admin, "CAM-1", 1, main={"address": server.address("b")})
    wait_for(lambda: admin.get("/api/v1/cameras/CAM-1").json()["width"] == 640)
    with looking(port, token_of(port, "operator")) as screen:
        screen.until(lambda: screen.films and screen.films[-1].count(b"moof") >= 15)
        start = next(said for said in screen.words if said["t"] == "start")
        assert (start["width"], start["height"]) == (640, 360)
        assert screen.pictures()[0].width == 640


def test_the_main_stream_is_read_while_somebody_looks_at_it_and_no_longer(
    port: int, server: Server, client: Api
):
    big = server.mount("big", clip=clip("h264", 640, 360))
    main, sub = ({"address": server.address(name)} for name in ("big", "a"))
    put(client.as_role("device_admin"), "CAM-1", 1, main=main, sub=sub)
    token = token_of(port, "operator")

    def size(screen: Screen) -> tuple[int, int]:
        screen.until(lambda: screen.films and b"moof" in screen.films[-1])
        start = [said for said in screen.words if said["t"] == "start"][-1]
        return start["width"], start["height"]

    with looking(port, token) as screen:
        assert size(screen) == (320, 240)
        assert big.plays == 0
        wait_for(lambda: _large_size(port, token, size) == (640, 360))
    assert server.mounts["a"].plays == 1
    wait_for(lambda: big.plays == 0)


def _large_size(port: int, token: str, size: Any) -> tuple[int, int]:
    """The size of the large picture; the worker may not yet know that there is one."""
    with looking(port, token, large=True) as screen:
        return size(screen)


def test_many_viewers_cost_one_pull_and_each_is_audited(port: int, server: Server, owner):
    token = token_of(port, "operator")
    with looking(port, token) as one, looking(port, token) as other:
        for screen in (one, other):
            screen.until(lambda screen=screen: screen.films and b"moof" in screen.films[-1])
        assert server.mounts["a"].plays == 1
        assert one.pictures()[0].key_frame
        assert other.pictures()[0].key_frame

    def told(action: str) -> list[Any]:
        rows = "SELECT object_id, detail FROM audit_log WHERE action = %s"
        return owner.execute(rows, [action]).fetchall()

    wait_for(lambda: len(told("camera.watch_end")) == 2)
    assert [row[0] for row in told("camera.watch")] == ["CAM-1", "CAM-1"]
    assert told("camera.watch_end")[0][1]["ending"] == "left"


def test_a_film_begins_anew_when_the_stream_does(port: int, server: Server):
    with looking(port, token_of(port, "operator")) as screen:
        screen.until(lambda: screen.films and b"moof" in screen.films[-1])
        server.mounts["a"].clip = clip("h264", 640, 360)
        screen.until(lambda: len(screen.films) == 2 and screen.films[1].count(b"moof") > 3)
        assert {frame.width for frame in screen.pictures()} == {640}
        server.mounts["a"].mode = "closed"
        screen.until(lambda: screen.words[-1]["t"] == "state")
        screen.until(lambda: screen.words[-1].get("state") == "refused")
        server.mounts["a"].mode = "ok"
        screen.until(lambda: len(screen.films) == 3 and screen.films[2].count(b"moof") > 3)
        assert "online" in [said.get("state") for said in screen.words]


def test_what_a_browser_does_not_play_is_said(port: int, server: Server):
    server.mounts["a"].clip = clip("hevc")
    server.drop()
    with looking(port, token_of(port, "operator")) as screen:
        screen.until(lambda: any(said["t"] == "unplayable" for said in screen.words))
        assert next(s for s in screen.words if s["t"] == "unplayable")["codec"] == "hevc"


def test_a_session_that_ends_takes_the_picture_along(port: int):
    token = token_of(port, "operator")
    with looking(port, token) as screen:
        screen.until(lambda: screen.films)
        httpx.post(
            f"http://127.0.0.1:{port}/api/v1/auth/logout",
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
        ).raise_for_status()
        assert screen.closed() == (4401, "session_ended")


def test_a_picture_without_a_worker_is_told_of(cameras, server, client, database):
    put(client.as_role("device_admin"), "CAM-1", main={"address": server.address("a")})
    with serving_here() as served, looking(served, token_of(served, "operator")) as screen:
        screen.until(lambda: screen.words)
        assert screen.words[0]["state"] == "unwatched"
