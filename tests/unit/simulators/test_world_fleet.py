"""Devices of a fleet report what truly happens in the world, at its own time."""

import json
import time
from collections import Counter
from contextlib import closing
from datetime import datetime
from pathlib import Path
from random import Random
from threading import Timer

import msgspec
import pytest

from simulators.boots import Boots
from simulators.device import Device
from simulators.epolice import CODES, POLL_SECONDS, Watcher
from simulators.fleet import build, describe
from simulators.lines import LineServer
from simulators.obey import hear
from simulators.places.line import distance
from simulators.scenario import ScenarioInvalid, load, parse
from simulators.signals import Controller
from simulators.source import Body
from simulators.witness import Witness
from simulators.world.casting import cast
from simulators.world.crossings import Crossing, crossings
from simulators.world.frame import Frame, Passing
from simulators.world.orders import CONTROL
from simulators.world.traffic import Traffic
from simulators.world.view import WorldView
from tests.unit.simulators.worlds import MORNING, SEED, network

TEXT = """
name = "small"
title_zh = "小"
title_en = "Small"
prefix = "sm"
seed = 7

[world]
vehicles = 300

[[groups]]
model = "generic-epolice"
count = 6

[[groups]]
model = "generic-epolice"
count = 2
approaches = "one"

[[groups]]
model = "generic-vehicle"
count = 4

[[groups]]
model = "generic-signal"
count = 3
"""
SCENARIO = parse(TEXT)
SECONDS = 240


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fleet")


@pytest.fixture(scope="module")
def found(folder: Path) -> list[Crossing]:
    return list(crossings(network(folder).folder, SEED))


class Run:
    """A fleet beside its world, on a virtual clock: all that devices have said, and the frames."""

    def __init__(self, folder: Path, found: list[Crossing]) -> None:
        specs = describe(SCENARIO, (), found)
        plan = cast(SCENARIO, specs, network(folder).folder)
        view = WorldView(
            folder,
            [spec.device_id for spec in specs if spec.kind == "epolice"],
            signals=[s.crossing.signal for s in specs if s.kind == "signal" and s.crossing],
            vehicles=[spec.device_id for spec in specs if spec.kind == "vehicle"],
        )
        boots, witness = Boots(), Witness()
        self.devices = {s.device_id: build(SCENARIO, s, boots, witness, view=view) for s in specs}
        self.frames: list[Frame] = []
        self.said: list[tuple[str, str, dict]] = []
        for device in self.devices.values():
            device.start(MORNING)
        traffic = Traffic(plan, MORNING, folder / "truth")
        for second in range(1, SECONDS + 1):
            frame = traffic.step(MORNING + second)
            self.frames.append(frame)
            view.heard(frame)
            for part in (0.25, 0.5, 0.75, 0.99):
                self._advance(MORNING + second + part)
        traffic.close()

    def _advance(self, now: float) -> None:
        for name, device in self.devices.items():
            device.advance(now, now)
            while (sending := device.next(now)) is not None:
                told = msgspec.json.decode(sending.payload)
                self.said.append((name, sending.topic.rsplit("/", 1)[1], told))
                device.answered(sending, 0, now)

    def of(self, stream: str) -> list[tuple[str, dict]]:
        return [(name, told) for name, said, told in self.said if said == stream]


@pytest.fixture(scope="module")
def run(folder: Path, found: list[Crossing]) -> Run:
    return Run(folder, found)


def epoch(told: dict) -> float:
    return round(msgspec.convert(told["time"], datetime).timestamp(), 3)


def test_signals_without_a_world_are_refused() -> None:
    with pytest.raises(ScenarioInvalid, match=r"signals need a \[world\]"):
        parse(TEXT.replace("[world]\nvehicles = 300\n", ""))


def test_sites_and_signals_stand_at_the_busiest_crossings(found: list[Crossing]) -> None:
    specs = describe(SCENARIO, (), found)
    for spec in specs:
        if spec.kind in {"epolice", "signal"}:
            assert spec.crossing is not None
            assert spec.lon is not None
            assert spec.lat is not None
            middle = (spec.crossing.lon, spec.crossing.lat)
            assert distance(middle, (spec.lon, spec.lat)) < 20
    [first, *_, last] = [spec for spec in specs if spec.kind == "epolice"]
    assert first.crossing is not None
    assert last.crossing is not None
    assert len(first.crossing.approaches) >= 3
    assert first.lanes == first.crossing.lanes > last.lanes
    assert [approach.first_lane for approach in last.crossing.approaches] == [1]


def test_sites_report_each_vehicle_with_a_plate_that_passed_at_its_moment(
    run: Run, folder: Path
) -> None:
    passed = [p for frame in run.frames for p in frame.passings if p.plate]
    true = Counter((p.site, p.plate, p.lane, p.speed, p.time) for p in passed)
    told = Counter(
        (name, t["plate"], t["lane"], t["speed_mps"], epoch(t)) for name, t in run.of("pass")
    )
    assert len(passed) > 100
    assert told == true
    lines = (folder / "truth" / "passings.jsonl").read_text("utf-8").splitlines()[1:]
    rows = [row for row in map(json.loads, lines) if row["plate"]]
    assert len(rows) == sum(told.values())


def test_violations_are_those_that_happened(run: Run) -> None:
    true = [(b.site, CODES[b.kind], b.plate) for f in run.frames for b in f.breaches if b.plate]
    assert sorted(true) == sorted((n, t["code"], t["plate"]) for n, t in run.of("violation"))


