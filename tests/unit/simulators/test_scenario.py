"""Scenario files: what is wrong in them is said."""

from pathlib import Path

import pytest

from simulators.fleet import describe
from simulators.models import MODELS
from simulators.scenario import ScenarioInvalid, load, parse

GOOD = """
name = "mine"
title_zh = "我的"
title_en = "Mine"
prefix = "my"
seed = 3

[[groups]]
model = "generic-lamp"
count = 2
"""


EVENT = """
[[events]]
title_zh = "事"
title_en = "Event"
after_seconds = 10
seconds = 20
"""
LAMPS = EVENT + 'model = "generic-lamp"\n'


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (GOOD.replace("seed = 3", ""), "seed"),
        (GOOD.replace("count = 2", "count = 0"), "count"),
        (GOOD.replace("generic-lamp", "moon-lamp"), "moon-lamp"),
        (GOOD.replace('prefix = "my"', 'prefix = "MY/#"'), "prefix"),
        (GOOD + "colour = 1\n", "colour"),
        (GOOD + '[[faults]]\nname = "fire"\n', "fire"),
        (GOOD + '[[faults]]\nname = "late"\nprobability = 2\n', "probability"),
        (GOOD + "[[", "at "),
        (GOOD + "[load]\npasses_per_second = 10\n", "happens in a .world"),
        (GOOD + "[world.recorded]\nseconds = 1\n", "seconds"),
        (GOOD.replace("generic-lamp", "generic-camera") + "streams = 2\n", "recorded"),
        (GOOD + EVENT, "what"),
        (GOOD + EVENT + 'what = "snow"\n', "snow"),
        (GOOD + EVENT + 'what = "rain"\nrate_mm_h = 500\n', "rate_mm_h"),
        (GOOD + EVENT + 'what = "rain"\nrate_mm_h = 5\ncolour = 1\n', "colour"),
        (GOOD + EVENT + 'what = "crash"\n', r"needs a \[world\]"),
        (GOOD + EVENT + 'what = "road"\nspeed_kmh = 10\n', r"needs a \[world\]"),
        (GOOD + LAMPS + 'what = "fault"\nfaults = ["fire"]\n', "fire"),
        (GOOD + LAMPS + 'what = "fault"\nfaults = ["blur"]\n', "only cameras can have 'blur'"),
        (GOOD + LAMPS + 'what = "fault"\nfaults = []\n', "faults"),
        (GOOD + LAMPS + 'what = "reading"\nvalues = { bin_fill = 9 }\n', "does not measure"),
        (GOOD + LAMPS + 'what = "fault"\nfaults = ["late"]\ncount = 3\n', "there are 2 of"),
        (
            GOOD + LAMPS + 'what = "fault"\nfaults = ["late"]\ncount = 1\nshare = 0.5\n',
            "either a count",
        ),
        (
            GOOD + LAMPS + 'what = "fault"\nfaults = ["late"]\nnear = [112.6, 26.9]\n',
            "needs spread",
        ),
        (
            GOOD + EVENT + 'model = "generic-bin"\nwhat = "fault"\nfaults = ["late"]\n',
            "has no 'generic-bin'",
        ),
        (GOOD + '[[expect]]\nrule = "rain"\nseverity = "pink"\ncount = 1\n', "severity"),
    ],
)
def test_a_mistake_is_named(wrong: str, said: str) -> None:
    with pytest.raises(ScenarioInvalid, match=said):
        parse(wrong)


def test_an_unknown_name_tells_the_known_ones() -> None:
    with pytest.raises(ScenarioInvalid, match="demo"):
        load("nowhere")


def test_a_file_of_ones_own_can_be_run_with_another_seed(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(GOOD, "utf-8")
    assert load(str(file)).seed == 3
    assert load(str(file), seed=4).seed == 4


def test_the_whole_city_is_as_large_as_the_real_one() -> None:
    city = load("city")
    counts: dict[str, int] = {}
    for group in city.groups:
        kind = MODELS[group.model].kind
        counts[kind] = counts.get(kind, 0) + group.count
    assert counts == {
        "sensor": 20_000, "vehicle": 400, "epolice": 600, "signal": 1374, "camera": 2000,
    }  # fmt: skip
    assert city.world is not None
    assert city.world.recorded is not None
    assert city.load is not None
    assert all(group.interval_seconds is None for group in city.groups)


def test_cameras_of_a_group_share_its_streams() -> None:
    group = "\n[[groups]]\nmodel = 'generic-camera'\ncount = 3\n"
    specs = describe(parse(GOOD + group + group + "recorded = true\nstreams = 2\n"))
    assert [spec.shows for spec in specs if spec.kind == "camera"] == [
        "", "", "", "", "", "my-camera-0004",
    ]  # fmt: skip
