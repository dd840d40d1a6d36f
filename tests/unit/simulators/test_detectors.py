"""Vehicle detectors: what the loops count is what drove over them."""

from collections import defaultdict
from pathlib import Path
from random import Random

import pytest

from simulators.detectors import CountingSource, readings
from simulators.fleet import describe
from simulators.scenario import ScenarioInvalid, load, parse
from simulators.world import plan as plans
from simulators.world.casting import cast
from simulators.world.crossings import crossings
from simulators.world.frame import Counted, Frame
from simulators.world.loops import covered
from simulators.world.stretches import Stretch, free, stretches
from simulators.world.traffic import Traffic
from simulators.world.view import WorldView
from tests.unit.simulators.worlds import MORNING, SEED, network

TEXT = """
name = "loops"
title_zh = "线圈"
title_en = "Loops"
prefix = "lo"
seed = 7
[world]
vehicles = 500
[[groups]]
model = "generic-epolice"
count = 4
[[groups]]
model = "generic-detector"
count = 8
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("loops")


def counted(time: float, count: int, speed: float | None = 10.0, detector: str = "d") -> Counted:
    return Counted(detector, time, 60, count, 12.0, speed)


def frame(time: float, *minutes: Counted) -> Frame:
    return Frame(time, 1, 1.0, False, [], [], [], [], 0.0, 1.0, list(minutes))


def test_detectors_without_a_world_are_refused() -> None:
    with pytest.raises(ScenarioInvalid, match=r"vehicle detectors need a \[world\]"):
        parse(TEXT.replace("[world]\nvehicles = 500\n", ""))


@pytest.mark.parametrize(
    ("start", "end", "part"),
    [
        (0.0, 10.0, 0.0),  # it has not come so far
        (30.0, 40.0, 0.0),  # it is beyond
        (10.0, 20.0, 0.5),  # half of the step behind the loop's first edge
        (15.0, 40.0, 0.4),  # covers it from the first moment on, and leaves it
        (20.0, 20.0, 1.0),  # stands on it
        (5.0, 5.0, 0.0),
    ],
)
def test_a_loop_is_covered_as_long_as_the_vehicle_is_over_it(
    start: float, end: float, part: float
) -> None:
    assert covered(start, end, near=15.0, far=25.0) == pytest.approx(part)


def test_detectors_lie_where_no_site_counts_in_different_streets(folder: Path) -> None:
    made = network(folder)
    found = crossings(made.folder, SEED)
    roads = stretches(made.folder, SEED)
    specs = describe(parse(TEXT), (), found, roads)
    detectors = [spec for spec in specs if spec.stretch is not None]
    assert len(detectors) == 8
    watched = {crossing.signal for crossing in found[:4]}
    assert all(spec.stretch and spec.stretch.target not in watched for spec in detectors)
    assert len({spec.stretch.name for spec in detectors if spec.stretch}) >= 4
    assert all("车辆检测器" in spec.name and spec.lanes >= 1 for spec in detectors)
    assert describe(parse(TEXT), (), found) == [s for s in specs if s.stretch is None]


def test_each_street_has_its_turn_before_one_has_two() -> None:
    rows = [Stretch(f"e{n}", f"n{n}", "ab"[n // 3], 2, 1.0, 0, 0, 0) for n in range(6)]
    assert [row.edge for row in free(rows, {"n0"}, 4)] == ["e1", "e3", "e2", "e4"]
    assert free(rows, {row.target for row in rows}, 4) == []


def test_loops_count_each_vehicle_that_goes_over_them_once(folder: Path) -> None:
    """Against the places of all vehicles, which frames tell: the middle of the road is passed."""
    made = network(folder)
    specs = describe(parse(TEXT), (), crossings(made.folder, SEED), stretches(made.folder, SEED))
    plan = cast(parse(TEXT), specs, made.folder)
    traffic = Traffic(plan, MORNING, folder / "truth")
    lines = {d.edge: d for d in plan.detectors}
    told: dict[str, int] = defaultdict(int)
    seen: dict[str, int] = defaultdict(int)
    before: dict[str, tuple[str, float]] = {}
    minutes = []
    for second in range(1, 301):
        step = traffic.step(MORNING + second)
        minutes += step.counted
        for one in step.counted:
            told[one.detector] += one.count
        here = {v: (s[0x51].rpartition("_")[0], s[0x56]) for v, s in traffic._states.items()}
        heavy = {v.id for v in step.vehicles if v.vehicle_class != "ebike"}
        for vehicle, (edge, metres) in before.items():
            line = lines.get(edge)
            if line is None or vehicle not in here or vehicle not in heavy:
                continue
            after = here[vehicle]
            beyond = after[0] != edge or after[1] >= line.position
            seen[line.device] += metres < line.position and beyond
        before = here
    traffic.close()
    assert sum(told.values()) > 50
    assert told == {name: seen[name] for name in told}
    assert {one.time for one in minutes} == {MORNING + 60 * n for n in range(1, 6)}
    assert {one.seconds for one in minutes} == {60}
    busy = [one for one in minutes if one.count]
    assert all(one.speed and 0 < one.occupancy < 60 for one in busy)
    truth = (folder / "truth" / "counted.jsonl").read_text("utf-8").splitlines()[1:]
    assert len(truth) == len(minutes)


def test_seconds_that_were_skipped_close_the_minute_they_belong_to(folder: Path) -> None:
    made = network(folder)
    specs = describe(parse(TEXT), (), crossings(made.folder, SEED), stretches(made.folder, SEED))
    traffic = Traffic(cast(parse(TEXT), specs, made.folder), MORNING)
    frames = [traffic.step(MORNING + second) for second in (1, 2, 70, 71)]
    traffic.close()
    assert [len(step.counted) for step in frames] == [0, 0, 8, 0]
    assert {(one.time, one.seconds) for one in frames[2].counted} == {(MORNING + 60, 2)}


def test_a_minute_is_told_once_with_its_flow_and_no_speed_where_nobody_came(
    folder: Path,
) -> None:
    view = WorldView(folder, detectors=["d"])
    source = CountingSource("d", 60.0, Random(1), view)
    source.begin(100.0)
    view.heard(frame(60.0, counted(60.0, 9)))  # before it was on
    view.heard(frame(120.0, counted(120.0, 12), counted(120.0, 3, detector="other")))
    view.heard(frame(180.0, counted(180.0, 0, None)))
    bodies, _ = source.step(181.0)
    assert [(body.time, body.fields["readings"]) for body in bodies] == [
        (
            120.0,
            {
                "vehicle_count": 12.0,
                "traffic_flow": 720.0,
                "lane_occupancy": 12.0,
                "mean_speed": 36.0,
            },
        ),
        (180.0, {"vehicle_count": 0.0, "traffic_flow": 0.0, "lane_occupancy": 12.0}),
    ]
    assert source.step(182.0)[0] == []


def test_longer_intervals_are_several_minutes_and_the_rest_is_told_at_the_end(
    folder: Path,
) -> None:
    view = WorldView(folder, detectors=["d"])
    source = CountingSource("d", 180.0, Random(1), view)
    source.begin(0.0)
    for n in range(1, 5):
        view.heard(frame(60.0 * n, counted(60.0 * n, n)))
    (body,), _ = source.step(241.0)
    assert (body.time, body.fields["readings"]["vehicle_count"]) == (180.0, 6.0)
    (rest,) = source.rest()
    assert (rest.time, rest.fields["readings"]["vehicle_count"]) == (240.0, 4.0)
    assert "traffic_flow" not in readings([Counted("d", 60.0, 2, 1, 5.0, 9.0)])
    assert readings([counted(60.0, 1, 10.0), counted(120.0, 3, 20.0)])["mean_speed"] == 63.0


def test_the_demo_has_detectors_and_the_plan_says_where_they_lie(folder: Path) -> None:
    assert any(group.model == "generic-detector" for group in load("demo").groups)
    file = folder / "plan.json"
    made = network(folder)
    specs = describe(parse(TEXT), (), crossings(made.folder, SEED), stretches(made.folder, SEED))
    plans.write(file, cast(parse(TEXT), specs, made.folder))
    assert len(plans.read(file).detectors) == 8
