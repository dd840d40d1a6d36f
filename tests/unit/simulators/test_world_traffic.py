"""The world moves vehicles by the rules of the road, and its truth is what happened."""

import itertools
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulators.places.line import distance
from simulators.world import plan as plans
from simulators.world.frame import Frame
from simulators.world.orders import OrderRefused, SignalOrder
from simulators.world.traffic import Traffic
from simulators.world.truth import Begun, Shown, WorldTruth
from tests.unit.simulators.worlds import MORNING, network, plan

SECONDS = 420


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("world")


@pytest.fixture(scope="module")
def told(folder: Path) -> list[Frame]:
    """Seven minutes of a morning."""
    traffic = Traffic(plan(folder), MORNING, folder / "truth")
    try:
        return [traffic.step(MORNING + second) for second in range(1, SECONDS + 1)]
    finally:
        traffic.close()


@pytest.fixture
def traffic(folder: Path) -> Iterator[Traffic]:
    made = Traffic(plan(folder, vehicles=50), MORNING)
    yield made
    made.close()


def truth(folder: Path, name: str) -> list[dict]:
    lines = (folder / "truth" / f"{name}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines[1:]]


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (SignalOrder("nowhere", "auto"), "no signal nowhere"),
        (SignalOrder("", "hold", 99), "has phases 0 to"),
        (SignalOrder("", "hold", 0, 0.0), "held for 1 to 600 seconds"),
    ],
)
def test_orders_that_a_signal_cannot_obey_are_refused(
    order: SignalOrder, said: str, traffic: Traffic
) -> None:
    order.signal = order.signal or traffic.signals.ids[0]
    with pytest.raises(OrderRefused, match=said):
        traffic.signals.obey(order)


def test_a_signal_holds_a_phase_flashes_and_goes_back_to_its_program(traffic: Traffic) -> None:
    name = traffic.signals.ids[0]
    traffic.signals.obey(SignalOrder(name, "hold", 2, 120.0))
    for second in range(1, 100):
        frame = traffic.step(MORNING + second)
    phase = next(phase for phase in frame.phases if phase.signal == name)
    assert phase.phase == 2
    assert 19 <= phase.remaining <= 22
    traffic.signals.obey(SignalOrder(name, "off"))
    traffic.step(MORNING + 100)
    assert set(traffic.signals.aspects[name]) <= set("oO")
    traffic.signals.obey(SignalOrder(name, "auto"))
    traffic.step(MORNING + 101)
    assert set(traffic.signals.aspects[name]) <= set("Ggyr")


def test_the_world_begins_in_the_middle_of_the_traffic(told: list[Frame]) -> None:
    assert len(told[4].vehicles) > 250
    assert sum(vehicle.speed > 3 for vehicle in told[10].vehicles) > 100


def test_frames_are_seconds_in_order_and_no_vehicle_is_in_two_places(told: list[Frame]) -> None:
    assert [frame.time for frame in told] == [MORNING + n for n in range(1, SECONDS + 1)]
    for frame in told[::60]:
        assert len({vehicle.id for vehicle in frame.vehicles}) == len(frame.vehicles)
        plates = [vehicle.plate for vehicle in frame.vehicles if vehicle.plate]
        assert len(set(plates)) > 0.99 * len(plates)


def test_vehicles_are_on_the_roads_and_move_as_fast_as_they_say(
    folder: Path, told: list[Frame]
) -> None:
    edges = {edge.id: edge for edge in network(folder).graph.edges}
    before = {vehicle.id: vehicle for vehicle in told[100].vehicles}
    checked = 0
    for vehicle in told[101].vehicles:
        was = before.get(vehicle.id)
        if was is None or was.edge != vehicle.edge or vehicle.edge not in edges:
            continue
        assert 1 <= vehicle.lane <= edges[vehicle.edge].lanes
        metres = distance((was.lon, was.lat), (vehicle.lon, vehicle.lat))
        # To the side it moves by a lane at most, and to the kerb when it parks.
        assert abs(metres - vehicle.speed) < 4.5, vehicle
        checked += 1
    assert checked > 100


