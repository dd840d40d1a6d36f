"""The system page and the metrics: every figure from rows, the same for all who ask."""

import itertools
import re
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest

from center.clock import now
from tests.integration.http import Api
from tests.integration.ingest.writing import enrol, pen, recent

OVERVIEW = "/api/v1/system/overview"
THROUGHPUT = "/api/v1/system/throughput"


@pytest.fixture
def analyst(client: Api) -> Api:
    return client.as_role("analyst")


def overview(who: Api) -> Any:
    answer = who.get(OVERVIEW)
    assert answer.status_code == 200, answer.text
    return answer.json()


def batch(owner: psycopg.Connection, start: float, stop: float, deliveries: int) -> None:
    """A batch received from `start` to `stop` seconds ago; two of its messages were not stored."""
    owner.execute(
        "INSERT INTO batches (id, commit_no, writer, received_from, received_to, deliveries,"
        " stored, duplicates, dead_letters) VALUES (1, 1, 1, now() - %s * interval '1 second',"
        " now() - %s * interval '1 second', %s, %s, 1, 1)",
        [start, stop, deliveries, deliveries - 2],
    )


def test_who_may_not_see_the_system_does_not(client: Api) -> None:
    for path in (OVERVIEW, THROUGHPUT):
        assert client.get(path).status_code == 401
        assert client.as_role("inspector").get(path).status_code == 403


@pytest.mark.parametrize("minutes", ["0", "-5", "1441", "x", "1e9", "NaN"])
def test_a_span_that_means_nothing_is_refused(analyst: Api, minutes: str) -> None:
    assert analyst.get(f"{THROUGHPUT}?minutes={minutes}").status_code == 422


def test_an_empty_system_is_shown_with_zeros(analyst: Api) -> None:
    shown = overview(analyst)
    assert shown["devices"] == shown["processes"] == []
    assert shown["ledger"] == {
        "deliveries": 0, "stored": 0, "duplicates": 0, "dead_letters": 0, "replayed": 0,
        "gaps": {"open": 0, "healed": 0, "lost": 0},
    }  # fmt: skip
    assert shown["rate"] == {"window_seconds": 10, "messages_per_second": 0.0}
    queues = {queue["name"]: queue for queue in shown["queues"]}
    assert queues.keys() == {
        "dead_letters", "dead_letter_replays", "outbox", "jobs_failed", "jobs",
    }  # fmt: skip
    assert {queue["length"] for queue in queues.values()} == {0}
    assert shown["as_of"].endswith("Z")


def test_devices_are_counted_in_ones_divisions_without_retired_ones(
    client: Api, owner: psycopg.Connection
) -> None:
    for name, kind, division in (
        ("A", "sensor", "430405"), ("B", "sensor", "430405"), ("C", "vehicle", "430406"),
        ("D", "sensor", "430406"),
    ):  # fmt: skip
        enrol(owner, name, kind, division)
    owner.execute("INSERT INTO device_status (device, state) SELECT id, 'online' FROM devices"
                  " WHERE device_id IN ('A', 'C')")  # fmt: skip
    owner.execute("UPDATE devices SET retired_at = now(), retired_reason = 'x'"
                  " WHERE device_id = 'D'")  # fmt: skip

    def counts(*divisions: str) -> set[tuple[str, str, int]]:
        shown = overview(client.as_role("analyst", divisions=divisions))["devices"]
        return {(row["kind"], row["state"], row["count"]) for row in shown}

    assert counts("4304") == {
        ("sensor", "online", 1), ("sensor", "unknown", 1), ("vehicle", "online", 1),
    }  # fmt: skip
    assert counts("430406") == {("vehicle", "online", 1)}
    assert counts() == set()


