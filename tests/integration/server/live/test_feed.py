"""What viewers are told: snapshot, then deltas, of their own divisions alone."""

from datetime import timedelta

import pytest

from center.clock import now
from tests.integration.center.alarms.troubles import relief, tell, trouble
from tests.integration.server.live.line import CITY, line, token_of, watching
from tests.integration.server.live.town import HERE, INNER, OUTER, Town

AREA = (112.5, 26.8, 112.7, 27.0)
AWAY = (112.9, 26.9)


@pytest.fixture(scope="module")
def settings() -> dict[str, str]:
    return {"HENGYANG_LIVE_DEVICES": "5"}


def test_a_viewer_of_another_division_is_told_nothing_of_it(
    town: Town, port: int, relay: object
) -> None:
    """Neither a device, nor that it moves or leaves, nor an alarm, nor a figure."""
    town.enter("IN-1")
    town.enter("CAR-1", "generic-vehicle", place=None)
    own = town.enter("OUT-1", division=OUTER)
    town.drive("CAR-1", *HERE)
    tell(trouble("k1", division_code=INNER, device_id="IN-1"))
    token = token_of(port, "operator", divisions=("430408",))
    with watching(port, token, *AREA, alarms={}, figures={}) as seen:
        town.drive("CAR-1", *AWAY)
        town.read("IN-1", 80)
        town.change("IN-1", "name = 'renamed'")
        tell(trouble("k2", division_code=INNER), relief("k1", 1))
        tell(trouble("k3", division_code=OUTER))
        town.read(own, 20)
        seen.until(lambda: bool(seen.devices.get(own, {}).get("q")) and bool(seen.alarms))
        seen.listen(1.5)
        figures = [f["items"][0] for f in seen.frames if f.get("topic") == "figures"][-1]
    told = str(seen.frames)
    assert not any(word in told for word in ("IN-1", "CAR-1", "renamed", INNER))
    assert [alarm["division_code"] for alarm in seen.alarms.values()] == [OUTER]
    assert figures["devices"]["total"] == 1
    assert figures["alarms"] == {"red": 0, "orange": 1, "yellow": 0, "blue": 0}


def test_who_has_no_division_sees_nothing(town: Town, port: int) -> None:
    town.enter("IN-1")
    with watching(port, token_of(port, "operator", divisions=())) as seen:
        assert seen.devices == {}


def test_a_device_is_told_with_all_that_changes_of_it(town: Town, port: int) -> None:
    bin_ = town.enter("BIN-1")
    town.read(bin_, 40, 21.5, None, -70)
    with watching(port, token_of(port, "operator"), *AREA) as seen:
        item = seen.devices[bin_]
        assert item["q"] == {"bin_fill": 40, "air_temperature": 21.5, "signal_strength": -70}
        assert (item["k"], item["s"], item["p"]) == ("sensor", "unknown", list(HERE))
        town.read(bin_, 95, 22, 3.6, -70)
        seen.until(lambda: seen.devices[bin_]["q"]["bin_fill"] == 95)
        town.state(bin_, "online")
        seen.until(lambda: seen.devices[bin_]["s"] == "online")
        town.change(bin_, "name = 'new'")
        seen.until(lambda: seen.devices[bin_]["n"] == "new")
        town.change(bin_, "retired_at = now(), retired_reason = 'gone'")
        seen.until(lambda: bin_ not in seen.devices)


def test_a_late_fact_changes_nothing(town: Town, port: int) -> None:
    bin_ = town.enter("BIN-1")
    town.read(bin_, 40, None, None, None)
    with watching(port, token_of(port, "operator")) as seen:
        town.read(bin_, 99, None, None, None, time=now() - timedelta(hours=1))
        town.read(town.enter("BIN-2"), 1, None, None, None)
        seen.until(lambda: "BIN-2" in seen.devices)
        assert seen.devices[bin_]["q"] == {"bin_fill": 40}


def test_a_vehicle_comes_into_the_viewport_and_leaves_it(town: Town, port: int) -> None:
    car = town.enter("CAR-1", "generic-vehicle", place=None)
    with watching(port, token_of(port, "operator"), *AREA) as seen:
        assert seen.devices == {}
        town.drive(car, *HERE)
        seen.until(lambda: car in seen.devices)
        assert (seen.devices[car]["h"], seen.devices[car]["v"]) == (90, 8.5)
        town.drive(car, *AWAY)
        seen.until(lambda: car not in seen.devices)


def test_another_viewport_is_a_new_snapshot(town: Town, port: int) -> None:
    town.enter("A")
    town.enter("B", place=AWAY)
    with watching(port, token_of(port, "operator"), *AREA) as seen:
        assert set(seen.devices) == {"A"}
        seen.watch((112.8, 26.8, 113.0, 27.0))
        seen.hear("snapshot", "devices")
        assert set(seen.devices) == {"B"}


def test_a_crowded_viewport_is_told_how_many(town: Town, port: int) -> None:
    for number in range(6):
        town.enter(f"D-{number}")
    with line(port) as seen:
        seen.hello(token_of(port, "operator"))
        seen.watch(CITY)
        told = seen.hear("snapshot", "devices")
        assert (told["items"], told["too_many"], told["states"]["total"]) == ([], True, 6)
        town.state("D-0", "offline")
        seen.until(lambda: (seen.frames[-1].get("states") or {}).get("offline") == 1)
        town.change("D-1", "retired_at = now(), retired_reason = 'gone'")
        seen.until(lambda: len(seen.devices) == 5)


def test_alarms_come_in_the_form_of_the_api_and_colour_their_device(
    town: Town, port: int, relay: object
) -> None:
    bin_ = town.enter("BIN-1")
    operator, other = token_of(port, "operator"), token_of(port, "device_admin")
    town.owner.execute(
        "DELETE FROM role_permissions WHERE role = 'device_admin' AND permission = 'alarms:read'"
    )
    tell(trouble("old", device_id=bin_, severity="blue"))
    with watching(port, operator, alarms={}) as seen:
        seen.hear("snapshot", "alarms")
        assert [alarm["severity"] for alarm in seen.alarms.values()] == ["blue"]
        assert seen.devices[bin_]["a"] == "blue"
        tell(trouble("new", device_id=bin_, severity="red"))
        seen.until(lambda: seen.devices[bin_]["a"] == "red" and len(seen.alarms) == 2)
        tell(relief("new", 1))
        seen.until(lambda: {alarm["state"] for alarm in seen.alarms.values()} != {"raised"})
    with watching(port, other) as seen:
        assert seen.devices[bin_]["a"] is None  # who may not see alarms sees no colour


def test_a_quiet_feed_says_that_it_is_true(town: Town, port: int) -> None:
    with watching(port, token_of(port, "operator")) as seen:
        for _ in range(2):
            assert seen.hear("delta", "devices")["items"] == []
