"""Counts are the passes stored, whatever comes late, twice or again, and whoever counts when."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from random import Random
from typing import Any

import psycopg
import pytest
from sqlalchemy.orm import Session

from center.clock import now
from center.database import transaction
from tests.integration.databases import Database
from tests.integration.http import Api
from tests.integration.ingest.writing import Pen, enrol, pen, recent
from traffic.counts.counting import count_up

SITE = "/api/v1/traffic/sites/E-1/counts"
MINUTE = timedelta(minutes=1)
START = (now() - timedelta(hours=30)).replace(minute=0, second=0, microsecond=0)
WIDTHS = {"1m": MINUTE, "5m": 5 * MINUTE, "15m": 15 * MINUTE}


@pytest.fixture
def writer(owner: psycopg.Connection, database: Database) -> Iterator[Pen]:
    for name in ("E-1", "E-2"):
        enrol(owner, name, "epolice")
    with pen(database.ingest) as writing:
        yield writing


@pytest.fixture
def reader(client: Api) -> Api:
    return client.as_role("analyst", divisions=["430405"])


def ask(reader: Api, width: str = "1m", **query: Any) -> list[dict[str, Any]]:
    span = {"start": START.isoformat(), "end": (START + timedelta(hours=31)).isoformat()}
    answer = reader.get(SITE, params={"bucket": width} | span | query)
    assert answer.status_code == 200, answer.text
    return answer.json()["points"]


def counted(reader: Api, width: str) -> Counter[tuple[datetime, int, str]]:
    return Counter(
        {
            (datetime.fromisoformat(point["time"]), point["lane"], name): count
            for point in ask(reader, width)
            for name, count in point["classes"].items()
        }
    )


def stored(writer: Pen, width: str) -> Counter[tuple[datetime, int, str]]:
    step = WIDTHS[width]
    rows = writer.all(
        "SELECT time, lane, vehicle_class FROM passes JOIN devices d ON d.id = device"
        " WHERE d.device_id = 'E-1'"
    )
    return Counter((START + (time - START) // step * step, lane, name) for time, lane, name in rows)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"bucket": "2m"}, "invalid"),
        ({"lane": 0}, "invalid"),
        ({"start": "2026-01-01T00:00:00Z", "end": "2026-02-01T00:00:00Z"}, "window_too_long"),
        ({"start": "2026-01-02T00:00:00Z", "end": "2026-01-01T00:00:00Z"}, "window_invalid"),
    ],
)
def test_what_cannot_be_answered_is_refused(
    reader: Api, writer: Pen, query: dict[str, Any], code: str
) -> None:
    answer = reader.get(SITE, params={"bucket": "1m"} | query)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_counts_are_for_ones_own_divisions_and_of_sites(client: Api, writer: Pen) -> None:
    writer.write(recent("E-1", "pass", seq=0))
    assert client.as_role("inspector").get(SITE).status_code == 403
    elsewhere = client.as_role("analyst", divisions=["430406"])
    assert elsewhere.get(SITE).status_code == 404
    assert elsewhere.get("/api/v1/traffic/summary").json()["today"] == 0
    answer = elsewhere.get("/api/v1/traffic/summary", params={"device": "E-1"})
    assert answer.status_code == 404


def test_counts_equal_passes_with_late_resent_and_duplicate_facts_at_every_moment(
    reader: Api, writer: Pen
) -> None:
    chance = Random(7)
    sent: list[dict[str, Any]] = []

    def fresh(number: int) -> dict[str, Any]:
        late = timedelta(hours=29) if chance.random() < 0.3 else timedelta(0)
        moment = START + timedelta(hours=29) - late + timedelta(seconds=chance.uniform(0, 3500))
        return {
            "device_id": f"E-{1 + number % 2}", "stream": "pass", "seq": number // 2,
            "time": moment, "received": now(), "lane": chance.randint(1, 3),
            "vehicle_class": chance.choice(["car", "bus", "=cmd"]),
            "plate": chance.choice(["", "湘D12345"]), "evidence": [],
        }  # fmt: skip

    for number in range(0, 300, 10):
        batch = [fresh(number + n) for n in range(10)]
        sent += batch
        again = chance.sample(sent, 5)  # resent, and each once more within the batch
        writer.write(*(recent(**one) for one in (*batch, *again, again[0])))
        if chance.random() < 0.4:
            count_up(most=chance.randint(1, 3))
        if number % 60 == 0:
            for width in WIDTHS:
                assert counted(reader, width) == stored(writer, width)
    assert writer.books().stored == 300
    assert writer.books().duplicates == 180
    count_up()
    assert count_up().batches == 0
    for width in WIDTHS:
        assert counted(reader, width) == stored(writer, width)
        assert sum(counted(reader, width).values()) == 150


def test_counting_that_is_cut_off_counts_nothing_twice(reader: Api, writer: Pen) -> None:
    writer.write(*(recent("E-1", "pass", seq=n) for n in range(5)))

    class Cut(Exception):
        pass

    @contextmanager
    def breaking() -> Iterator[Session]:
        with transaction() as session:
            yield session
            raise Cut

    with pytest.raises(Cut):
        count_up(transactions=breaking)
    assert sum(point["count"] for point in ask(reader)) == 5
    assert count_up().passes == 5
    assert sum(point["count"] for point in ask(reader)) == 5


def test_two_that_count_at_once_count_once_while_passes_come(
    reader: Api, writer: Pen, database: Database
) -> None:
    stop = threading.Event()

    def count() -> None:
        while not stop.is_set():
            count_up(most=2)

    threads = [threading.Thread(target=count) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for number in range(60):
            writer.write(recent("E-1", "pass", seq=number))
            if number % 10 == 0:
                assert sum(point["count"] for point in ask(reader)) == number + 1
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    count_up()
    assert sum(point["count"] for point in ask(reader)) == 60
    summary = reader.get("/api/v1/traffic/summary").json()
    assert (summary["last_hour"], summary["sites"]) == (60, 2)
    assert reader.get("/api/v1/traffic/sites/E-1").json()["lanes"][0]["lane"] == 2


def test_speeds_and_unreadable_plates_are_told_by_lane_and_a_table_can_be_taken_out(
    reader: Api, writer: Pen
) -> None:
    time = START + timedelta(hours=2)
    told = {"time": time, "received": time, "evidence": []}
    writer.write(
        recent("E-1", "pass", seq=0, lane=1, speed_mps=10.0, **told),
        recent("E-1", "pass", seq=1, lane=1, speed_mps=20.0, plate="", **told),
        recent("E-1", "pass", seq=2, lane=1, speed_mps=None, vehicle_class="=cmd", **told),
        recent("E-1", "pass", seq=3, lane=2, speed_mps=None, **told),
    )
    for _ in range(2):  # as a tail, and counted
        first, second = ask(reader, "15m")
        assert (first["count"], first["mean_speed_mps"], first["unreadable"]) == (3, 15.0, 1)
        assert first["unreadable_share"] == pytest.approx(1 / 3)
        assert (second["lane"], second["mean_speed_mps"]) == (2, None)
        assert len(ask(reader, "15m", lane=2)) == 1
        count_up()
    span = {"start": START.isoformat(), "end": (START + timedelta(hours=3)).isoformat()}
    answer = reader.get(f"{SITE}.csv", params=span)
    assert answer.headers["content-type"].startswith("text/csv")
    head, line, *_ = answer.text.splitlines()
    assert head == "\ufefftime (Asia/Shanghai),lane,count,mean_speed_mps,unreadable,'=cmd,car"
    assert line.endswith(",1,3,15.0,1,1,2")
