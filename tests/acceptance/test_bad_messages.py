"""What a device should never say is a dead letter with a reason, and the next message is stored."""

import itertools
import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec
import psycopg
import pytest

from ingest import wire
from ingest.deadletters.reasons import REASONS
from server.benches.site import Site, until
from tests.acceptance.conftest import enlisted, specs_of
from tests.acceptance.mouths import Mouth, mouth

DEVICE = "bad-manhole-0001"
VEHICLE = "bad-car-0001"
READINGS = wire.topic("sensor", DEVICE, "readings")
POSITION = wire.topic("vehicle", VEHICLE, "position")
GOOD_BOOT = 1
_boots = itertools.count(100)  # a bad message uses a start of its own: it leaves no hole
_seqs = itertools.count()


def reading(readings: object, *, ago: timedelta = timedelta(), **more: object) -> dict[str, Any]:
    time = (datetime.now(UTC) - ago).isoformat()
    return {"boot": next(_boots), "seq": 0, "time": time, "readings": readings} | more


def as_json(readings: object, **more: Any) -> Callable[[], bytes]:
    return lambda: json.dumps(reading(readings, **more)).encode()


def as_msgpack(readings: object) -> Callable[[], bytes]:
    return lambda: msgspec.msgpack.encode(reading(readings))


def fix(lon: float, lat: float) -> Callable[[], bytes]:
    place = {"lon": lon, "lat": lat, "speed_mps": 1.0, "heading_deg": 0.0}
    return lambda: json.dumps(reading({}) | place).encode()


class Bad(NamedTuple):
    """A topic, a payload, and the dead letter it ends as."""

    about: str
    payload: Callable[[], bytes]
    reason: str
    words: str  # what the detail says of it
    topic: str = READINGS
    content_type: str | None = None