def test_the_books_are_summed_over_all_writers(database, writer, analyst, owner) -> None:
    bad = recent(seq=1, readings={"water_level": 1e9})
    writer.write(recent(), recent(), bad)
    with pen(database.ingest, 2) as second:
        second.write(recent(), recent(seq=2))
    owner.execute("UPDATE counters SET replayed = 3 WHERE writer = 2")
    owner.execute(
        "INSERT INTO gaps (device, boot, span, missing, state, seen_at) SELECT 1, n, '[1,2)',"
        " '{}', s, now() FROM unnest(ARRAY['pending','open','healed','healed','lost'])"
        " WITH ORDINALITY AS t(s, n)"
    )
    ledger = overview(analyst)["ledger"]
    assert ledger == {
        "deliveries": 5, "stored": 2, "duplicates": 2, "dead_letters": 1, "replayed": 3,
        "gaps": {"open": 1, "healed": 2, "lost": 1},
    }  # fmt: skip
    queues = {queue["name"]: queue for queue in overview(analyst)["queues"]}
    assert queues["dead_letters"]["length"] == 1
    assert queues["dead_letters"]["oldest_seconds"] > 30
    owner.execute("DELETE FROM gaps WHERE state = 'healed'")
    assert overview(analyst)["ledger"]["gaps"] == {"open": 1, "healed": 0, "lost": 1}


RATES = (
    ([(6, 6, 3)], 0.3),  # a single moment counts whole
    ([(30, 20, 1000)], 0.0),  # before the window
    ([(21, 1, 2000)], 100.0),  # half of it lies before the window
    ([(6, 5, 500), (5, 4, 700)], 120.0),
    ([(60, -60, 12_000)], 100.0),  # reaches over both edges
)


def test_the_rate_weighs_batches_by_their_time_in_the_window(
    owner: psycopg.Connection, analyst: Api
) -> None:
    for batches, rate in RATES:
        owner.execute("DELETE FROM batches")
        for given in batches:
            batch(owner, *given)
        assert overview(analyst)["rate"]["messages_per_second"] == pytest.approx(rate, rel=0.1)


def beat(owner: psycopg.Connection, name: str, kind: str, age: float = 0, **detail: Any) -> None:
    owner.execute(
        "INSERT INTO processes (name, kind, pid, host, started_at, last_beat, state, detail)"
        " VALUES (%s, %s, 1, 'h', now() - interval '1 hour', now() - %s * interval '1 second',"
        " 'running', %s)",
        [name, kind, age, psycopg.types.json.Jsonb(detail)],
    )


def test_processes_are_shown_with_the_age_of_their_last_beat(owner, analyst) -> None:
    beat(owner, "ingest-1", "ingest", queues=[{"name": "intake", "length": 7, "limit": 2000}])
    beat(owner, "ingest-2", "ingest", 60, queues=[{"name": "intake", "length": 9, "limit": 2000}])
    shown = overview(analyst)
    found = {p["name"]: (p["state"], p["beat_age_seconds"]) for p in shown["processes"]}
    assert found["ingest-1"][0] == "running"
    assert found["ingest-1"][1] < 30
    assert found["ingest-2"][0] == "lost"
    assert found["ingest-2"][1] >= 60
    intakes = [q for q in shown["queues"] if q["name"].endswith(":intake")]
    assert intakes == [
        {"name": "ingest-1:intake", "length": 7, "limit": 2000, "oldest_seconds": None}
    ]


def test_what_the_broker_holds_is_told_by_the_warden_in_charge(owner, analyst) -> None:
    held = {"messages_held": "1200", "bytes_held": "98304", "messages_dropped": "3"}
    beat(owner, "warden-2", "warden", in_charge=False, broker={"bytes_held": "1"})
    beat(owner, "warden", "warden", in_charge=True, broker=held)
    queues = {q["name"]: (q["length"], q["limit"]) for q in overview(analyst)["queues"]}
    assert queues["broker:messages_held"] == (1200, None)
    assert queues["broker:bytes_held"] == (98_304, 512 * 1024 * 1024)
    assert queues["broker:messages_dropped"] == (3, None)
    owner.execute('UPDATE processes SET detail = \'{"in_charge": true, "broker": {}}\'')
    assert not [q for q in overview(analyst)["queues"] if q["name"].startswith("broker")]


