"""What a device said last, over HTTP: every stream in one list, what was refused among it."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from center.clock import now
from center.database import reading
from ingest.messages import repository
from ingest.messages.order import BEYOND_ALL, Mark, stretch
from tests.integration.databases import Database
from tests.integration.http import Api
from tests.integration.ingest.writing import FULL, Pen, at, enrol, pen, recent
from tests.messages import PICTURE, VEHICLE

PATH = "/api/v1/devices/{}/messages"
DAY = timedelta(days=1)


@pytest.fixture
def station(owner: psycopg.Connection) -> int:
    return enrol(owner, "D-1")


@pytest.fixture
def writer(database: Database, owner: psycopg.Connection, station: int) -> Iterator[Pen]:
    enrol(owner, "V-1", "vehicle")
    enrol(owner, "E-1", "epolice")
    with pen(database.ingest) as made:
        yield made


@pytest.fixture
def reader(client: Api) -> Api:
    return client.as_role("sysadmin", divisions=["430405"])


def ask(reader: Api, device: str = "D-1", **query: Any) -> Any:
    answer = reader.get(PATH.format(device), params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def numbers(page: Any) -> list[int]:
    return [item["seq"] for item in page["items"]]


def test_a_device_of_another_division_or_none_is_not_found(client: Api, station: int) -> None:
    path = PATH.format("D-1")
    assert client.get(path).status_code == 401
    assert client.as_role("auditor").get(path).status_code == 403
    elsewhere = client.as_role("analyst", divisions=["430406"])
    assert elsewhere.get(path).status_code == 404
    assert elsewhere.get(PATH.format("D-99")).status_code == 404


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "after=x", "after=WyJ3YW5nLndlaSJd"])
def test_a_page_that_cannot_be_is_refused(reader: Api, station: int, query: str) -> None:
    assert reader.get(f"{PATH.format('D-1')}?{query}").status_code == 422


def test_a_device_that_has_said_nothing_has_no_messages(reader: Api, station: int) -> None:
    assert ask(reader) == {"items": [], "next": None}


def test_the_values_of_one_message_stand_together(reader: Api, writer: Pen) -> None:
    writer.write(recent(seq=0, readings=FULL), recent(seq=1, readings={"flow_rate": 0.5}))
    page = ask(reader)
    assert page["next"] is None
    second, first = page["items"]
    assert {value["quantity"]: value["value"] for value in first["values"]} == FULL
    assert second["values"] == [{"quantity": "flow_rate", "unit": "m3/h", "value": 0.5}]
    assert (first["boot"], first["seq"], first["arrival"]) == (1, 0, "direct")
    assert first["time"] < first["received_at"]
    assert [first[other] for other in ("position", "vehicle", "event", "refusal")] == [None] * 4


def test_every_stream_is_in_the_list_the_newest_first(client: Api, writer: Pen) -> None:
    reader = client.as_role("operator", divisions=["430405"])  # who may see plates
    writer.write(
        recent("D-1", "event", seq=1, time=at(1), detail="北侧"),
        recent("D-1", seq=0, time=at(0)),
        recent("E-1", "violation", seq=1, time=at(1)),
        recent("E-1", "pass", seq=0, time=at(0)),
        recent("V-1", "position", seq=0, accuracy_m=2.5),
    )
    event, readings = ask(reader)["items"]
    assert (event["stream"], readings["stream"]) == ("event", "readings")
    told = {"name": "door_opened", "command": None, "ok": None, "detail": "北侧"}
    assert event["event"] == told
    violation, passed = ask(reader, "E-1")["items"]
    assert {name: passed["vehicle"][name] for name in VEHICLE} == VEHICLE
    assert (violation["vehicle"]["code"], violation["vehicle"]["evidence"]) == ("1625", [PICTURE])
    [fix] = ask(reader, "V-1")["items"]
    assert fix["position"]["place"]["coordinates"] == [112.6, 26.9]
    assert fix["position"]["accuracy_m"] == 2.5


def test_what_was_refused_stands_among_it_with_its_reason(
    client: Api, reader: Api, writer: Pen
) -> None:
    writer.write(recent(seq=0, readings={"water_level": 1e9, "flow_rate": 2.0}))
    writer.write(recent(seq=1, readings={"humidity": 1.0}))
    writer.write(recent(seq=2, time=at(60), received=now() + timedelta(minutes=1)))
    stored = [item for item in ask(reader)["items"] if item["refusal"] is None]
    refused = [item["refusal"] for item in ask(reader)["items"] if item["refusal"] is not None]
    assert [item["seq"] for item in stored] == [2, 0]
    assert [(one["reason"], one["whole"]) for one in refused] == [
        ("unknown_quantity", True), ("implausible", False)
    ]  # fmt: skip
    assert refused[1]["detail"].startswith("water_level")
    assert refused[1]["reason_name_zh"] == "超出合理范围"
    analyst = client.as_role("analyst", divisions=["430405"])  # who may see no dead letters
    assert [item["refusal"] for item in ask(analyst)["items"]] == [None, None]


def test_what_was_asked_for_again_and_what_came_late_says_so(
    owner: psycopg.Connection, reader: Api, writer: Pen, station: int
) -> None:
    writer.write(recent(seq=0), recent(seq=3, time=at(3)))
    owner.execute(
        "INSERT INTO gaps (device, boot, span, missing, state, seen_at, opened_at, requested_at)"
        " VALUES (%s, 1, '[1,3)', '{[1,3)}', 'open', now(), now() - interval '1 h', now())",
        [station],
    )
    writer.write(recent(seq=1, time=at(1)), recent(seq=2, time=at(2)))
    writer.write(recent(seq=4, time=at(-3600), received=at(0)))
    found = {item["seq"]: item["arrival"] for item in ask(reader)["items"]}
    assert found == {0: "direct", 1: "resent", 2: "resent", 3: "direct", 4: "late"}


def test_pages_give_each_message_once(reader: Api, writer: Pen) -> None:
    writer.write(*(recent(seq=seq, time=at(seq // 2)) for seq in range(11)))  # two of each second
    for _ in range(3):
        writer.write(recent(readings={"humidity": time.monotonic()}, seq=20))
    found: list[Any] = []
    page = ask(reader, limit=4)
    while page["next"] is not None:
        assert len(page["items"]) == 4
        found += page["items"]
        page = ask(reader, limit=4, after=page["next"])
    found += page["items"]
    assert sorted(item["seq"] for item in found) == [*range(11), 20, 20, 20]
    assert [item["seq"] for item in found if item["refusal"] is None] == [*range(10, -1, -1)]


def days_of(owner: psycopg.Connection, device: int, last: datetime, days: int) -> None:
    """A reading of each hour of so many days, and what the ledger would know of them."""
    owner.execute(
        'INSERT INTO readings (device, time, received_at, boot, seq, digest, batch, "values")'
        " SELECT %(device)s, t, t, 1, extract(epoch FROM t)::bigint, 0, 0, '{1}'"
        " FROM generate_series(%(last)s - %(days)s * interval '1 day' + interval '1 h', %(last)s,"
        " interval '1 hour') AS t",
        {"device": device, "last": last, "days": days},
    )
    owner.execute(
        "INSERT INTO ledger (device, boot, committed, added, first_seen, last_seen)"
        " VALUES (%(device)s, 1, '{}', '{}', %(last)s, %(last)s) ON CONFLICT DO NOTHING",
        {"device": device, "last": last},
    )
    owner.execute("UPDATE devices SET created_at = now() - interval '1 year'")


def test_a_silent_devices_last_messages_are_found_and_read_on_over_empty_weeks(
    owner: psycopg.Connection, reader: Api, station: int
) -> None:
    days_of(owner, station, now() - 30 * DAY, 1)
    days_of(owner, station, now() - 50 * DAY, 1)
    page = ask(reader, limit=20)
    counts = [len(page["items"])]
    while page["next"] is not None:
        page = ask(reader, limit=20, after=page["next"])
        counts.append(len(page["items"]))
    assert (counts[0], sum(counts)) == (20, 48)
    assert len(counts) < 8  # as far as facts are kept, and no further


def test_a_page_opens_the_chunks_of_fifteen_days_and_no_more(
    owner: psycopg.Connection, database: Database, station: int
) -> None:
    days_of(owner, station, now(), 30)
    with reading() as session:
        statements: list[Any] = []
        sa.event.listen(
            session.connection(), "before_execute", lambda _, said, *__: statements.append(said)
        )
        asked = stretch(Mark(now(), BEYOND_ALL, BEYOND_ALL, 0), now() - 365 * DAY)
        assert len(repository.facts(session, "readings", station, asked, 500)) == 15 * 24
        words = statements[-1].compile(
            dialect=session.connection().dialect, compile_kwargs={"literal_binds": True}
        )
        plan = session.connection().exec_driver_sql(f"EXPLAIN {words}".replace("%", "%%"))
        seen = [line for (line,) in plan if "_chunk" in line and "Scan" in line]
    assert 15 <= len(seen) <= 17
    assert all("Index Scan" in line for line in seen)
