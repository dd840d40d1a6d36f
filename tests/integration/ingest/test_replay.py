"""Replaying dead letters: asked for over HTTP, done by the warden, once, and told apart."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy.orm import Session

from center.settings import MqttSettings, settings
from ingest.broker import parse
from ingest.deadletters.replay import replay_requested
from ingest.delivery import Delivery
from ingest.warden.link import Link
from ingest.warden.warden import Office
from tests.integration import audits
from tests.integration.databases import Database
from tests.integration.http import Api
from tests.integration.ingest.writing import (
    FULL,
    LIMITS,
    POISON,
    Books,
    Pen,
    at,
    enrol,
    pen,
    recent,
    refuse,
)

LETTERS = "/api/v1/dead-letters"
ANY = {"If-Match": "*"}


@pytest.fixture
def writer(database: Database) -> Iterator[Pen]:
    with pen(database.ingest) as made:
        yield made


@pytest.fixture
def keeper(client: Api) -> Api:
    return client.as_role("device_admin")


class Warden:
    """The one duty of the warden, as it does it: a transaction each time."""

    def __init__(self, url: str) -> None:
        mqtt = settings(MqttSettings)
        self.connection = psycopg.connect(url)
        self.office = Office(Link(parse(mqtt.mqtt_url), "warden"), LIMITS, mqtt)

    def work(self) -> None:
        with self.connection.transaction():
            replay_requested(self.connection, self.office)


@pytest.fixture
def warden(database: Database) -> Iterator[Warden]:
    made = Warden(database.ingest)
    yield made
    made.connection.close()


def ask(keeper: Api, letter: int = 1) -> None:
    answer = keeper.post(f"{LETTERS}/{letter}/replay", headers=ANY)
    assert answer.status_code == 202, answer.text
    assert answer.json()["replay_requested_at"]


def letter(keeper: Api, number: int = 1) -> Any:
    return keeper.get(f"{LETTERS}/{number}").json()


def widen(owner: psycopg.Connection, most: float = 1e12) -> None:
    """Makes a value plausible that was not."""
    owner.execute("UPDATE quantities SET plausible_max = %s WHERE key = 'water_level'", [most])


def high(seq: int = 0, level: float = 1e9, **more: Any) -> Delivery:
    return recent(seq=seq, readings={"water_level": level}, **more)


def check_books(writer: Pen) -> None:
    books = writer.books()
    assert books.deliveries == books.stored + books.duplicates + books.dead_letters
    assert books.stored + books.replayed == writer.facts()
    assert writer.twice() == []


def test_what_can_never_be_a_fact_says_so(writer: Pen, owner, keeper: Api) -> None:
    enrol(owner, "D-1")
    writer.write(recent(readings=FULL | {"happiness": 1.0}))
    huge = Delivery("hy/v1/sensor/D-1/readings", b"x" * 300_000, None, recent().received_us)
    writer.write(huge)
    for number, said in ((1, "single reading"), (2, "300,000 bytes")):
        answer = keeper.post(f"{LETTERS}/{number}/replay", headers=ANY)
        assert (answer.status_code, answer.json()["code"]) == (409, "not_replayable")
        assert said in answer.json()["detail"]
    report = keeper.post(f"{LETTERS}/replays", json={"reason": "unknown_quantity"}).json()
    assert (report["requested"], report["not_replayable"]) == (0, 1)


def test_a_letter_that_waits_is_left_alone(writer: Pen, keeper: Api) -> None:
    writer.write(recent())
    ask(keeper)
    for path, body in (("1/replay", None), ("1/discard", {"reason": "x"})):
        answer = keeper.post(f"{LETTERS}/{path}", json=body, headers=ANY)
        assert (answer.status_code, answer.json()["code"]) == (409, "replay_waiting")


@pytest.mark.parametrize("body", [
    {}, {"reason": "bad_luck"}, {"reason": "conflict", "state": "open"},
    {"reason": "conflict", "received_from": "2026-01-01T00:00:00"},
])  # fmt: skip
def test_a_filter_that_means_nothing_is_refused(keeper: Api, body: Any) -> None:
    assert keeper.post(f"{LETTERS}/replays", json=body).status_code == 422
    assert keeper.get(f"{LETTERS}/replays/1").status_code == 404


def test_what_is_refused_again_stays_open_with_what_was_seen(writer, warden, owner, keeper) -> None:
    writer.write(recent())
    enrol(owner, "D-1", "vehicle")
    ask(keeper)
    warden.work()
    shown = letter(keeper)
    assert (shown["state"], shown["reason"]) == ("open", "wrong_kind")
    assert shown["detail"] == "registered as vehicle, wrote as sensor"
    assert shown["replay_requested_at"] is None
    assert shown["replay_attempted_at"]
    assert writer.books() == Books(1, 0, 0, 1, 0)


def test_messages_of_a_device_registered_late_become_facts(
    writer, warden, owner, keeper, session: Session
) -> None:
    made = recent(readings=FULL)
    writer.write(made, recent(seq=1, time=at(5), readings={"flow_rate": 7.0}))
    device = enrol(owner, "D-1")
    report = keeper.post(f"{LETTERS}/replays", json={"reason": "unknown_device"})
    assert report.status_code == 202
    assert {k: report.json()[k] for k in ("requested", "waiting", "left")} == {
        "requested": 2, "waiting": 2, "left": 0,
    }  # fmt: skip
    warden.work()
    shown = letter(keeper)
    assert (shown["state"], shown["division"], shown["replayable"]) == ("replayed", "430405", False)
    assert shown["closed_by"].startswith("device.admin")
    batch, received = writer.all("SELECT batch, received_at FROM readings ORDER BY seq")[0]
    assert (shown["batch"], received) == (batch, at(0.2))
    assert writer.committed(device) == "{[0,2)}"
    assert writer.all('SELECT "values" FROM latest_readings') == [([1.0, 7.0, 3.6, -70.0],)]
    assert writer.books() == Books(2, 0, 0, 2, 2)
    check_books(writer)
    after = keeper.get(f"{LETTERS}/replays/{report.json()['id']}").json()
    assert {k: after[k] for k in ("requested", "waiting", "replayed", "refused", "elsewhere")} == {
        "requested": 2, "waiting": 0, "replayed": 2, "refused": [], "elsewhere": 0,
    }  # fmt: skip
    ((stored, replayed, commit_no),) = writer.all(
        "SELECT b.stored, b.replayed, b.commit_no = w.commit_no FROM batches b, commit_watermark w"
        " WHERE b.id = %s", batch)  # fmt: skip
    assert (stored, replayed, commit_no) == (0, 2, True)
    assert len(audits.actions(session, "dead_letter.replay_all")) == 1


def test_a_refused_message_of_a_known_device_takes_its_own_number(
    writer, warden, owner, keeper
) -> None:
    device = enrol(owner, "D-1")
    writer.write(recent(), high(1), recent(seq=2))
    widen(owner)
    ask(keeper)
    warden.work()
    assert letter(keeper)["state"] == "replayed"
    assert (writer.facts(), writer.committed(device)) == (3, "{[0,3)}")
    check_books(writer)
    # It comes again all the same: a duplicate like any other.
    assert writer.write(high(1))[1:] == (0, 1, 0)
    check_books(writer)


def test_a_message_stored_meanwhile_is_not_stored_twice(writer, warden, owner, keeper) -> None:
    writer.write(recent())
    enrol(owner, "D-1")
    writer.write(recent())
    ask(keeper)
    warden.work()
    shown = letter(keeper)
    assert shown["state"] == "replayed"
    assert shown["closed_reason"] == "the same message was stored by a later delivery"
    assert shown["batch"] == writer.one("SELECT batch FROM readings")
    assert writer.books().replayed == 0
    check_books(writer)


def test_a_conflict_stays_one_whatever_time_it_claims(writer, warden, owner, keeper) -> None:
    enrol(owner, "D-1")
    writer.write(recent())
    writer.write(recent(time=at(-86_400), received=at(0)))
    assert writer.letters() == [("conflict", True, 0)]
    ask(keeper)
    warden.work()
    assert (letter(keeper)["state"], letter(keeper)["reason"]) == ("open", "conflict")
    check_books(writer)


def test_of_two_refused_contents_of_one_number_one_becomes_the_fact(
    writer, warden, owner, keeper
) -> None:
    enrol(owner, "D-1")
    writer.write(high(level=1e9), high(level=2e9))
    widen(owner)
    assert (
        keeper.post(f"{LETTERS}/replays", json={"reason": "implausible"}).json()["requested"] == 2
    )
    warden.work()
    states = sorted((letter(keeper, n)["state"], letter(keeper, n)["reason"]) for n in (1, 2))
    assert states == [("open", "conflict"), ("replayed", "implausible")]
    check_books(writer)


def test_a_replay_asked_for_twice_is_one(writer, owner, keeper, session: Session) -> None:
    writer.write(recent())
    enrol(owner, "D-1")
    headers, body = {"Idempotency-Key": "once"}, {"reason": "unknown_device"}
    first, again = [keeper.post(f"{LETTERS}/replays", json=body, headers=headers) for _ in "ab"]
    assert (first.status_code, again.json()) == (202, first.json())
    assert first.headers["Location"] == again.headers["Location"]
    assert keeper.get(first.headers["Location"]).json()["requested"] == 1


def test_bad_readings_of_a_replayed_message_are_kept_beside_it(writer, warden, owner, keeper):
    writer.write(recent(readings=FULL | {"happiness": 1.0}))
    enrol(owner, "D-1")
    ask(keeper)
    warden.work()
    assert writer.letters() == [("unknown_device", True, 0), ("unknown_quantity", False, 0)]
    check_books(writer)


def test_a_late_fact_marks_its_hour_for_the_roller(writer, warden, owner, keeper) -> None:
    writer.write(recent(time=at(-7200), received=at(-7199)))
    owner.execute("UPDATE rollup_progress SET rolled_upto = now() - interval '1 hour'")
    enrol(owner, "D-1")
    ask(keeper)
    warden.work()
    hour = at(-7200).replace(minute=0, second=0, microsecond=0)
    assert writer.all("SELECT bucket FROM rollup_dirty") == [(hour,)]


def test_facts_whose_neighbours_were_dropped_are_not_made(writer, warden, owner, keeper) -> None:
    """Nothing would tell a repeat any more, and a rolled hour would be undone."""
    days = timedelta(days=LIMITS.raw_retention_days)
    writer.write(recent(time=at(0) - days))
    enrol(owner, "D-1")
    ask(keeper)
    warden.work()
    assert (letter(keeper)["state"], letter(keeper)["reason"]) == ("open", "too_old")
    assert writer.facts() == 0


def test_a_letter_that_the_database_refuses_does_not_hold_up_the_others(
    writer, warden, owner, keeper
) -> None:
    refuse(owner)
    poison = recent(stream="event", seq=1, detail=POISON)
    writer.write(recent(), poison, recent(seq=2))
    enrol(owner, "D-1")
    keeper.post(f"{LETTERS}/replays", json={"reason": "unknown_device"})
    warden.work()
    assert [letter(keeper, n)["state"] for n in (1, 2, 3)].count("replayed") == 2
    open_letters = keeper.get(f"{LETTERS}?state=open").json()["items"]
    assert [item["reason"] for item in open_letters] == ["unstorable"]
    assert writer.facts() == 2
    check_books(writer)


def test_replaying_again_what_was_refused_again(writer, warden, owner, keeper) -> None:
    writer.write(recent())
    ask(keeper)
    warden.work()
    assert letter(keeper)["reason"] == "unknown_device"
    enrol(owner, "D-1")
    ask(keeper)
    warden.work()
    assert letter(keeper)["state"] == "replayed"
    warden.work()  # nothing waits
    check_books(writer)


def test_two_wardens_at_once_make_one_fact(writer, warden, owner, keeper, database) -> None:
    """The lease of the first may have gone while its transaction had not."""
    writer.write(recent())
    enrol(owner, "D-1")
    ask(keeper)
    late = Warden(database.ingest)
    with warden.connection.transaction():
        replay_requested(warden.connection, warden.office)
        thread = threading.Thread(target=late.work)
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()
    thread.join()
    late.connection.close()
    assert letter(keeper)["state"] == "replayed"
    assert writer.books().replayed == 1
    check_books(writer)