def test_what_waits_in_the_outbox_and_for_the_worker_is_counted(owner, analyst) -> None:
    owner.execute("INSERT INTO outbox (stream, event, payload) VALUES ('s', 'e', '{}')")
    owner.execute(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, scheduled_at) VALUES"
        " ('q', 'due', now() - interval '5 seconds'), ('q', 'later', now() + interval '1 hour'),"
        " ('q', 'soon', NULL)"
    )
    queues = {queue["name"]: queue for queue in overview(analyst)["queues"]}
    assert (queues["outbox"]["length"], queues["jobs"]["length"]) == (1, 2)
    assert queues["jobs"]["oldest_seconds"] >= 5


SPANS = ((1, 2), (5, 2), (6, 5), (15, 5), (60, 20), (180, 60), (1440, 600))


def test_throughput_comes_in_whole_buckets_without_a_hole(analyst: Api) -> None:
    for minutes, seconds in SPANS:
        shown = analyst.get(THROUGHPUT, params={"minutes": minutes}).json()
        assert shown["bucket_seconds"] == seconds
        times = [datetime.fromisoformat(item["time"]) for item in shown["items"]]
        steps = {b - a for a, b in itertools.pairwise(times)}
        assert steps == {timedelta(seconds=seconds)}
        assert minutes * 60 <= len(times) * seconds < minutes * 60 + seconds + 1
        assert times[-1] + timedelta(seconds=seconds) <= now()
        assert {item["stored"] for item in shown["items"]} == {0}


def test_throughput_tells_outcomes_apart(owner, analyst) -> None:
    batch(owner, 100, 100, 12)
    batch(owner, 100, 100, 8)
    batch(owner, 4000, 4000, 1000)  # too long ago
    items = analyst.get(THROUGHPUT).json()["items"]
    assert sum(item["stored"] for item in items) == 16
    assert sum(item["duplicates"] for item in items) == 2
    assert sum(item["dead_letters"] for item in items) == 2


def metrics(client: Api) -> dict[str, float]:
    text = client.as_role("operator").get("/metrics").text
    return {
        m[1]: float(m[2])
        for m in re.finditer(r"^(hengyang_\S+(?: \S+=)?\S*) (\S+)$", text, re.MULTILINE)
    }


def test_metrics_are_sums_over_all_processes(database, writer, client, owner) -> None:
    enrol(owner, "V-1", "vehicle")
    writer.write(recent(), recent(), recent(seq=1, readings={"water_level": 1e9}))
    with pen(database.ingest, 2) as second:
        second.write(recent(), recent(seq=2))
    owner.execute("INSERT INTO gaps (device, boot, span, missing, state, seen_at)"
                  " VALUES (1, 1, '[1,2)', '{}', 'healed', now())")  # fmt: skip
    beat(owner, "ingest-1", "ingest", queues=[{"name": "intake", "length": 7, "limit": 2000}])
    for name, viewers in (("api-1", 3), ("api-2", 4)):
        beat(owner, name, "api", viewers=viewers)
    found = metrics(client)
    expected = {
        'hengyang_messages_total{outcome="stored"}': 2,
        'hengyang_messages_total{outcome="duplicate"}': 2,
        'hengyang_messages_total{outcome="dead_letter"}': 1,
        "hengyang_deliveries_total": 5,
        "hengyang_replayed_total": 0,
        'hengyang_gaps_total{state="open"}': 0,
        'hengyang_gaps_total{state="healed"}': 1,
        'hengyang_gaps_total{state="lost"}': 0,
        'hengyang_devices{kind="vehicle",state="unknown"}': 1,
        "hengyang_commit_watermark": 2,
        'hengyang_queue_length{queue="dead_letters"}': 1,
        'hengyang_queue_length{queue="ingest-1:intake"}': 7,
        'hengyang_queue_limit{queue="ingest-1:intake"}': 2000,
        "hengyang_live_viewers": 7,
        "hengyang_database_up": 1,
    }
    assert {name: found.get(name) for name in expected} == expected