def test_patrols_are_always_there_and_get_around(told: list[Frame]) -> None:
    for device in ("car-0", "car-1", "car-2"):
        seen = [v for frame in told[5:] for v in frame.vehicles if v.id == device]
        assert len(seen) > 0.95 * (len(told) - 5)
        assert seen[0].plate.startswith("湘D")
        assert len({vehicle.edge for vehicle in seen}) > 2


def test_passings_lie_within_their_second_and_are_those_of_the_truth(
    folder: Path, told: list[Frame]
) -> None:
    seen = [(frame.time, passing) for frame in told for passing in frame.passings]
    assert len(seen) > 300
    assert all(time - 1 <= passing.time <= time for time, passing in seen)
    assert len({round(passing.time % 1, 3) for _, passing in seen}) > 100
    keys = [(row["site"], row["vehicle"], row["time"]) for row in truth(folder, "passings")]
    assert keys == [(passing.site, passing.vehicle, passing.time) for _, passing in seen]
    assert max(Counter((p.site, p.vehicle) for _, p in seen).values()) <= 3


def test_who_passed_was_on_the_approach_before_and_is_beyond_it_after(
    folder: Path, told: list[Frame]
) -> None:
    edges = {edge.id: edge for edge in network(folder).graph.edges}
    for before, frame in itertools.pairwise(told):
        was = {vehicle.id: vehicle for vehicle in before.vehicles}
        now = {vehicle.id: vehicle for vehicle in frame.vehicles}
        for passing in frame.passings:
            edge = edges[was[passing.vehicle].edge]
            assert edge.target == passing.site
            assert now[passing.vehicle].edge != edge.id
            assert now[passing.vehicle].speed == pytest.approx(passing.speed, abs=0.01)


def test_violations_happen_and_are_what_they_are_called(told: list[Frame]) -> None:
    breaches = [breach for frame in told for breach in frame.breaches]
    kinds = Counter(breach.kind for breach in breaches)
    assert kinds["red_light"] + kinds["speeding"] + kinds["no_stopping"] >= 3
    passed = {(p.site, p.vehicle, p.time): p for frame in told for p in frame.passings}
    for breach in breaches:
        assert breach.plate or breach.vehicle_class == "ebike"
        if breach.kind != "no_stopping":
            assert (breach.site, breach.vehicle, breach.time) in passed
        if breach.kind == "speeding":
            assert breach.limit is not None
            assert 1.1 < breach.speed / breach.limit < 1.2


def test_trips_end_and_queues_are_told_each_minute(folder: Path, told: list[Frame]) -> None:
    trips = truth(folder, "trips")
    assert len(trips) > 50
    assert all(trip["departed"] < trip["arrived"] for trip in trips)
    queues = truth(folder, "queues")
    assert {row["time"] % 60 for row in queues} == {0}
    assert len({row["time"] for row in queues}) == SECONDS // 60
    assert max(row["longest"] for row in queues) > 0


RUN = """
import sys
from pathlib import Path
from simulators.world import plan
from simulators.world.traffic import Traffic
traffic = Traffic(plan.read(Path(sys.argv[1])), float(sys.argv[2]), Path(sys.argv[3]))
for second in range(1, 200):
    traffic.step(float(sys.argv[2]) + second)
traffic.close()
"""


def test_the_same_seed_and_start_give_the_same_truth_byte_for_byte(folder: Path) -> None:
    file = folder / "plan.json"
    plans.write(file, plan(folder))
    for name in ("a", "b"):
        subprocess.run(
            [sys.executable, "-c", RUN, str(file), str(MORNING), str(folder / name)], check=True
        )
    for path in (folder / "a").iterdir():
        assert path.read_bytes() == (folder / "b" / path.name).read_bytes()
        assert path.stat().st_size > 50


def test_a_file_of_truth_that_has_grown_is_begun_anew_beside_its_forerunner(
    tmp_path: Path,
) -> None:
    written = WorldTruth(tmp_path, Begun(1.0, 7, "n"), most_bytes=100)
    for second in range(5):
        written.step({"phases": [Shown(float(second), "signal", second)]})
    written.close()
    names = ("phases.1.jsonl", "phases.jsonl")
    rows = [json.loads(line) for n in names for line in (tmp_path / n).read_text().splitlines()]
    assert [row["phase"] for row in rows if "phase" in row] == [2, 3, 4]
    assert [row["begun"] for row in rows if "begun" in row] == [1.0, 1.0]
