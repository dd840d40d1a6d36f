"""Lists of passes and violations: refusals, scope, filters, pages that add up, pictures, plans."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.clock import now
from center.database import reading
from ingest.devices.credentials import hash_credential
from ingest.series.buckets import Window
from tests.integration.audits import actions
from tests.integration.center.pictures import PICTURE, SECRET, basic, digest, path
from tests.integration.databases import Database
from tests.integration.http import Api
from tests.integration.ingest.writing import MINUTE_AGO, Pen, enrol, pen, recent
from traffic.codes.service import seed
from traffic.records import looking
from traffic.records.filters import Filters
from traffic.records.sites import Seen
from traffic.records.streams import PASSES

LISTS = "/api/v1/traffic/passes", "/api/v1/traffic/violations"
LIST, VIOLATIONS = LISTS


@pytest.fixture
def writer(owner: psycopg.Connection, database: Database) -> Iterator[Pen]:
    for name, division in (("E-1", "430405"), ("E-2", "430406")):
        enrol(owner, name, "epolice", division)
    owner.execute(
        "UPDATE devices SET credential_hash = %s, credential_rotated_at = now()",
        [hash_credential(SECRET)],
    )
    with pen(database.ingest) as writing:
        yield writing


@pytest.fixture
def reader(client: Api) -> Api:
    return client.as_role("operator")


def ask(reader: Api, address: str = LIST, **query: Any) -> dict[str, Any]:
    answer = reader.get(address, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def seen(reader: Api, address: str = LIST, **query: Any) -> list[int]:
    return [int(item["id"].rpartition(".")[2]) for item in ask(reader, address, **query)["items"]]


@pytest.mark.parametrize(
    "query",
    [
        {"lane": 0}, {"speed_from": -1}, {"plate_part": "1"}, {"plate_colour": "pink"},
        {"after": "WyJ3YW5nLndlaSJd"}, {"limit": 501}, {"division": "4304%"},
        {"start": "2026-01-01T00:00:00Z", "end": "2026-03-01T00:00:00Z"},
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused(reader: Api, writer: Pen, query: dict[str, Any]) -> None:
    assert reader.get(LIST, params=query).status_code == 422


@pytest.mark.parametrize("address", LISTS)
def test_who_may_not_see_plates_gets_masks_and_no_search(
    client: Api, writer: Pen, session: Session, address: str
) -> None:
    writer.write(recent("E-1", "pass", seq=0), recent("E-1", "violation", seq=1))
    assert client.as_role("inspector").get(address).status_code == 403
    analyst = client.as_role("analyst")
    [item] = ask(analyst, address)["items"]
    assert (item["plate"], item["plate_form"]) == ("湘D·1**45", True)
    assert [one["state"] for one in item["pictures"]] == ["pending"]
    for query in ({"plate": "湘D12345"}, {"plate_part": "D1"}):
        answer = analyst.get(address, params=query)
        assert (answer.status_code, answer.json()["code"]) == (403, "plates_withheld")
    assert len(actions(session, "plate.search")) == 2
    assert "湘D12345" not in analyst.get(f"{address}.csv").text


def test_records_are_of_ones_own_divisions(client: Api, writer: Pen) -> None:
    writer.write(recent("E-1", "pass", seq=0), recent("E-2", "pass", seq=1))
    assert seen(client.as_role("operator", divisions=["430406"])) == [1]
    assert seen(client.as_role("operator", divisions=["430407"])) == []
    both = client.as_role("operator")
    assert seen(both, division="430405") == [0]
    assert seen(both, site="E-2") == [1]
    assert seen(both, site="E-9") == []


def test_records_are_narrowed_by_what_they_say(reader: Api, writer: Pen) -> None:
    writer.write(
        recent("E-1", "pass", seq=0, lane=1, speed_mps=10.0),
        recent(
            "E-1", "pass", seq=1, lane=2, speed_mps=20.0, plate="湘DF1_345", plate_colour="green"
        ),
        recent("E-2", "pass", seq=2, lane=2, speed_mps=None, plate="", vehicle_class="bus"),
        recent("E-2", "pass", seq=3, lane=2, speed_mps=30.0, plate="100%"),
    )
    for query, expected in (
        ({"lane": 2}, {1, 2, 3}),
        ({"plate": "湘D·12345"}, {0}),
        ({"plate": ""}, None),
        ({"plate_part": "f1_3"}, {1}),
        ({"plate_part": "%%"}, set()),
        ({"plate_part": "0%"}, {3}),
        ({"plate_part": "__"}, set()),
        ({"plate_part": "湘D"}, {0, 1}),
        ({"readable": False}, {2}),
        ({"plate_colour": "green"}, {1}),
        ({"vehicle_class": "bus"}, {2}),
        ({"speed_from": 15, "speed_to": 25}, {1}),
        ({"plate": "湘D12345", "lane": 2}, set()),
    ):
        if expected is not None:
            assert set(seen(reader, **query)) == expected, query
    forms = {item["plate"]: item["plate_form"] for item in ask(reader)["items"]}
    assert forms == {"湘D12345": True, "湘DF1_345": False, "": False, "100%": False}


def test_violations_bear_the_name_of_their_code(reader: Api, writer: Pen, session: Session) -> None:
    seed(session)
    session.commit()
    writer.write(
        recent("E-1", "violation", seq=0),
        recent("E-1", "violation", seq=1, code="7777", time=MINUTE_AGO - timedelta(seconds=1)),
    )
    red, unknown = ask(reader, VIOLATIONS)["items"]
    assert (red["code"], red["code_name_en"], red["limit_mps"]) == ("1625", "Red light", 16.6)
    assert (unknown["code_name_zh"], unknown["code_name_en"]) == (None, None)
    assert seen(reader, VIOLATIONS, code="1625") == [0]
    lines = reader.get(f"{VIOLATIONS}.csv").text.splitlines()
    assert len(lines) == 3
    assert "闯红灯" in lines[1]


@pytest.mark.parametrize("most", [7, 50_000])
@pytest.mark.parametrize("few", [0, 24])
@pytest.mark.parametrize("query", [{}, {"lane": 2}, {"division": "4304"}, {"plate": "湘D12345"}])
def test_pages_give_each_record_once_newest_first_however_little_a_page_looks_at(
    reader: Api, writer: Pen, monkeypatch: pytest.MonkeyPatch, most: int, few: int,
    query: dict[str, Any],
) -> None:  # fmt: skip
    monkeypatch.setattr(looking, "MOST_LOOKED_AT", most)
    monkeypatch.setattr(looking, "FEW", few)
    writer.write(
        *(
            recent(
                f"E-{1 + n % 2}", "pass", seq=n, lane=1 + n % 3,
                time=MINUTE_AGO - timedelta(seconds=n // 4),  # four of each second
            )
            for n in range(60)
        )
    )  # fmt: skip
    found: list[tuple[str, str]] = []
    after: dict[str, str] = {}
    for _ in range(200):
        page = ask(reader, limit=4, **query, **after)
        found += [(item["time"], item["id"]) for item in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    numbers = [int(name.rpartition(".")[2]) for _, name in found]
    wanted = [n for n in range(60) if "lane" not in query or n % 3 == 1]
    assert sorted(numbers) == wanted
    assert [time for time, _ in found] == sorted((time for time, _ in found), reverse=True)


def test_each_picture_says_what_became_of_it(client: Api, reader: Api, writer: Pen) -> None:
    lost, rubbish, coming = b"lost", b"<html>", b"coming"
    named = [digest(one) for one in (PICTURE, lost, rubbish, coming)]
    writer.write(recent("E-1", "violation", seq=0, evidence=named))
    assert client.put(path(PICTURE), content=PICTURE, headers=basic("E-1")).status_code == 201
    assert client.put(path(rubbish), content=rubbish, headers=basic("E-1")).status_code == 415
    states = [one["state"] for one in ask(reader, VIOLATIONS)["items"][0]["pictures"]]
    assert states == ["stored", "pending", "refused", "pending"]
    analyst = client.as_role("analyst")
    states = [one["state"] for one in ask(analyst, VIOLATIONS)["items"][0]["pictures"]]
    assert states == ["withheld", "pending", "refused", "pending"]


def test_a_violation_whose_pictures_never_come_says_so(
    reader: Api, writer: Pen, owner: psycopg.Connection, session: Session
) -> None:
    from center.evidence.service import sweep  # noqa: PLC0415

    writer.write(recent("E-1", "violation", seq=0))
    owner.execute("UPDATE evidence SET first_seen = now() - interval '1 hour'")
    assert sweep(session, timedelta(minutes=15)) == 1
    session.commit()
    [item] = ask(reader, VIOLATIONS)["items"]
    assert [one["state"] for one in item["pictures"]] == ["missing"]


@pytest.fixture
def month(owner: psycopg.Connection, writer: Pen) -> dict[int, Any]:
    """30 days of passes, one a minute and site; the planner knows of them."""
    numbers = [row[0] for row in owner.execute("SELECT id FROM devices WHERE kind = 'epolice'")]
    owner.execute(
        "INSERT INTO passes SELECT d, t, t, 1, extract(epoch FROM t)::bigint, 0, 0,"
        " '湘D' || lpad((extract(epoch FROM t)::bigint / 60 %% 20000)::text, 5, '0'),"
        " 'blue', 'car', 1, 10, '{}' FROM unnest(%s::int[]) AS d,"
        " generate_series(now() - interval '30 days', now(), interval '1 minute') AS t",
        [numbers],
    )
    owner.execute("ANALYZE passes")
    return dict.fromkeys(numbers)


@pytest.mark.parametrize("everything", [True, False])
@pytest.mark.parametrize("few", [0, 24])
@pytest.mark.parametrize("filters", [Filters(), Filters(lane=3), Filters(plate="湘D00042")])
def test_a_month_is_read_by_index_and_never_as_a_whole(
    month: dict[int, Any], monkeypatch: pytest.MonkeyPatch, everything: bool, few: int,
    filters: Filters,
) -> None:  # fmt: skip
    monkeypatch.setattr(looking, "MOST_LOOKED_AT", 200)
    monkeypatch.setattr(looking, "FEW", few)
    span = Window(now() - timedelta(days=30), now())
    asked = looking.Question(PASSES, Seen(month, everything), span, filters, None, 51)
    with reading() as session:
        said: list[Any] = []
        sa.event.listen(session.connection(), "before_execute", lambda _, s, *__: said.append(s))
        looking.look(session, asked)
        plans = "\n".join(
            str(line)
            for statement in said
            for (line,) in session.connection().exec_driver_sql(
                "EXPLAIN (ANALYZE, TIMING off, COSTS off) "
                + str(
                    statement.compile(
                        dialect=session.connection().dialect,
                        compile_kwargs={"literal_binds": True},
                    )
                ).replace("%", "%%")
            )
        )
    assert "Seq Scan on _hyper" not in plans
    read = [
        line for line in plans.splitlines() if "_chunk" in line and "never executed" not in line
    ]
    if filters.plate is None:
        assert len(read) <= 8, plans  # of 31 chunks, in two statements at most
