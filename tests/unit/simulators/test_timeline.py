"""Events happen at their moments to those they are for, the same ones each time."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import msgspec

from ingest import wire
from simulators.fleet import describe
from simulators.places.line import distance
from simulators.rehearsal import rehearse
from simulators.scenario import Scenario, load, parse
from simulators.timeline import Timeline

MORNING = 1_795_304_400.0  # 2026-11-22 07:40 in Hengyang
HEAD = """
name = "mine"
title_zh = "我的"
title_en = "Mine"
prefix = "my"
seed = 3
weather = "fair"
incidents = false

[[groups]]
model = "generic-manhole"
count = 40
interval_seconds = 1

[[groups]]
model = "generic-lamp"
count = 6
row = true
interval_seconds = 1

[[groups]]
model = "generic-lamp"
count = 5
interval_seconds = 1
"""
EVENT = """
[[events]]
title_zh = "事"
title_en = "Event"
after_seconds = 10
seconds = 20
"""
TILT = EVENT + 'what = "reading"\nmodel = "generic-manhole"\nvalues = { manhole_tilt = 50 }\n'


def struck(text: str) -> set[str]:
    scenario = parse(HEAD + text)
    specs = describe(scenario)
    timeline = Timeline(scenario, specs, MORNING)
    return set(timeline.whom[0])


def readings(scenario: Scenario, seconds: float) -> Iterator[tuple[float, str, dict[str, float]]]:
    for when, sending in rehearse(scenario, MORNING, seconds):
        told = msgspec.json.decode(sending.payload, type=wire.Readings)
        yield when - MORNING, sending.topic.split("/")[3], told.readings


def test_events_are_under_way_between_their_moments() -> None:
    scenario = parse(HEAD + TILT)
    timeline = Timeline(scenario, describe(scenario), MORNING)
    seen = [len(timeline.under_way(MORNING + second)) for second in (9.9, 10, 29.9, 30)]
    assert seen == [0, 1, 1, 0]


def test_a_number_or_a_share_is_struck_and_a_smaller_one_is_part_of_a_larger() -> None:
    few, many = struck(TILT + "count = 3"), struck(TILT + "share = 0.25")
    assert (len(few), len(many), len(struck(TILT))) == (3, 10, 40)
    assert few < many
    assert few == struck(TILT + "count = 3")


def test_a_neighbourhood_is_nearer_together_than_the_city() -> None:
    places = {s.device_id: (s.lon or 0.0, s.lat or 0.0) for s in describe(parse(HEAD))}

    def reach(names: set[str]) -> float:
        return max(distance(places[a], places[b]) for a in names for b in names)

    near = struck(TILT + 'count = 5\nspread = "neighbourhood"')
    assert reach(near) < 0.6 * reach(struck(TILT + "count = 5"))
    spot = places["my-manhole-0007"]
    asked = f'count = 1\nspread = "neighbourhood"\nnear = [{spot[0]}, {spot[1]}]'
    assert struck(TILT + asked) == {"my-manhole-0007"}


def test_a_row_stands_along_one_street_and_is_struck_by_it() -> None:
    specs = [spec for spec in describe(parse(HEAD)) if spec.model == "generic-lamp"]
    row = specs[:6]
    assert len({spec.street for spec in row}) == 1
    steps = [distance((a.lon or 0, a.lat or 0), (b.lon or 0, b.lat or 0)) for a, b in pairwise(row)]
    assert all(20 < metres < 40 for metres in steps)
    lamps = EVENT + 'what = "fault"\nmodel = "generic-lamp"\nfaults = ["silence"]\n'
    assert {spec.device_id for spec in row} <= struck(lamps + 'spread = "street"')


def test_a_reading_is_led_to_its_value_and_back_again() -> None:
    scenario = parse(HEAD + TILT + "count = 1\nrise_seconds = 5\n")
    (name,) = Timeline(scenario, describe(scenario), MORNING).whom[0]
    told = [(s, r["manhole_tilt"]) for s, who, r in readings(scenario, 40) if who == name]
    assert all(value < 3 for second, value in told if not 10 < second < 30)
    assert all(value == 50 for second, value in told if 15.5 < second < 24.5)
    rising = [value for second, value in told if 10 < second < 15]
    assert rising == sorted(rising)
    others = [
        r["manhole_tilt"]
        for _, who, r in readings(scenario, 40)
        if who != name and "manhole" in who
    ]
    assert max(others) < 3


def test_devices_fall_silent_for_their_time_and_messages_are_doubled_for_theirs() -> None:
    silence = EVENT + 'what = "fault"\nmodel = "generic-manhole"\nfaults = ["silence"]\n'
    double = EVENT + (
        'what = "fault"\nmodel = "generic-lamp"\nfaults = ["duplicate"]\nprobability = 1\n'
    )
    told = list(readings(parse(HEAD + silence + double), 50))
    manholes = [second for second, who, _ in told if "manhole" in who]
    assert not [second for second in manholes if 11 < second < 30]
    assert [second for second in manholes if second > 31]
    lamps = Counter((who, second > 31) for second, who, _ in told if "lamp" in who)
    per_second = {True: set(), False: set()}  # type: ignore[var-annotated]
    for (_, after), count in lamps.items():
        per_second[after].add(count)
    assert max(per_second[True]) <= 21  # as at the beginning: one a second
    assert min(per_second[False]) >= 30 + 18  # twenty seconds twice


def test_rain_is_felt_by_all_and_fills_the_shafts() -> None:
    rain = EVENT.replace("seconds = 20", "seconds = 3000") + 'what = "rain"\nrate_mm_h = 90\n'
    scenario = parse(HEAD.replace("interval_seconds = 1\n", "interval_seconds = 60\n") + rain)
    told = [(s, r["water_level"]) for s, who, r in readings(scenario, 3000) if "manhole" in who]
    first = [level for second, level in told if second < 60]
    last = [level for second, level in told if second > 2940]
    assert sum(last) / len(last) > sum(first) / len(first) + 0.4


def test_what_storm_expects_can_come_about() -> None:
    """Devices that its events strike are as many as the alarms that it expects of them."""
    storm = load("storm")
    timeline = Timeline(storm, describe(storm), MORNING)
    numbers = sorted(len(names) for names in timeline.whom.values())
    assert numbers == [2, 3, 4, 6, 12]
    assert storm.expect is not None
    assert sum(row.count for row in storm.expect) == 2 + sum(numbers)
