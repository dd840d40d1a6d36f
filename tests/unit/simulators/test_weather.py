"""The weather: plausible at any time, the same however it is asked for."""

from datetime import datetime, timedelta, timezone
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from simulators.hours import DAY, at_hour, local_hour, sun_elevation
from simulators.weather import DRAIN_SECONDS, Spell, Weather, sky

SHANGHAI = timezone(timedelta(hours=8))
times = st.integers(1_700_000_000, 1_900_000_000)
seeds = st.integers(0, 2**31)


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).timestamp())


@given(seeds, times)
def test_the_sky_is_never_out_of_this_world(seed: int, time: int) -> None:
    now = sky(Weather(seed), time)
    assert -12 <= now.temperature <= 45
    assert 20 <= now.humidity <= 100
    assert 980 <= now.pressure <= 1035
    assert 0 <= now.rain <= 180
    assert 0 <= now.wetness <= 400
    assert 0 <= now.wind_speed <= 15
    assert 0 <= now.wind_direction < 360
    assert -90 <= now.sun <= 90


@given(seeds, times)
def test_temperature_does_not_jump_from_minute_to_minute(seed: int, time: int) -> None:
    assert (
        abs(sky(Weather(seed), time).temperature - sky(Weather(seed), time + 60).temperature) < 0.7
    )


def test_the_weather_does_not_depend_on_the_order_of_questions() -> None:
    moments = [at("2026-06-01") + 3600 * hour for hour in range(96)]
    asked = {moment: sky(Weather(7), moment) for moment in moments}
    Random(1).shuffle(moments)
    sky.cache_clear()
    assert {moment: sky(Weather(7), moment) for moment in moments} == asked


def test_july_is_hotter_than_january_and_afternoons_than_nights() -> None:
    def mean(day: str, hour: int) -> float:
        hours = (sky(Weather(seed), at(f"{day}T{hour:02d}:00")).temperature for seed in range(40))
        return sum(hours) / 40

    assert mean("2026-07-20", 15) > mean("2026-01-20", 15) + 15
    assert mean("2026-07-20", 15) > mean("2026-07-20", 4) + 4


def test_water_stays_in_the_ground_after_the_rain_and_then_runs_off() -> None:
    hours = [sky(Weather(3), at("2026-06-01") + 1800 * step) for step in range(48 * 30)]
    ends = [i for i in range(1, len(hours)) if hours[i - 1].rain > 2 and hours[i].rain == 0]
    assert ends, "a June without a shower"
    dry = next(i for i in ends if all(h.rain == 0 for h in hours[i : i + 16]))
    levels = [h.wetness for h in hours[dry : dry + 16]]
    assert levels[0] > 0.5
    assert levels == sorted(levels, reverse=True)
    assert levels[-1] < levels[0] / 2


def test_the_sun_stands_where_the_almanac_has_it() -> None:
    assert abs(sun_elevation(at("2026-06-21T12:30")) - 86.5) < 1
    assert abs(sun_elevation(at("2026-12-21T12:28")) - 39.7) < 1
    assert sun_elevation(at("2026-11-22T00:30")) < -60
    assert -5 < sun_elevation(at("2026-11-22T17:35")) < 1.5  # about sunset


@given(st.floats(0, 24), st.integers(0, 10))
def test_curves_are_followed_between_their_points(hour: float, days: int) -> None:
    curve = ((0.0, 1.0), (6.0, 3.0), (24.0, 1.0))
    assert 1.0 <= at_hour(curve, hour) <= 3.0
    assert at_hour(curve, 3.0) == 2.0
    assert 0 <= local_hour(hour * 3600 + days * DAY) < 24


@given(seeds, times)
def test_a_fair_day_is_dry_and_never_still(seed: int, time: int) -> None:
    now = sky(Weather(seed, fair=True), time)
    assert (now.rain, now.wetness) == (0, 0)
    assert now.wind_speed >= 2


def test_rain_that_is_ordered_begins_ends_and_runs_off() -> None:
    begun = float(at("2026-11-26T10:00"))
    storm = Weather(7, fair=True, spells=(Spell(begun, begun + 600, 60.0),))

    def rain(second: float) -> float:
        return sky(storm, int(begun + second)).rain

    assert [rain(s) for s in (-1, 0, 30, 60, 300, 570, 600, 9999)] == [0, 0, 30, 60, 60, 30, 0, 0]
    levels = [sky(storm, int(begun + second)).wetness for second in (0, 300, 600)]
    assert levels == sorted(levels)
    assert 9.5 < levels[-1] < 10.0  # 60 mm/h for ten minutes are ten millimetres
    later = sky(storm, int(begun + 600 + DRAIN_SECONDS)).wetness
    assert 0.35 < later / levels[-1] < 0.38
