"""Scoring against the world finds whatever is missing, double, extra or wrong."""

from pathlib import Path
from typing import Any

import pytest

from server.benches import truths
from server.benches.truths import Fix, Pass, Reading
from server.benches.world_truth import WorldTold

LINES = {
    "passings": [
        '{"begun":0,"seed":1,"network":"n"}',
        (
            '{"site":"s","time":100.25,"vehicle":"1.1","plate":"湘D12345","plate_colour":"blue",'
            '"vehicle_class":"car","lane":2,"speed":9.5}'
        ),
        (
            '{"site":"s","time":101.5,"vehicle":"2.1","plate":"","plate_colour":"unknown",'
            '"vehicle_class":"ebike","lane":2,"speed":5.0}'
        ),
        (
            '{"site":"s","time":400.5,"vehicle":"3.1","plate":"湘D54321","plate_colour":"blue",'
            '"vehicle_class":"car","lane":1,"speed":8.0}'
        ),
        '{"site":"s","ti',
    ],
    "breaches": [
        (
            '{"site":"s","kind":"red_light","time":100.25,"vehicle":"1.1","plate":"湘D12345",'
            '"plate_colour":"blue","vehicle_class":"car","lane":2,"speed":9.5,"limit":null}'
        ),
    ],
    "positions": ['{"time":100.0,"device":"c","lon":112.6,"lat":26.9,"speed":1,"heading":0}'],
    "phases": [
        '{"time":100.0,"device":"l","phase":0}',
        '{"time":130.0,"device":"l","phase":1}',
    ],
    "counted": [
        '{"detector":"d","time":120.0,"seconds":60,"count":6,"occupancy":7.24,"speed":10.0}',
        '{"detector":"d","time":180.0,"seconds":60,"count":0,"occupancy":0.0,"speed":null}',
    ],
}


@pytest.fixture
def told(tmp_path: Path) -> WorldTold:
    for name, lines in LINES.items():
        end = "" if lines[-1].endswith("ti") else "\n"
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines) + end, "utf-8")
    return WorldTold(tmp_path)


def stored(**changes: Any) -> Pass:
    made = Pass("s", 100_250, "湘D12345", 2, "blue", "car", 9.5, 1, 1)
    return made._replace(**changes)


OTHER = stored(milliseconds=400_500, plate="湘D54321", lane=1, speed=8.0)


def test_lines_that_are_not_whole_and_vehicles_without_a_plate_do_not_count(
    told: WorldTold,
) -> None:
    assert told.begun() == [0]
    score = truths.passes(told, [stored(), OTHER])
    assert (score.exact, score.true, score.stored) == (True, 2, 2)
    assert score.examples() == []


def test_each_difference_of_a_pass_is_found(told: WorldTold) -> None:
    assert len(truths.passes(told, [stored()]).missing) == 1
    assert truths.passes(told, [stored()], lambda time: time < 400).exact
    assert len(truths.passes(told, [stored(), stored(), OTHER]).double) == 1
    for change in ({"lane": 3}, {"plate": "湘D1234"}, {"milliseconds": 100_251}, {"site": "t"}):
        score = truths.passes(told, [stored(**change), OTHER])
        assert (len(score.extra), len(score.missing)) == (1, 1)
    for change in ({"colour": "green"}, {"vehicle_class": "bus"}, {"speed": 9.6}):
        assert len(truths.passes(told, [stored(**change), OTHER]).wrong) == 1
    for change in ({"evidence": 0}, {"kept": 0}):
        score = truths.passes(told, [stored(**change), OTHER])
        assert (len(score.without_pictures), score.exact) == (1, True)
        assert "without_pictures" in score.examples()[0]


def test_a_red_light_has_its_code_and_three_pictures(told: WorldTold) -> None:
    assert truths.violations(told, [stored(code="1625", evidence=3, kept=3)]).exact
    assert not truths.violations(told, [stored(code="1352", evidence=3, kept=3)]).exact
    assert truths.violations(told, [stored(code="1625", evidence=3, kept=2)]).without_pictures


def test_counts_are_by_site_lane_and_five_minutes(told: WorldTold) -> None:
    true = truths.true_counts(told)
    assert true == {("s", 2, 0): 1, ("s", 1, 300): 1}
    assert truths.other_counts(true, dict(true)) == []
    assert len(truths.other_counts(true, {("s", 2, 0): 2})) == 2


def test_places_are_compared_second_by_second(told: WorldTold) -> None:
    metres, strange = truths.errors(
        told, [Fix("c", 100.0, 112.6, 26.90001), Fix("c", 101.0, 112.6, 26.9)]
    )
    assert metres == pytest.approx([1.11], abs=0.01)
    assert strange == 1
    twice = [Fix("c", 100.0, 112.6, 26.9)] * 2
    assert truths.errors(told, twice) == ([0.0], 1)


def test_detectors_must_tell_each_minute_as_it_was(told: WorldTold) -> None:
    whole = [
        Reading("d", 120.0, (6.0, 360.0, 7.2, 36.0)),
        Reading("d", 180.0, (0.0, 0.0, 0.0, None)),
    ]
    assert truths.detectors(told, whole).exact
    assert len(truths.detectors(told, whole[:1]).missing) == 1
    for values in ((5.0, 360.0, 7.2, 36.0), (6.0, 360.0, 8.0, 36.0), (6.0, 360.0, 7.2, None)):
        assert truths.detectors(told, [Reading("d", 120.0, values), whole[1]]).wrong


def test_signals_must_tell_each_switch_and_nothing_else(told: WorldTold) -> None:
    right = [Reading("l", 100.0, (0.0, 30.0)), Reading("l", 130.0, (1.0, 5.0))]
    assert truths.phases(told, [*right, Reading("l", 131.0, (1.0, 4.0))]).exact
    assert len(truths.phases(told, right[:1]).missing) == 1
    assert truths.phases(told, [*right, Reading("l", 129.0, (1.0, 4.0))]).wrong