def test_vehicles_report_once_a_second_where_they_are(run: Run) -> None:
    where = {(v.id, frame.time): v for frame in run.frames for v in frame.vehicles}
    told = run.of("position")
    assert len(told) > 0.9 * 4 * SECONDS
    for name, position in told:
        vehicle = where[name, epoch(position)]
        metres = distance((vehicle.lon, vehicle.lat), (position["lon"], position["lat"]))
        assert metres < 10


def test_each_switch_of_a_signal_is_told_at_its_moment(run: Run, folder: Path) -> None:
    lines = (folder / "truth" / "phases.jsonl").read_text("utf-8").splitlines()[1:]
    true = {(row["device"], row["time"], row["phase"]) for row in map(json.loads, lines)}
    assert len(true) > 3 * SECONDS / 80 * 4
    told = {(n, epoch(t), int(t["readings"]["signal_phase"])) for n, t in run.of("readings")}
    assert true <= told


def test_places_of_patrols_are_in_the_truth(run: Run, folder: Path) -> None:
    lines = (folder / "truth" / "positions.jsonl").read_text("utf-8").splitlines()[1:]
    true = {(r["device"], r["time"]): (r["lon"], r["lat"]) for r in map(json.loads, lines)}
    seen = {(v.id, f.time): (v.lon, v.lat) for f in run.frames for v in f.vehicles if "car" in v.id}
    assert true == seen


def test_signals_say_their_phase_at_each_change_and_in_between(run: Run) -> None:
    told = run.of("readings")
    assert {name for name, _ in told} == {"sm-signal-0001", "sm-signal-0002", "sm-signal-0003"}
    phases = [t["readings"]["signal_phase"] for name, t in told if name == "sm-signal-0001"]
    assert len(set(phases)) >= 4
    assert all(t["readings"]["signal_remaining"] >= 0 for _, t in told)


def test_commands_to_a_signal_are_checked_and_answered(folder: Path, run: Run) -> None:
    device = run.devices["sm-signal-0001"]
    assert isinstance(device.source, Controller)
    for name, args, ok, detail in (
        ("signal_hold", {"phase": 99, "seconds": 5}, False, "<= 31"),
        ("signal_hold", {"phase": 1, "seconds": 45}, False, "the world does not answer"),
        ("signal_auto", {}, False, "the world does not answer"),
    ):
        assert detail in answer(device, name, args, ok)
    site = run.devices["sm-epolice-0001"]
    assert answer(site, "signal_flash", {}, False) == "not a signal controller"


def answer(device: Device, name: str, args: dict, ok: bool) -> str:
    command = {
        "id": f"{name}-{args}"[:40],
        "name": name,
        "args": args,
        "deadline": "2027-01-01T00:00:00Z",
    }
    now = MORNING + SECONDS + 1
    hear(device, msgspec.json.encode(command), "application/json", now, now)
    found = None
    while (sending := device.next(now)) is not None:
        device.answered(sending, 0, now)
        found = msgspec.json.decode(sending.payload)
    assert found is not None
    assert found["ok"] is ok
    return str(found["detail"])


def test_a_silent_site_has_not_seen_what_happened_meanwhile(folder: Path) -> None:
    frames = [Frame(t, 1, 1.0, False, [], [], [], [], 0.0, 1.0) for t in (100.0, 200.0)]
    view = WorldView(folder, ["site"])
    source = Watcher("site", "路口", view, Random(1), None)
    source.begin(150.0)
    for frame in frames:
        moment = frame.time - 0.5
        frame.passings.append(Passing("site", moment, "c", "湘D12345", "blue", "car", 1, 9.0))
        view.heard(frame)
    bodies, due = source.step(201.0)
    assert [body.time for body in bodies] == [199.5]
    assert due == 201.0 + POLL_SECONDS


class Obeying:
    """A world that stands still when it is told to, and says so a little later."""

    def __init__(self, folder: Path, view: WorldView, last: Frame) -> None:
        self._server = LineServer(folder / CONTROL, self._heard)
        self._view, self._last = view, last
        self.close = self._server.close

    def _heard(self, _line: bytes) -> bytes:
        def tell() -> None:
            self._view.heard(self._last)
            self._view.heard(msgspec.structs.replace(self._last, paused=True, passings=[]))

        Timer(0.4, tell).start()
        return b'{"ok":true}'


def test_a_pause_ends_when_the_last_frame_has_come_and_its_sites_have_told(
    tmp_path: Path,
) -> None:
    last = Frame(200.0, 1, 1.0, False, [], [], [], [], 0.0, 1.0)
    last.passings.append(Passing("site", 199.5, "c", "湘D12345", "blue", "car", 1, 9.0))
    view = WorldView(tmp_path, ["site"])
    source = Watcher("site", "路口", view, Random(1), None)
    source.begin(199.0)
    with closing(Obeying(tmp_path, view, last)):
        began = time.monotonic()
        asking = Timer(0.6, lambda: told.extend(source.step(201.0)[0]))
        told: list[Body] = []
        asking.start()
        view.pause()
        assert 0.4 < time.monotonic() - began < 2.0
        asking.join()
    assert [body.time for body in told] == [199.5]


@pytest.mark.parametrize("name", ["demo", "storm", "calm"])
def test_what_people_look_at_has_a_world(name: str) -> None:
    assert load(name).world is not None