FINE = {"battery_voltage": 3.6}
DAY, TEN_YEARS = timedelta(days=1), timedelta(days=3653)
BAD = (
    Bad("words", lambda: b"hello", "not_decodable", "not JSON"),
    Bad("nothing", lambda: b"", "not_decodable", "not JSON"),
    Bad("half", lambda: as_json(FINE)()[:-9], "not_decodable", "not JSON"),
    Bad("no UTF-8", lambda: b"\xff\xfe\x00", "not_decodable", "not JSON"),
    Bad("a deep nest", lambda: b'{"x":' + b"[" * 100_000, "not_decodable", "not JSON"),
    Bad("NaN", as_json({"battery_voltage": float("nan")}), "not_decodable", "not JSON"),
    Bad("infinity", as_json({"battery_voltage": float("inf")}), "not_decodable", "not JSON"),
    Bad("1e999", lambda: as_json({"battery_voltage": 1})().replace(b": 1}", b": 1e999}"),
        "wrong_type", "out of range"),
    Bad("a list", lambda: b"[1, 2, 3]", "wrong_type", "object"),
    Bad("no number", lambda: b'{"time":"2026-11-22T00:00:00Z","readings":{"pm25":1}}',
        "wrong_type", "missing required field `boot`"),
    Bad("a negative seq", as_json(FINE, seq=-1), "wrong_type", "$.seq"),
    Bad("a huge seq", as_json(FINE, seq=2**70), "wrong_type", "$.seq"),
    Bad("a word as boot", as_json(FINE, boot="one"), "wrong_type", "$.boot"),
    Bad("a day as time", as_json(FINE, time="yesterday"), "wrong_type", "$.time"),
    Bad("time without zone", as_json(FINE, time="2026-11-22T08:00:00"), "wrong_type", "$.time"),
    Bad("a word as value", as_json({"battery_voltage": "full"}), "wrong_type", "$.readings"),
    Bad("no readings", as_json({}), "wrong_type", "$.readings"),
    Bad("packed NaN", as_msgpack({"battery_voltage": float("nan")}), "not_a_number",
        "battery_voltage: nan", content_type=wire.MESSAGEPACK),
    Bad("packed infinity", as_msgpack({"battery_voltage": float("-inf")}), "not_a_number",
        "battery_voltage: -inf", content_type=wire.MESSAGEPACK),
    Bad("packed garbage", lambda: b"\xc1\xc1", "not_decodable", "not MessagePack",
        content_type=wire.MESSAGEPACK),
    Bad("XML", lambda: b"<reading/>", "content_type", "text/xml", content_type="text/xml"),
    Bad("unknown quantity", as_json({"happiness": 1.0}), "unknown_quantity", "happiness"),
    Bad("quantity of others", as_json({"pm25": 12.0}), "unknown_quantity", "pm25"),
    Bad("a thousand volts", as_json({"battery_voltage": 1000.0}), "implausible", "1000 outside"),
    Bad("a clock a day ahead", as_json(FINE, ago=-DAY), "in_future", "ahead of ours"),
    Bad("a clock ten years back", as_json(FINE, ago=TEN_YEARS), "too_old", "days old"),
    Bad("a megabyte of garbage", lambda: os.urandom(1 << 20), "too_large", "1,048,576 bytes"),
    Bad("unknown device", as_json(FINE), "unknown_device", "'nobody'",
        wire.topic("sensor", "nobody", "readings")),
    Bad("another kind's topic", fix(112.6, 26.9), "wrong_kind", "registered as sensor",
        wire.topic("vehicle", DEVICE, "position")),
    Bad("null island", fix(0.0, 0.0), "outside_area", "0.00000 E", POSITION),
    Bad("longitude 400", fix(400.0, 26.9), "wrong_type", "$.lon", POSITION),
    *(
        Bad(f"topic {topic}", as_json(FINE), "topic_unknown", "expected hy/v1", topic)
        for topic in (
            f"hy/v1/sensor/{DEVICE}/readings/more",
            f"hy/v1/sensor/{DEVICE}/Readings",
            f"hy/v1/sensor/{DEVICE}/",
            f"hy/v1/lift/{DEVICE}/readings",
            "hy/v1/sensor//readings",
            "hy/v1/sensor/井盖 1/readings",
            "hy/v1/sensor/🚦/readings",
            "hy/v1/sensor/'; DROP TABLE devices; --/readings",
            "hy/v1/sensor/../../etc/readings",
            "hy/v1/sensor/" + "x" * 41 + "/readings",
            "hy/v1/" + "y" * 3000,
            "hy/v1/status",
            f"hy/v1/sensor/{DEVICE}/more/command",
        )
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def load(site: Site) -> Iterator[Mouth]:
    """The account that may write every topic; two devices are registered."""
    enlisted(site, specs_of("bad", manhole=1, vehicle=1))
    account = site.load_account
    with mouth(account, account.username or "", account.password or "") as made:
        yield made


@pytest.fixture
def owner(site: Site) -> Iterator[psycopg.Connection[Any]]:
    with site.connect() as connection:
        yield connection


def next_one_is_stored(load: Mouth, owner: psycopg.Connection[Any]) -> None:
    seq = next(_seqs)
    assert load.say(READINGS, as_json(FINE, boot=GOOD_BOOT, seq=seq)()) == 0
    until(lambda: is_stored(owner, GOOD_BOOT, seq), "the next message is stored")


def is_stored(owner: psycopg.Connection[Any], boot: int, seq: int) -> bool:
    found = owner.execute(
        "SELECT count(*) FROM readings f JOIN devices d ON d.id = f.device"
        " WHERE d.device_id = %s AND boot = %s AND seq = %s",
        (DEVICE, boot, seq),
    ).fetchall()
    return bool(found[0][0] == 1)


def letters(owner: psycopg.Connection[Any], after: int) -> list[Any]:
    return owner.execute(
        "SELECT reason, detail, topic, size, whole FROM dead_letters WHERE id > %s ORDER BY id",
        (after,),
    ).fetchall()


def newest(owner: psycopg.Connection[Any]) -> int:
    return int(owner.execute("SELECT coalesce(max(id), 0) FROM dead_letters").fetchall()[0][0])


@pytest.mark.parametrize("bad", BAD, ids=[bad.about[:40] for bad in BAD])
def test_a_bad_message_is_a_dead_letter_that_says_why(
    bad: Bad, load: Mouth, owner: psycopg.Connection[Any]
) -> None:
    before = newest(owner)
    payload = bad.payload()
    assert load.say(bad.topic, payload, bad.content_type) == 0
    until(lambda: letters(owner, before), f"a dead letter of {bad.about}")
    [(reason, detail, topic, size, whole)] = letters(owner, before)
    assert (reason, topic, size, whole) == (bad.reason, bad.topic, len(payload), True)
    assert bad.words in detail
    assert REASONS[reason].zh
    assert REASONS[reason].en
    next_one_is_stored(load, owner)


def test_a_used_number_with_other_content_is_a_conflict_and_changes_nothing(
    load: Mouth, owner: psycopg.Connection[Any]
) -> None:
    first = as_json(FINE)()
    boot = json.loads(first)["boot"]
    assert load.say(READINGS, first) == 0
    until(lambda: is_stored(owner, boot, 0), "the first is stored")
    before = newest(owner)
    other = json.loads(first) | {"readings": {"battery_voltage": 3.1}}
    assert load.say(READINGS, json.dumps(other).encode()) == 0
    until(lambda: letters(owner, before), "the conflict is a dead letter")
    [(reason, detail, *_)] = letters(owner, before)
    assert (reason, detail) == (
        "conflict",
        f"boot {boot} seq 0 was committed before with other content",
    )
    assert is_stored(owner, boot, 0)
    next_one_is_stored(load, owner)


def test_a_good_message_with_one_bad_reading_is_stored_without_it(
    load: Mouth, owner: psycopg.Connection[Any]
) -> None:
    before, mixed = newest(owner), as_json(FINE | {"happiness": 1.0})()
    assert load.say(READINGS, mixed) == 0
    until(lambda: is_stored(owner, json.loads(mixed)["boot"], 0), "the rest is stored")
    assert [(row[0], row[4]) for row in letters(owner, before)] == [("unknown_quantity", False)]


def test_a_bad_status_is_a_dead_letter_too(load: Mouth, owner: psycopg.Connection[Any]) -> None:
    before = newest(owner)
    assert load.say(wire.topic("sensor", DEVICE, "status"), b'{"state":"asleep"}') == 0
    until(lambda: letters(owner, before), "a dead letter of the status")
    assert letters(owner, before)[0][0] == "wrong_type"


def test_bad_messages_open_no_gap_and_the_sums_hold(owner: psycopg.Connection[Any]) -> None:
    holed = owner.execute(
        "SELECT count(*) FROM ledger l JOIN devices d ON d.id = l.device"
        " WHERE l.holed AND d.device_id IN (%s, %s)",
        (DEVICE, VEHICLE),
    ).fetchall()
    assert holed == [(0,)]
    [(left, right)] = owner.execute(
        "SELECT sum(deliveries), sum(stored + duplicates + dead_letters) FROM counters"
    ).fetchall()
    assert left == right
    [(counted, kept)] = owner.execute(
        "SELECT sum(dead_letters), (SELECT count(*) FROM dead_letters WHERE whole) FROM counters"
    ).fetchall()
    assert counted == kept
