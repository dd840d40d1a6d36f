"""The reading side over HTTP: who sees what, which windows are answered, and that holes stay."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from center.clock import now
from ingest.series.buckets import MAX_POINTS
from tests.integration.databases import Database
from tests.integration.http import Api
from tests.integration.ingest import facts

NOON = (now() - timedelta(days=2)).replace(hour=4, minute=0, second=0, microsecond=0)
MINUTE = timedelta(minutes=1)
QUANTITY = "air_temperature"


def text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


@pytest.fixture
def station(owner: psycopg.Connection) -> int:
    return facts.enrol(owner, "S-1")


@pytest.fixture
def site(owner: psycopg.Connection) -> int:
    return facts.enrol(owner, "EP-1", kind="epolice")


@pytest.fixture
def car(owner: psycopg.Connection) -> int:
    return facts.enrol(owner, "V-1", kind="vehicle", every=1)


@pytest.fixture
def reader(client: Api) -> Api:
    return client.as_role("analyst", divisions=["430405"])


def ask(reader: Api, path: str, **query: Any) -> Any:
    return reader.get(f"/api/v1{path}", params=query)


def window(hours: float = 1) -> dict[str, str]:
    return {"start": text(NOON), "end": text(NOON + timedelta(hours=hours))}


PATHS = ("latest", f"series?quantity={QUANTITY}", "track", "passes")


@pytest.mark.parametrize("path", PATHS)
def test_a_device_of_another_division_or_none_is_not_found(client, station, path) -> None:
    elsewhere = client.as_role("analyst", divisions=["430406"])
    assert elsewhere.get(f"/api/v1/devices/S-1/{path}").status_code == 404
    assert elsewhere.get(f"/api/v1/devices/S-99/{path}").status_code == 404
    assert client.get(f"/api/v1/devices/S-1/{path}").status_code == 401
    assert client.as_role("auditor").get(f"/api/v1/devices/S-1/{path}").status_code == 403


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"start": "yesterday"}, "invalid"),
        ({"start": "2026-11-20T00:00:00"}, "invalid"),  # of which zone?
        ({"end": "9999-12-31T23:59:59Z"}, "invalid"),
        ({"start": "0001-01-01T00:00:00Z"}, "invalid"),
        ({"bucket": "2h"}, "invalid"),
        ({"quantity": "x" * 65}, "invalid"),
        ({"quantity": "noise"}, "not_measured"),
        ({"quantity": "'; DROP TABLE readings"}, "not_measured"),
        ({"start": text(NOON), "end": text(NOON)}, "window_invalid"),
        ({"start": text(NOON - timedelta(days=32)), "end": text(NOON)}, "window_too_long"),
        ({"start": text(NOON - timedelta(days=8)), "end": text(NOON), "bucket": "1m"},
         "window_too_long"),
    ],
)  # fmt: skip
def test_a_question_that_cannot_be_answered_is_told_why(reader, station, query, code) -> None:
    answer = ask(reader, "/devices/S-1/series", **({"quantity": QUANTITY} | query))
    assert answer.status_code in (404, 422), answer.text
    assert answer.json()["code"] == code
    assert answer.json()["detail"]


def test_too_many_values_ask_for_a_bucket(reader, station, owner) -> None:
    owner.execute(
        "INSERT INTO readings SELECT %s, %s + n * interval '1 second', now(), 0, n, 0, 0, '{1}'"
        " FROM generate_series(0, %s) AS n",
        [station, NOON, MAX_POINTS],
    )
    answer = ask(reader, "/devices/S-1/series", quantity=QUANTITY, **window(24))
    assert (answer.status_code, answer.json()["code"]) == (422, "too_many_points")
    answer = ask(reader, "/devices/S-1/series", quantity=QUANTITY, bucket="1m", **window(24))
    assert len(answer.json()["points"]) == MAX_POINTS // 60 + 1


def test_a_device_that_never_spoke_has_no_values(reader, station) -> None:
    said = ask(reader, "/devices/S-1/latest").json()
    assert said == {"device_id": "S-1", "received_at": None, "values": [], "position": None}


def test_holes_stay_holes_in_every_bucket(reader, station, database: Database) -> None:
    with psycopg.connect(database.ingest) as writer:
        minutes = (0, 1, 2, 40, 41, 130)
        facts.store(
            writer, [(station, NOON + m * MINUTE, [float(m), None, 1000.0]) for m in minutes]
        )

    def points(bucket: str) -> list[dict[str, Any]]:
        answer = ask(reader, "/devices/S-1/series", quantity=QUANTITY, bucket=bucket, **window(3))
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert (body["unit"], body["timezone"]) == ("Cel", "Asia/Shanghai")
        assert body["expected_interval_seconds"] == 60
        return list(body["points"])

    assert points("raw") == [{"time": text(NOON + m * MINUTE), "value": float(m)} for m in minutes]
    assert [p["time"] for p in points("1m")] == [text(NOON + m * MINUTE) for m in minutes]
    assert [p["count"] for p in points("5m")] == [3, 2, 1]
    assert [p["mean"] for p in points("15m")] == [1.0, 40.5, 130.0]
    assert [(p["count"], p["min"], p["max"]) for p in points("1h")] == [(5, 0, 41), (1, 130, 130)]
    # 04:00 to 07:00 in UTC is noon to three in Hengyang: one day, which began at 16:00 UTC.
    (day,) = points("1d")
    assert (day["time"], day["count"]) == (text(NOON - timedelta(hours=12)), 6)
    empty = ask(reader, "/devices/S-1/series", quantity="relative_humidity", **window(3)).json()
    assert empty["points"] == []


def test_latest_gives_each_value_with_its_own_time(reader, station, owner) -> None:
    owner.execute(
        "INSERT INTO latest_readings VALUES (%s, %s, %s, '{21.5,NULL,1013}', %s)",
        [station, NOON, NOON, [NOON, NOON, NOON - MINUTE]],
    )
    said = ask(reader, "/devices/S-1/latest").json()
    assert said["received_at"] == text(NOON)
    assert said["values"] == [
        {"quantity": "air_temperature", "unit": "Cel", "value": 21.5, "time": text(NOON)},
        {"quantity": "air_pressure", "unit": "hPa", "value": 1013.0, "time": text(NOON - MINUTE)},
    ]


def test_a_track_is_thinned_and_broken_at_holes(reader, car, owner) -> None:
    owner.execute(
        "INSERT INTO positions SELECT %s, %s + n * interval '1 second', now(), 0, n, 0, 0,"
        " 112.6 + n / 10000.0, 26.9, 10, 90, NULL"
        " FROM generate_series(0, 299) AS n WHERE n < 60 OR n >= 240",
        [car, NOON],
    )
    owner.execute(
        "INSERT INTO latest_positions VALUES (%s, %s, %s, 112.6, 26.9, 10, 90, NULL)",
        [car, NOON, NOON],
    )
    answer = ask(reader, "/devices/V-1/track", step=1, **window())
    assert answer.status_code == 200, answer.text
    track = answer.json()
    assert (track["type"], track["geometry"]["type"]) == ("Feature", "MultiPoint")
    assert len(track["geometry"]["coordinates"]) == len(track["properties"]["times"]) == 120
    assert track["properties"]["breaks"] == [60]
    assert len(ask(reader, "/devices/V-1/track", **window()).json()["properties"]["times"]) == 12
    fix = ask(reader, "/devices/V-1/latest").json()["position"]
    assert fix["place"] == {"type": "Point", "coordinates": [112.6, 26.9]}
    too_long = ask(reader, "/devices/V-1/track", **window(25))
    assert too_long.json()["code"] == "window_too_long"


def test_passes_come_newest_first_in_pages_that_add_up(client, site, owner) -> None:
    reader = client.as_role("operator", divisions=["430405"])  # who may see plates
    owner.execute(
        "INSERT INTO passes SELECT %s, %s + (n / 3) * interval '1 second', now(), 0, n, 0, 0,"
        " 'D' || n, 'blue', 'car', 1, 12.5, '{}' FROM generate_series(0, 99) AS n",
        [site, NOON],
    )
    seen, after = [], None
    while True:
        query = window() | {"limit": "7"} | ({"after": after} if after else {})
        page = ask(reader, "/devices/EP-1/passes", **query).json()
        seen += [item["plate"] for item in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert seen == [f"D{n}" for n in reversed(range(100))]
    one = ask(reader, "/devices/EP-1/passes", plate="D42", **window()).json()["items"]
    assert [(item["plate"], item["speed_mps"]) for item in one] == [("D42", 12.5)]
    forged = ask(reader, "/devices/EP-1/passes", after="bm90IGEga2V5", **window())
    assert forged.status_code == 422


def test_the_worst_clock_comes_first_and_only_of_ones_own_divisions(client, owner) -> None:
    skews = {"A": -30.0, "B": 3.5, "C": 0.2, "D": 400.0}
    for name, skew in skews.items():
        number = facts.enrol(owner, name, division="430406" if name == "D" else "430405")
        for boot, value in ((0, 99.0), (1, skew)):
            owner.execute(
                "INSERT INTO ledger (device, boot, committed, added, first_seen, last_seen,"
                " clock_skew) VALUES (%s, %s, '{}', '{}', %s, %s, %s)",
                [number, boot, NOON, NOON + boot * MINUTE, value],
            )
    reader = client.as_role("analyst", divisions=["430405"])
    first = ask(reader, "/clock-skew", limit=1).json()
    assert [i["device_id"] for i in first["items"]] == ["A"]
    assert first["items"][0]["clock_skew_seconds"] == -30.0
    second = ask(reader, "/clock-skew", limit=1, after=first["next"]).json()
    assert [i["device_id"] for i in second["items"]] == ["B"]
    assert second["next"] is None
    everybody = ask(client.as_role("analyst"), "/clock-skew", least_seconds=0).json()["items"]
    assert [i["device_id"] for i in everybody] == ["D", "A", "B", "C"]
