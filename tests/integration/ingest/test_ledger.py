"""The ledger beside the facts: latest values, marks for the roller, what was announced."""

from datetime import timedelta

import psycopg
import pytest

from tests.integration.ingest.writing import FULL, MINUTE_AGO, Pen, at, enrol, recent


def latest(writer: Pen) -> tuple[object, ...]:
    """(seconds, values, seconds of each value) of the latest readings."""
    ((time, values, times),) = writer.all('SELECT time, "values", times FROM latest_readings')
    ages = None if times is None else [t and (t - MINUTE_AGO).total_seconds() for t in times]
    return (time - MINUTE_AGO).total_seconds(), values, ages


def full(seq: int, seconds: float, level: float) -> object:
    return recent(seq=seq, time=at(seconds), readings=FULL | {"water_level": level})


def part(seq: int, seconds: float, **readings: float) -> object:
    return recent(seq=seq, time=at(seconds), readings=readings)


def test_the_newest_of_a_batch_is_the_latest_in_whatever_order(writer: Pen) -> None:
    writer.write(full(1, 10, 1.0), full(2, 20, 2.0), full(0, 0, 0.5))
    assert latest(writer) == (20, [2.0, 2.0, 3.6, -70.0], None)


def test_an_older_message_never_replaces_a_newer_one(writer: Pen) -> None:
    writer.write(full(1, 10, 1.0))
    writer.write(full(0, 5, 9.0))
    assert latest(writer)[:2] == (10, [1.0, 2.0, 3.6, -70.0])


def test_parts_are_weighed_value_by_value(writer: Pen) -> None:
    writer.write(full(0, 10, 1.0))
    writer.write(part(1, 20, flow_rate=7.0), part(2, 5, water_level=9.0))
    assert latest(writer) == (20, [1.0, 7.0, 3.6, -70.0], [10, 20, 10, 10])
    writer.write(part(3, 15, flow_rate=8.0, battery_voltage=3.0))
    assert latest(writer) == (20, [1.0, 7.0, 3.0, -70.0], [10, 20, 15, 10])


def test_parts_alone_leave_the_rest_unknown(writer: Pen) -> None:
    writer.write(part(0, 0, water_level=1.0))
    assert latest(writer) == (0, [1.0, None, None, None], [0, None, None, None])
    writer.write(part(1, 3, flow_rate=2.0), part(2, 6, flow_rate=3.0), part(3, 1, flow_rate=0.0))
    assert latest(writer) == (6, [1.0, 3.0, None, None], [0, 6, None, None])


def test_a_whole_message_after_parts_is_of_one_time_again(writer: Pen) -> None:
    writer.write(part(0, 5, flow_rate=7.0))
    writer.write(full(1, 10, 1.0))
    assert latest(writer) == (10, [1.0, 2.0, 3.6, -70.0], None)


def test_a_late_whole_message_fills_what_parts_left_open(writer: Pen) -> None:
    writer.write(part(0, 10, flow_rate=7.0))
    writer.write(full(1, 5, 1.0))
    assert latest(writer) == (10, [1.0, 7.0, 3.6, -70.0], [5, 10, 5, 5])


def test_the_latest_position_is_the_newest_fix(writer: Pen, owner: psycopg.Connection) -> None:
    enrol(owner, "V-1", "vehicle")
    fixes = [(1, 10.0, 112.61), (2, 20.0, 112.62), (0, 0.0, 112.60)]
    writer.write(*(recent("V-1", "position", seq=n, time=at(s), lon=lon) for n, s, lon in fixes))
    writer.write(recent("V-1", "position", seq=3, time=at(15), lon=112.7))
    assert writer.all("SELECT lon, time FROM latest_positions") == [(112.62, at(20))]


def marks(writer: Pen) -> list[object]:
    return [row[0] for row in writer.all("SELECT bucket FROM rollup_dirty ORDER BY 1")]


def test_only_facts_behind_the_edge_of_the_rollups_mark_their_hour(
    writer: Pen, owner: psycopg.Connection
) -> None:
    hour = timedelta(hours=1)
    edge = MINUTE_AGO.replace(minute=0, second=0, microsecond=0) - hour
    owner.execute("UPDATE rollup_progress SET rolled_upto = %s", [edge])
    received = MINUTE_AGO
    times = [
        edge,
        edge + hour,
        edge - timedelta(microseconds=1),
        edge - 2 * hour,
        edge - 1.5 * hour,
    ]
    writer.write(*(recent(seq=n, time=t, received=received) for n, t in enumerate(times)))
    assert marks(writer) == [edge - 2 * hour, edge - hour]
    writer.write(recent(seq=4, time=times[4], received=received))  # a duplicate changes nothing
    assert writer.one("SELECT count(*) FROM rollup_dirty") == 2


def test_a_device_lives_from_its_first_to_its_last_message(writer: Pen, device: int) -> None:
    writer.write(
        recent(seq=0, time=at(9), received=at(5)), recent(seq=1, time=at(10), received=at(7))
    )
    writer.write(recent(seq=2, time=at(1), received=at(3)))
    assert writer.all("SELECT first_seen, last_seen FROM ledger") == [(at(7), at(7))]


def test_what_a_device_announces_is_owed(writer: Pen, device: int) -> None:
    announce = [{"boot": 1, "last": 4}, {"boot": 0, "last": 1}]
    writer.write(recent(), recent(stream="event", seq=1, name="report", announce=announce))
    rows = writer.all("SELECT boot, committed::text, announced, holed FROM ledger ORDER BY boot")
    assert rows == [(0, "{}", 1, True), (1, "{[0,2)}", 4, True)]
    writer.write(*(recent(seq=seq) for seq in (2, 3, 4)))
    assert writer.one("SELECT holed FROM ledger WHERE boot = 1") is False


def test_a_refused_report_announces_nothing(writer: Pen, device: int) -> None:
    announce = [{"boot": 1, "last": 400}]
    old = recent(stream="event", name="report", announce=announce, time=at(-9e5), received=at(0))
    assert writer.write(old).dead_letters == 1
    assert writer.one("SELECT announced FROM ledger") == -1


def skew(writer: Pen, device: int) -> float:
    return float(writer.one("SELECT clock_skew FROM ledger WHERE device = %s", device))


def test_a_delay_on_the_way_is_not_taken_for_a_slow_clock(writer: Pen, device: int) -> None:
    for seq in range(5):
        writer.write(recent(seq=seq, delay=timedelta(seconds=0.2)))
    writer.write(recent(seq=5, delay=timedelta(seconds=60)))  # a queue that was being emptied
    assert -5 < skew(writer, device) < -0.2
    writer.write(recent(seq=6, delay=timedelta(seconds=0.2)))
    assert skew(writer, device) == pytest.approx(-0.2, abs=0.01)


def test_what_is_sent_again_says_nothing_of_the_clock(writer: Pen, device: int) -> None:
    writer.write(recent(seq=0), recent(seq=9))
    before = skew(writer, device)
    writer.write(recent(seq=4, delay=timedelta(minutes=9)))
    assert skew(writer, device) == before


def test_a_clock_that_is_slow_shows_within_a_hundred_messages(writer: Pen, device: int) -> None:
    writer.write(recent(seq=0))
    for seq in range(1, 100):
        writer.write(recent(seq=seq, delay=timedelta(minutes=5)))
    assert skew(writer, device) == pytest.approx(-300, rel=0.05)
