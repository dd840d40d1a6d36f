"""Pictures of sites: true ones, sent before their message, which does not wait for ever."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from threading import Thread

import cv2
import numpy as np
import pytest

from simulators.epolice import PICTURE_SECONDS, Watcher, shots
from simulators.pictures import Pictures
from simulators.world.frame import Breach, Frame, Moving, Passing
from simulators.world.portrait import portrait
from simulators.world.shots import Shot
from simulators.world.view import WorldView

SECRETS = {"site": "secret"}


def car(metres: float, speed: float = 10.0) -> Moving:
    """A red car that drives north along 112.6 E, so many metres from the line at 26.9 N."""
    return Moving(
        "7.1", 112.6, 26.9 + metres / 110_800, 0.0, speed, "e1", 1, "car", "#c01818", "湘D12345",
        "blue", 4.7, 1.8, 1.5,
    )  # fmt: skip


def frames() -> list[Frame]:
    """It is 4 m before the line, passes it 0.4 s into the second, and goes on."""
    passing = Passing("site", 100.4, "7.1", "湘D12345", "blue", "car", 2, 10.0)
    breach = Breach("site", "red_light", 100.4, "7.1", "湘D12345", "blue", "car", 2, 10.0, None)
    made = [
        Frame(100.0 + n, n, 1.0, False, [car(place)], [], [], [], 0.0, 30.0)
        for n, place in enumerate((-4.0, 6.0, 16.0))
    ]
    made[1].passings.append(passing)
    made[1].breaches.append(breach)
    return made


class Store(ThreadingHTTPServer):
    """Takes pictures, or answers with a status of its own."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Shelf)
        self.kept: dict[str, bytes] = {}
        self.statuses: list[int] = []
        self.named: list[str | None] = []


class Shelf(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Store

    def do_PUT(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.named.append(self.headers["Authorization"])
        status = self.server.statuses.pop(0) if self.server.statuses else 201
        if status < 300:
            self.server.kept[self.path.rsplit("/", 1)[1]] = data
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""


@contextmanager
def storing() -> Iterator[tuple[Store, str]]:
    store = Store()
    thread = Thread(target=store.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield store, f"http://127.0.0.1:{store.server_address[1]}"
    finally:
        store.shutdown()
        store.server_close()


def until(true, seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


@pytest.fixture
def view(tmp_path: Path) -> WorldView:
    made = WorldView(tmp_path, ["site"])
    for frame in frames():
        made.heard(frame)
    return made


def watch(view: WorldView, pictures: Pictures) -> Watcher:
    site = Watcher("site", "解放大道与蒸湘路路口", view, Random(1), pictures.order)
    site.begin(100.0)
    return site


def test_with_no_server_the_message_goes_and_names_the_picture_that_is_to_come(
    view: WorldView,
) -> None:
    pictures = Pictures("http://127.0.0.1:9", SECRETS, portrait)
    site = watch(view, pictures)
    assert site.step(102.0)[0] == []
    until(lambda: all(ticket.names for _, _, ticket in site._waiting))
    bodies = site.step(102.1 + PICTURE_SECONDS)[0]
    assert [body.stream for body in bodies] == ["pass", "violation"]
    assert [len(body.fields["evidence"]) for body in bodies] == [1, 3]
    pictures.close()


def test_what_waits_for_a_picture_goes_at_once_when_all_rests_and_names_it(
    view: WorldView,
) -> None:
    pictures = Pictures("http://127.0.0.1:9", SECRETS, portrait)
    site = watch(view, pictures)
    assert site.step(102.0)[0] == []
    frame = frames()[1]
    frame.breaches.clear()
    frame.time = frame.passings[0].time = 103.0
    view.heard(frame)  # seen, and not asked for yet
    pictures.paint_all(20.0)
    bodies = site.rest()
    assert [body.stream for body in bodies] == ["pass", "violation", "pass"]
    assert [len(body.fields["evidence"]) for body in bodies[:2]] == [1, 3]
    assert site.rest() == []
    pictures.close()


def test_too_many_pictures_at_once_leave_the_newest_without(view: WorldView) -> None:
    slow = Pictures("http://127.0.0.1:9", SECRETS, lambda _: time.sleep(60) or b"")
    tickets = [slow.order("site", []) for _ in range(1500)]
    shown = [slow.order("site", [Shot(1.0, "", 1, car(0), 0.0, "")]) for _ in range(1500)]
    assert any(ticket.over and not ticket.names for ticket in (*tickets, *shown))
    slow.close()


def test_a_refused_picture_is_given_up_and_a_busy_server_asked_again(view: WorldView) -> None:
    with storing() as (store, address):
        store.statuses = [503, 201, 401]
        pictures = Pictures(address, SECRETS, portrait)
        site = watch(view, pictures)
        site.step(102.0)
        until(lambda: all(ticket.over for _, _, ticket in site._waiting))
        assert (pictures.sent, pictures.refused) == (3, 1)
        assert len(store.named) == 5
        pictures.close()


def test_pictures_are_kept_under_their_hash_before_the_message_names_them(
    view: WorldView,
) -> None:
    with storing() as (store, address):
        pictures = Pictures(address, SECRETS, portrait)
        site = watch(view, pictures)
        assert site.step(102.0)[0] == []
        until(lambda: all(ticket.over for _, _, ticket in site._waiting))
        passed, violated = site.step(102.5)[0]
        named = [*passed.fields["evidence"], *violated.fields["evidence"]]
        assert set(named) == set(store.kept)
        assert all(sha256(data).hexdigest() == name for name, data in store.kept.items())
        assert store.named[0] == "Basic c2l0ZTpzZWNyZXQ="
        assert len(set(violated.fields["evidence"])) == 3
        pictures.close()


def test_a_red_light_is_seen_before_at_and_beyond_the_line(view: WorldView) -> None:
    [_, violated] = view.take("site")
    taken = shots(violated, "路口")
    assert [shot.ahead for shot in taken] == pytest.approx([-4.0, 6.0, 16.0], abs=0.1)
    assert [shot.time for shot in taken] == [100.0, 101.0, 102.0]
    assert {shot.aspect for shot in taken} == {"r"}


def test_the_picture_shows_the_paint_the_plate_and_the_light() -> None:
    data = portrait(Shot(100.4, "路口", 2, car(0.0), 0.0, "r"))
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape == (450, 800, 3)
    assert len(data) < 80_000
    blue, green, red = (picture[..., n].astype(int) for n in range(3))
    assert ((red > 150) & (green < 70) & (blue < 70)).sum() > 2000  # the car
    assert ((blue > 130) & (red < 60)).sum() > 500  # its plate
    other = cv2.imdecode(
        np.frombuffer(portrait(Shot(100.4, "路口", 2, car(0.0), 0.0, "G")), np.uint8), 1
    )
    assert other[64, 758, 1] > 150 > picture[64, 758, 1]
