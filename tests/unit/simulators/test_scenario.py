"""Scenario files: what is wrong in them is said."""

from pathlib import Path

import pytest

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
