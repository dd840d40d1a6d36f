"""Sensors: what they report is plausible by the register's own table, and makes sense."""

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.quantities.catalogue import QUANTITIES
from simulators.hours import local_hour
from simulators.models import MODELS
from simulators.sensors.bin import Bin, read_bin
from simulators.sensors.ground import begin_manhole, begin_water, read_manhole, read_water
from simulators.sensors.lamp import begin_lamp, read_lamp
from simulators.sensors.moment import Moment, Radio
from simulators.sensors.station import DECIMALS, INSTRUMENTS, Sensor
from simulators.weather import Sky, Weather, sky

ROWS = {row.key: row for row in QUANTITIES}
DRY = Sky(20.0, 60.0, 1006.0, 0.0, 0.0, 2.0, 90.0, 40.0)
SENSORS = [model for model in MODELS.values() if model.instrument]


def moment(time: float = 1_795_320_000.0, **changes: Any) -> Moment:
    fields = {"time": time, "hour": local_hour(time), "elapsed": 60.0, "sky": DRY}
    return Moment(**{**fields, "chance": Random(1), **changes})


@given(
    st.sampled_from(SENSORS),
    st.integers(0, 2**31),
    st.integers(1_700_000_000, 1_900_000_000),
    st.floats(0.1, 86400),
)
def test_every_reading_is_in_the_plausible_range(model, seed, start, interval) -> None:
    sensor = Sensor(model.instrument, interval, Random(seed), Weather(seed))
    due = sensor.begin(float(start))
    assert start <= due <= start + interval
    for _ in range(5):
        (body,), due = sensor.step(due)
        assert body.stream == "readings"
        assert set(body.fields["readings"]) == set(model.quantities)
        for key, value in body.fields["readings"].items():
            assert ROWS[key].plausible_min <= value <= ROWS[key].plausible_max, key


def test_displays_round_as_the_register_does() -> None:
    assert {key: ROWS[key].decimals for key in DECIMALS} == DECIMALS


@pytest.mark.parametrize("name", list(INSTRUMENTS))
def test_reading_does_not_change_the_state_it_was_given(name: str) -> None:
    instrument = INSTRUMENTS[name]
    state = instrument.begin(Random(5))
    first = instrument.read(state, moment())
    assert instrument.read(state, moment()) == first


def test_lamps_are_off_at_noon_and_on_at_night() -> None:
    lamp = begin_lamp(Random(1))
    for sun, on in ((40.0, 0.0), (-20.0, 1.0)):
        _, readings = read_lamp(lamp, moment(sky=DRY._replace(sun=sun), hour=21.0))
        assert readings["lamp_on"] == on
        assert (readings["lamp_power"] > 50) == bool(on)
        power = readings["lamp_voltage"] * readings["lamp_current"] * 0.95
        assert abs(power - readings["lamp_power"]) < 0.5


def test_a_broken_lamp_is_told_to_burn_and_draws_nothing() -> None:
    lamp = begin_lamp(Random(1))._replace(broken_until=2e9)
    _, readings = read_lamp(lamp, moment(sky=DRY._replace(sun=-20.0)))
    assert readings["lamp_on"] == 1.0
    assert readings["lamp_power"] < 3


def test_lamps_are_dimmed_after_midnight() -> None:
    night = DRY._replace(sun=-40.0)
    lamp = begin_lamp(Random(2))
    late = read_lamp(lamp, moment(sky=night, hour=2.0))[1]["lamp_power"]
    assert late < 0.7 * read_lamp(lamp, moment(sky=night, hour=20.0))[1]["lamp_power"]


def test_a_full_bin_is_emptied_on_the_cleaners_round_only() -> None:
    full = Bin(95.0, 5.0, 0.5, Radio(3.5, -80.0))
    still, _ = read_bin(full, moment(hour=10.0))
    assert still.fill >= 95
    emptied, readings = read_bin(full, moment(hour=6.26, elapsed=60.0))
    assert emptied.fill < 5
    assert readings["bin_fill"] == emptied.fill


def test_an_almost_empty_bin_is_passed_by() -> None:
    light = Bin(10.0, 5.0, 0.5, Radio(3.5, -80.0))
    assert read_bin(light, moment(hour=6.26))[0].fill >= 10


def test_bins_fill_over_a_day_and_never_overflow() -> None:
    state, chance, fills = Bin(0.0, 12.0, 0.3, Radio(3.5, -80.0)), Random(4), []
    for minute in range(24 * 60):
        state, readings = read_bin(state, moment(hour=minute / 60, chance=chance))
        fills.append(readings["bin_fill"])
    assert max(fills) > 60
    assert max(fills) <= 100


@pytest.mark.parametrize(
    ("begin", "read"), [(begin_manhole, read_manhole), (begin_water, read_water)]
)
def test_water_rises_with_the_rain(begin: Any, read: Any) -> None:
    state = begin(Random(3))
    dry = read(state, moment())[1]["water_level"]
    wet = read(state, moment(sky=DRY._replace(wetness=40.0)))[1]["water_level"]
    assert wet > dry + 0.1


def test_a_manhole_never_holds_more_water_than_it_is_deep() -> None:
    flood = DRY._replace(wetness=400.0)
    assert read_manhole(begin_manhole(Random(3)), moment(sky=flood))[1]["water_level"] <= 2.4


def test_nights_are_quieter_than_rush_hours() -> None:
    sensor = INSTRUMENTS["air"]
    state = sensor.begin(Random(3))
    rush = sensor.read(state, moment(hour=7.5))[1]["noise"]
    assert rush > sensor.read(state, moment(hour=3.0))[1]["noise"] + 4


def test_all_sensors_feel_the_same_weather() -> None:
    now = 1_795_320_000
    stations = [Sensor("weather", 60.0, Random(n), Weather(7)) for n in range(5)]
    felt = [s.step(float(now))[0][0].fields["readings"]["air_temperature"] for s in stations]
    assert all(abs(value - sky(Weather(7), now).temperature) < 1 for value in felt)
