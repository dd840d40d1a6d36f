"""The life of a gap, and who sees it."""

from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest

from ingest import blindness
from ingest.ledger.gaps import count_attempts, follow, mark_requested, to_request
from tests.integration.databases import Database
from tests.integration.http import Api
from tests.integration.ingest.writing import LIMITS, Pen, enrol, recent

GAPS = "/api/v1/gaps"


@pytest.fixture
def warden(database: Database) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database.ingest, autocommit=True) as connection:
        yield connection


def send(writer: Pen, *seqs: int) -> None:
    writer.write(*(recent(seq=seq) for seq in seqs))


def announce(writer: Pen, seq: int, last: int) -> None:
    said = [{"boot": 1, "last": last}]
    writer.write(recent(stream="event", seq=seq, name="report", announce=said))


def gaps(connection: psycopg.Connection) -> list[tuple[str, str, str]]:
    rows = connection.execute("SELECT state, span::text, missing::text FROM gaps ORDER BY id")
    return rows.fetchall()  # type: ignore[return-value]


def age(connection: psycopg.Connection, seconds: float) -> None:
    """As if that time had passed for every gap."""
    connection.execute(
        "UPDATE gaps SET seen_at = seen_at - %(a)s, opened_at = opened_at - %(a)s,"
        " requested_at = requested_at - %(a)s, closed_at = closed_at - %(a)s",
        {"a": timedelta(seconds=seconds)},
    )


def counts(connection: psycopg.Connection) -> dict[str, int]:
    rows = connection.execute("SELECT state, count FROM gap_counts WHERE count > 0").fetchall()
    said = dict(rows)
    true = dict(connection.execute("SELECT state, count(*) FROM gaps GROUP BY 1").fetchall())
    assert said == true
    return said


def test_a_hole_filled_within_the_grace_was_never_a_gap(writer: Pen, warden) -> None:
    send(writer, 0, 2)
    assert follow(warden, LIMITS) == {}
    assert gaps(warden) == [("pending", "[1,2)", "{[1,2)}")]
    send(writer, 1)
    age(warden, LIMITS.gap_grace_seconds + 1)
    follow(warden, LIMITS)
    assert gaps(warden) == []
    assert counts(warden) == {}


def test_a_gap_opens_after_the_grace_shrinks_and_is_healed(writer: Pen, warden) -> None:
    send(writer, 0, 6)
    follow(warden, LIMITS)
    assert to_request(warden, LIMITS) == []  # nobody is asked within the grace
    age(warden, LIMITS.gap_grace_seconds)
    assert follow(warden, LIMITS) == {"open": 1}
    send(writer, 3)
    assert follow(warden, LIMITS) == {"open": 1}
    assert gaps(warden) == [("open", "[1,6)", "{[1,3),[4,6)}")]
    send(writer, 1, 2, 4, 5)
    assert follow(warden, LIMITS) == {"healed": 1}
    assert follow(warden, LIMITS) == {}
    assert gaps(warden) == [("healed", "[1,6)", "{}")]
    assert counts(warden) == {"healed": 1}


def test_a_refused_message_heals_a_gap_too(writer: Pen, warden) -> None:
    send(writer, 0, 2)
    follow(warden, LIMITS)
    age(warden, LIMITS.gap_grace_seconds)
    follow(warden, LIMITS)
    writer.write(recent(seq=1, readings={"water_level": 1e9}))
    assert follow(warden, LIMITS) == {"healed": 1}


def test_what_never_comes_is_lost_and_taken_back_should_it_come(
    writer: Pen, warden, device
) -> None:
    send(writer, 0, 3)
    follow(warden, LIMITS)
    age(warden, LIMITS.gap_grace_seconds)
    follow(warden, LIMITS)
    age(warden, LIMITS.gap_lost_seconds)
    assert follow(warden, LIMITS) == {"lost": 1}
    assert writer.all("SELECT lost::text, holed FROM ledger") == [("{[1,3)}", False)]
    assert follow(warden, LIMITS) == {}
    send(writer, 1)
    follow(warden, LIMITS)
    assert [row[0] for row in gaps(warden)] == ["lost"]
    send(writer, 2)
    follow(warden, LIMITS)
    assert gaps(warden) == [("healed", "[1,3)", "{}")]
    assert writer.one("SELECT lost::text FROM ledger") == "{}"
    assert counts(warden) == {"healed": 1}


def test_a_loss_at_the_end_is_seen_by_what_the_device_announces(writer: Pen, warden) -> None:
    send(writer, 0)
    announce(writer, 1, 4)
    follow(warden, LIMITS)
    assert gaps(warden) == [("pending", "[2,5)", "{[2,5)}")]


def test_a_hole_that_grows_is_followed_at_once(writer: Pen, warden) -> None:
    """Waiting for the first gap to end would outlast the buffers of the devices."""
    announce(writer, 0, 2)
    follow(warden, LIMITS)
    announce(writer, 0, 2)
    writer.connection.execute("UPDATE ledger SET announced = 9")
    writer.connection.commit()
    follow(warden, LIMITS)
    follow(warden, LIMITS)
    assert [row[1] for row in gaps(warden)] == ["[1,3)", "[3,10)"]


