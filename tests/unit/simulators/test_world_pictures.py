"""Pictures of sites: true ones, sent before their message, which does not wait for ever."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from threading import Thread

import pytest

from simulators.cameras.masts import heads
from simulators.cameras.snapshot import Photographer
from simulators.epolice import PICTURE_SECONDS, Watcher, shots
from simulators.pictures import Pictures
from simulators.places.line import distance
from simulators.world.frame import Breach, Frame, Moving, Passing, Phase
from simulators.world.shots import Shot
from simulators.world.sightings import Fix
from simulators.world.view import MOST_TRACKED, WorldView
from tests.unit.simulators.cameras.streetside import (
    CENTRE,
    STOP_EAST,
    crossing,
    streets_file,
    vehicle,
)

SECRETS = {"site": "secret"}


def car(metres: float, speed: float = 10.0) -> Moving:
    """A red car that drives east in the inner lane, so many metres beyond the line."""
    return vehicle("7.1", east=STOP_EAST + metres, speed=speed)


def follower(metres: float) -> Moving:
    return vehicle("8.1", east=STOP_EAST + metres, plate="湘D54321")


def frames() -> list[Frame]:
    """It is 4 m before the line, passes it 0.4 s into the second, and goes on; red came first."""
    passing = Passing("site", 100.4, "7.1", "湘D12345", "blue", "car", 1, 10.0)
    breach = Breach("site", "red_light", 100.4, "7.1", "湘D12345", "blue", "car", 1, 10.0, None)
    made = [
        Frame(100.0 + n, n, 1.0, False, [car(place), follower(place - 9)], [], [], [], 0.0, 30.0)
        for n, place in enumerate((-4.0, 6.0, 16.0))
    ]
    for frame, aspects in zip(made, ("yry", "rrr", "rGr"), strict=True):
        frame.phases.append(Phase("n1", 0, aspects, 1.0))
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
    made = WorldView(tmp_path, ["site"], {"site": "n1"})
    for frame in frames():
        made.heard(frame)
    return made


@pytest.fixture
def painter(tmp_path: Path) -> Photographer:
    return Photographer(streets_file(tmp_path), 7, heads(crossing()))


def watch(view: WorldView, pictures: Pictures) -> Watcher:
    site = Watcher("site", "解放大道与蒸湘路路口", view, Random(1), pictures.order, crossing())
    site.begin(100.0)
    return site


def test_with_no_server_the_message_goes_and_names_the_picture_that_is_to_come(
    view: WorldView, painter: Photographer
) -> None:
    pictures = Pictures("http://127.0.0.1:9", SECRETS, painter)
    site = watch(view, pictures)
    assert site.step(102.0)[0] == []
    until(lambda: all(ticket.names for _, _, ticket in site._waiting))
    bodies = site.step(102.1 + PICTURE_SECONDS)[0]
    assert [body.stream for body in bodies] == ["pass", "violation"]
    assert [len(body.fields["evidence"]) for body in bodies] == [1, 3]
    pictures.close()


def test_what_waits_for_a_picture_goes_at_once_when_all_rests_and_names_it(
    view: WorldView, painter: Photographer
) -> None:
    pictures = Pictures("http://127.0.0.1:9", SECRETS, painter)
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
    fix = Fix(1.0, car(0), {}, None, 30.0, 0.0)
    shot = Shot("", 1, crossing().stops[0], fix, fix, "front")
    shown = [slow.order("site", [shot]) for _ in range(1500)]
    assert any(ticket.over and not ticket.names for ticket in (*tickets, *shown))
    slow.close()


def test_what_cannot_be_painted_leaves_those_after_it_alone(painter: Photographer) -> None:
    fix = Fix(1.0, car(0), {}, None, 30.0, 0.0)
    shot = Shot("路口", 1, crossing().stops[0], fix, fix, "front")
    broken = shot._replace(stops=())
    with storing() as (store, address):
        pictures = Pictures(address, SECRETS, painter)
        tickets = [pictures.order("site", [one]) for one in (broken, shot)]
        until(lambda: all(ticket.over for ticket in tickets))
        assert [len(ticket.names) for ticket in tickets] == [0, 1]
        assert len(store.kept) == 1
        pictures.close()


def test_a_refused_picture_is_given_up_and_a_busy_server_asked_again(
    view: WorldView, painter: Photographer
) -> None:
    with storing() as (store, address):
        store.statuses = [503, 201, 401]
        pictures = Pictures(address, SECRETS, painter)
        site = watch(view, pictures)
        site.step(102.0)
        until(lambda: all(ticket.over for _, _, ticket in site._waiting))
        assert (pictures.sent, pictures.refused) == (3, 1)
        assert len(store.named) == 5
        pictures.close()


def test_pictures_are_kept_under_their_hash_before_the_message_names_them(
    view: WorldView, painter: Photographer
) -> None:
    with storing() as (store, address):
        pictures = Pictures(address, SECRETS, painter)
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


def east_of_line(fix: Fix, name: str = "7.1") -> float:
    """Metres by which a front is beyond the stop line."""
    shown = fix.vehicle if name == fix.vehicle.id else fix.others[name]
    return distance(CENTRE, (shown.lon, CENTRE[1])) * (1 if shown.lon > CENTRE[0] else -1) - (
        STOP_EAST
    )


def test_a_site_that_takes_no_pictures_keeps_no_track_of_vehicles(tmp_path: Path) -> None:
    view = WorldView(tmp_path, ["site"])
    for frame in frames():
        view.heard(frame)
    assert [sighting.track for sighting in view.take("site")] == [(), ()]


def test_of_what_nobody_asks_for_only_the_newest_can_still_be_painted(tmp_path: Path) -> None:
    view = WorldView(tmp_path, ["site"], {"site": "n1"})
    for _ in range(MOST_TRACKED):
        for frame in frames():
            view.heard(frame)
    taken = view.take("site")
    assert len(taken) == 2 * MOST_TRACKED
    assert [bool(s.track) for s in taken] == [False] * MOST_TRACKED + [True] * MOST_TRACKED


def test_a_passing_is_seen_at_its_moment_with_those_about_it(view: WorldView) -> None:
    [passed, _] = view.take("site")
    [shot] = shots(passed, "路口", crossing())
    assert shot.fix.time == 100.4
    assert east_of_line(shot.fix) == pytest.approx(0.0, abs=0.1)
    assert east_of_line(shot.fix, "8.1") == pytest.approx(-9.0, abs=0.1)
    assert shot.view == "front"


def test_a_red_light_is_seen_before_past_and_far_beyond_the_line_and_is_red(
    view: WorldView,
) -> None:
    [_, violated] = view.take("site")
    taken = shots(violated, "路口", crossing())
    before, past, moved = (east_of_line(shot.fix) for shot in taken)
    assert -4.0 < before < -2.0
    assert before + 5 < past < moved
    assert moved == pytest.approx(16.0, abs=0.1)
    assert [shot.fix.phase.aspects[0] for shot in taken if shot.fix.phase] == ["r", "r", "r"]
    assert all(shot.close is taken[0].fix for shot in taken)
    assert {shot.label for shot in taken} == {"闯红灯"}
