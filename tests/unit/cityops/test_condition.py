"""Rules with impossible numbers are refused in words that a person understands."""

from typing import Any

import pytest
from pydantic import ValidationError

from cityops.rules.condition import RuleValue
from cityops.rules.seed import standard

STEP = {"limit": 2.0, "clear": 1.8, "severity": "yellow"}
GRAVER = {"limit": 2.5, "clear": 2.3, "severity": "orange"}
SQUARE = [[112.5, 26.8], [112.7, 26.8], [112.7, 27.0], [112.5, 27.0], [112.5, 26.8]]


def rule(**changed: Any) -> dict[str, Any]:
    condition = {"source": "threshold", "quantity": "water_level", "steps": [STEP]}
    words = {"title_zh": "{name}{value}", "title_en": "{name} {value}"}
    conditions = changed.pop("condition", {})
    return {"condition": condition | conditions, **words, **changed}


def area(*ring: list[float]) -> dict[str, Any]:
    return {"area": {"type": "Polygon", "coordinates": [list(ring)]}}


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"condition": {"steps": [STEP | {"limit": float("nan")}]}}, "finite number"),
    ({"condition": {"steps": [STEP | {"limit": float("inf")}]}}, "finite number"),
    ({"condition": {"steps": [STEP | {"clear": float("-inf")}]}}, "finite number"),
    ({"condition": {"steps": [STEP | {"clear": 2.1}]}}, "no higher than the limit"),
    ({"condition": {"op": "<", "steps": [STEP | {"clear": 1.9}]}}, "no lower than the limit"),
    ({"condition": {"steps": []}}, "at least 1"),
    ({"condition": {"steps": [GRAVER, STEP]}}, "go on in one direction"),
    ({"condition": {"steps": [STEP, GRAVER | {"severity": "blue"}]}}, "graver than the one"),
    ({"condition": {"steps": [STEP, GRAVER | {"clear": 1.7}]}}, "may not clear later"),
    ({"condition": {"duration_seconds": -1}}, "greater than or equal to 0"),
    ({"condition": {"duration_seconds": 86_401}}, "less than or equal to 86400"),
    ({"condition": {"duration_seconds": float("nan")}}, "finite number"),
    ({"condition": {"hole_seconds": 0}}, "greater than 0"),
    ({"condition": {"op": "=="}}, "'>', '>=', '<' or '<='"),
    ({"condition": {"source": "guess"}}, "does not match any of the expected tags"),
    ({"calendar": {}}, "says nothing"),
    ({"calendar": {"weekdays": []}}, "names no weekday"),
    ({"calendar": {"months": []}}, "names no month"),
    ({"calendar": {"weekdays": [8]}}, "less than or equal to 7"),
    ({"calendar": {"hours": {"begin": "08:00", "end": "08:00"}}}, "hold no time"),
    ({"calendar": {"hours": {"begin": "8", "end": "24:00"}}}, "match pattern"),
    ({"target": {"devices": []}}, "at least 1"),
    ({"target": {"division": "43"}}, "match pattern"),
    ({"target": area(*SQUARE[:4])}, "does not end where it begins"),
    ({"target": area(*(SQUARE[n] for n in (0, 2, 1, 3, 0)))}, "no simple polygon"),
    ({"target": area(SQUARE[0], SQUARE[1], SQUARE[0], SQUARE[0])}, "area"),
    ({"target": area([500, 26], [501, 26], [501, 27], [500, 26])}, "less than or equal to 180"),
    ({"title_zh": "{name} {password}"}, "nothing can be put in for {password}"),
    ({"title_en": "{name.__class__}"}, "nothing can be put in"),
    ({"title_en": "a { stands"}, "a brace stands alone"),
    ({"title_zh": " "}, "at least 1"),
    ({"surprise": 1}, "Extra inputs"),
]


@pytest.mark.parametrize(("changed", "words"), REFUSED)
def test_an_impossible_rule_is_refused_in_words(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words.replace("{", r"\{")):
        RuleValue.model_validate(rule(**changed))


def test_a_rule_may_step_from_yellow_to_orange_or_look_at_low_values() -> None:
    high = RuleValue.model_validate(rule(condition={"steps": [STEP, GRAVER]}))
    assert high.severities == ("yellow", "orange")
    low = {"op": "<", "steps": [{"limit": 3.1, "clear": 3.2, "severity": "blue"}]}
    assert RuleValue.model_validate(rule(condition=low)).quantity == "water_level"


def test_a_rule_survives_being_stored() -> None:
    made = RuleValue.model_validate(rule(calendar={"excluded": ["2027-02-06"]}))
    assert RuleValue.model_validate(made.model_dump(mode="json")) == made


def test_the_standard_rules_can_be_read() -> None:
    assert {"water-level", "manhole-tilt", "gas", "offline", "lost"} <= standard().keys()