def gateway(owner: psycopg.Connection, number: int, drained_ago: timedelta | None) -> None:
    """A gateway that is at work; when nothing last waited for it."""
    owner.execute(
        "INSERT INTO gateways VALUES (%(n)s, 2, now(), now() - %(ago)s::interval)"
        " ON CONFLICT (number) DO UPDATE SET drained_at = excluded.drained_at",
        {"n": number, "ago": drained_ago},
    )


def test_a_hole_is_no_gap_while_its_numbers_may_wait_for_a_gateway(writer: Pen, warden, owner):
    gateway(owner, 1, timedelta())
    gateway(owner, 2, None)
    send(writer, 0, 2)
    follow(warden, LIMITS)
    age(warden, 2 * LIMITS.gap_grace_seconds)
    follow(warden, LIMITS)
    assert [state for state, *_ in gaps(warden)] == ["pending"]
    gateway(owner, 2, timedelta(seconds=1.5 * LIMITS.gap_grace_seconds))
    follow(warden, LIMITS)
    assert [state for state, *_ in gaps(warden)] == ["pending"]
    gateway(owner, 2, timedelta())
    follow(warden, LIMITS)
    assert [state for state, *_ in gaps(warden)] == ["open"]


def test_a_hole_becomes_a_gap_when_patience_with_a_gateway_is_over(writer: Pen, warden, owner):
    gateway(owner, 1, None)
    send(writer, 0, 2)
    follow(warden, LIMITS)
    age(warden, LIMITS.gap_patience_seconds)
    follow(warden, LIMITS)
    assert [state for state, *_ in gaps(warden)] == ["open"]


def test_a_gateway_says_when_nothing_waits_for_it(database, owner: psycopg.Connection):
    gateway(owner, 1, None)
    gateway(owner, 2, None)
    with psycopg.connect(database.ingest) as connection:
        blindness.watch(connection, 2)
    known = owner.execute("SELECT number FROM gateways WHERE drained_at IS NOT NULL").fetchall()
    assert known == [(2,)]


def ask(warden) -> list[tuple[int, int, list[tuple[int, int]]]]:
    """Asks for what is due, and the broker takes it."""
    due = to_request(warden, LIMITS)
    asked = [gap for missing in due for gap in missing.gaps]
    mark_requested(warden, asked)
    count_attempts(warden, asked)
    return [(missing.device, missing.boot, missing.ranges) for missing in due]


def test_a_device_is_asked_for_all_it_owes_and_again_after_a_pause(writer: Pen, warden, device):
    send(writer, 0, 2, 5)
    follow(warden, LIMITS)
    age(warden, LIMITS.gap_grace_seconds)
    follow(warden, LIMITS)
    assert ask(warden) == [(device, 1, [(1, 1), (3, 4)])]
    assert ask(warden) == []
    age(warden, LIMITS.gap_resend_seconds)
    send(writer, 3)
    follow(warden, LIMITS)
    assert ask(warden) == [(device, 1, [(1, 1), (4, 4)])]
    age(warden, LIMITS.gap_resend_seconds)  # the second pause is twice as long
    assert ask(warden) == []


@pytest.fixture
def known(writer: Pen, warden, owner: psycopg.Connection, client: Api) -> Api:
    """An open gap of D-1, a lost one of D-2 in another district, a hole within its grace."""
    enrol(owner, "D-2", division="430406")
    send(writer, 0, 5)
    writer.write(recent("D-2", seq=3))
    follow(warden, LIMITS)
    age(warden, LIMITS.gap_grace_seconds)
    follow(warden, LIMITS)
    warden.execute(
        "UPDATE gaps SET state = 'lost', closed_at = now() FROM devices d"
        " WHERE d.id = device AND d.device_id = 'D-2'"
    )
    send(writer, 7)
    follow(warden, LIMITS)
    return client


def test_who_may_not_see_the_system_sees_no_gaps(known: Api) -> None:
    assert known.get(GAPS).status_code == 401
    assert known.as_role("inspector").get(GAPS).status_code == 403
    assert known.as_role("operator").get(f"{GAPS}?state=pending").status_code == 422
    assert known.as_role("operator").get(f"{GAPS}?after=x").status_code == 422


def test_gaps_are_listed_newest_first_and_only_of_ones_divisions(known: Api) -> None:
    operator = known.as_role("operator")
    items = operator.get(GAPS).json()["items"]
    assert [item["device_id"] for item in items] == ["D-2", "D-1"]
    shown = items[1] | {"opened_at": "…", "id": 0}
    assert shown == {
        "id": 0, "device_id": "D-1", "boot": 1, "first_seq": 1, "last_seq": 4, "missing": 4,
        "state": "open", "opened_at": "…", "closed_at": None, "attempts": 0,
    }  # fmt: skip
    assert items[1]["opened_at"].endswith("Z")
    first = operator.get(GAPS, params={"limit": 1}).json()
    rest = operator.get(GAPS, params={"limit": 1, "after": first["next"]}).json()
    assert [*first["items"], *rest["items"]] == items
    assert rest["next"] is None
    for query, ids in (("state=lost", ["D-2"]), ("device_id=D-1", ["D-1"]), ("state=healed", [])):
        found = operator.get(f"{GAPS}?{query}").json()["items"]
        assert [item["device_id"] for item in found] == ids, query
    narrow = known.as_role("operator", divisions=["430406"])
    assert [item["device_id"] for item in narrow.get(GAPS).json()["items"]] == ["D-2"]
