"""Dead letters over HTTP: who sees which, what is shown, and what people decide."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy.orm import Session

from ingest.delivery import Delivery
from tests.integration import audits
from tests.integration.databases import Database
from tests.integration.http import Api
from tests.integration.ingest.writing import Pen, enrol, pen, recent

LETTERS = "/api/v1/dead-letters"


@pytest.fixture
def writer(database: Database, owner: psycopg.Connection) -> Iterator[Pen]:
    enrol(owner, "D-1")
    enrol(owner, "D-2", division="430406")
    with pen(database.ingest) as made:
        yield made


def bad(device_id: str = "D-1", seq: int = 0, **more: Any) -> Delivery:
    return recent(device_id, seq=seq, readings={"water_level": 1e9}, **more)


def raw(body: bytes, topic: str = "hy/v1/sensor/D-1/readings") -> Delivery:
    return Delivery(topic, body, None, recent().received_us)


@pytest.fixture
def kept(writer: Pen, client: Api) -> Api:
    """Of a device each in two districts, and of an unknown one; ids 1, 2, 3 in this order."""
    writer.write(bad())
    writer.write(bad("D-2"))
    writer.write(recent("D-9"))
    return client


def ids(answer: Any) -> list[int]:
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


ANY = {"If-Match": "*"}
ACTS = (("discard", {"reason": "误发"}), ("reopen", None), ("replay", None))


def test_who_may_only_read_decides_nothing(kept: Api) -> None:
    operator = kept.as_role("operator")
    for act, body in ACTS:
        assert operator.post(f"{LETTERS}/1/{act}", json=body, headers=ANY).status_code == 403
        assert kept.post(f"{LETTERS}/1/{act}", json=body, headers=ANY).status_code == 401
    assert operator.post(f"{LETTERS}/replays", json={"reason": "implausible"}).status_code == 403
    assert kept.as_role("analyst").get(LETTERS).status_code == 403


LONG = timedelta(days=40)
NOW_US = recent().received_us
REFUSED = {
    "not_decodable": raw(b"{"),
    "wrong_type": raw(b'{"boot": 1}'),
    "content_type": Delivery("hy/v1/sensor/D-1/readings", b"{}", "text/html", NOW_US),
    "too_large": raw(b" " * 300_000),
    "wrong_kind": recent("D-1", kind="signal"),
    "implausible": bad(),
    "too_old": recent("D-1", delay=LONG),
    "in_future": recent("D-1", delay=-LONG),
    "unknown_quantity": recent("D-1", readings={"no_such": 1.0}),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_a_district_sees_what_its_own_devices_sent_whatever_is_wrong(
    writer: Pen, client: Api, reason: str
) -> None:
    writer.write(REFUSED[reason])
    (letter,) = client.as_role("operator", divisions=["430405"]).get(LETTERS).json()["items"]
    assert (letter["reason"], letter["division"]) == (reason, "430405")
    assert ids(client.as_role("operator", divisions=["430406"]).get(LETTERS)) == []


def test_what_lies_in_other_divisions_is_not_there(kept: Api) -> None:
    keeper = kept.as_role("device_admin", divisions=["430406"])
    assert ids(keeper.get(LETTERS)) == [2]
    for hidden in (1, 3, 99):
        assert keeper.get(f"{LETTERS}/{hidden}").status_code == 404
        for act, body in ACTS:
            assert (
                keeper.post(f"{LETTERS}/{hidden}/{act}", json=body, headers=ANY).status_code == 404
            )
    report = keeper.post(f"{LETTERS}/replays", json={"reason": "unknown_device"}).json()
    assert report["requested"] == 0


def test_letters_of_unknown_devices_are_for_who_sees_the_whole_city(kept: Api) -> None:
    assert ids(kept.as_role("operator").get(LETTERS)) == [3, 2, 1]
    both = kept.as_role("operator", divisions=["430405", "430406"])
    assert ids(both.get(LETTERS)) == [2, 1]


@pytest.mark.parametrize("query", [
    "reason=bad_luck", "state=lost", "limit=501", "after=x", "limit=x", f"device_id={'x' * 41}",
])  # fmt: skip
def test_a_filter_that_means_nothing_is_refused(client: Api, query: str) -> None:
    assert client.as_role("operator").get(f"{LETTERS}?{query}").status_code == 422


@pytest.mark.parametrize(("act", "body"), [
    ("discard", {}), ("discard", {"reason": " "}), ("discard", {"reason": "x" * 501}),
    ("discard", {"reason": "x", "state": "open"}),
])  # fmt: skip
def test_a_discard_needs_a_reason(kept: Api, act: str, body: Any) -> None:
    keeper = kept.as_role("device_admin")
    assert keeper.post(f"{LETTERS}/1/{act}", json=body, headers=ANY).status_code == 422
    for wrong in ("x", "0", "-1", str(2**63)):
        assert keeper.post(f"{LETTERS}/{wrong}/replay", headers=ANY).status_code == 422


def test_the_list_is_narrowed_and_read_on(kept: Api) -> None:
    operator = kept.as_role("operator")
    for query, found in (
        ("reason=implausible", [2, 1]), ("device_id=D-2", [2]), ("state=discarded", []),
        ("state=open&stream=readings", [3, 2, 1]), ("device_id=d-2", []),
    ):  # fmt: skip
        assert ids(operator.get(f"{LETTERS}?{query}")) == found, query
    first = operator.get(LETTERS, params={"limit": 2}).json()
    rest = operator.get(LETTERS, params={"limit": 2, "after": first["next"]}).json()
    assert [item["id"] for item in first["items"] + rest["items"]] == [3, 2, 1]
    assert rest["next"] is None


def test_a_letter_says_what_came_and_why_it_is_no_fact(kept: Api, writer: Pen) -> None:
    writer.write(bad(delay=timedelta(minutes=3)))
    answer = kept.as_role("operator").get(f"{LETTERS}/1")
    shown = answer.json()
    assert answer.headers["ETag"] == '"1"'
    expected = {
        "id": 1, "repeats": 1, "topic": "hy/v1/sensor/D-1/readings", "device_id": "D-1",
        "division": "430405", "stream": "readings", "boot": 1, "seq": 0, "reason": "implausible",
        "reason_name_zh": "超出合理范围", "reason_name_en": "Outside the plausible range",
        "whole": True, "state": "open", "replayable": True, "hindrance": None,
        "content_type": "application/json", "closed_at": None, "replay": None,
    }  # fmt: skip
    assert {key: shown[key] for key in expected} == expected
    assert shown["detail"] == "water_level: 1e+09 outside -5 to 60"
    body = bad().payload
    assert shown["payload"] == {
        "text": body.decode(),
        "hex": body.hex(),
        "truncated": False,
        "withheld": False,
    }
    assert shown["size"] == len(body)
    assert shown["first_received_at"] < shown["last_received_at"]


def test_bytes_that_are_no_text_are_shown_as_hex_and_long_ones_in_part(
    writer: Pen, client: Api
) -> None:
    writer.write(raw(b"\x00\xff"), raw("水".encode() * 100_000), raw(b"", "odd\0/\ud800"))
    operator = client.as_role("operator")
    letters = [operator.get(f"{LETTERS}/{n}").json() for n in (1, 2, 3)]
    by_size = {letter["size"]: letter for letter in letters}
    assert by_size[2]["payload"] == {
        "text": None,
        "hex": "00ff",
        "truncated": False,
        "withheld": False,
    }
    long = by_size[300_000]
    assert long["payload"]["text"] == "水" * (4096 // 3)
    assert (len(long["payload"]["hex"]), long["payload"]["truncated"]) == (8192, True)
    assert long["replayable"] is False
    assert "262,144 of its 300,000 bytes" in long["hindrance"]
    assert by_size[0]["topic"] == "odd\\0/\\ud800"


def test_a_discard_closes_and_can_be_taken_back(kept: Api, session: Session) -> None:
    keeper = kept.as_role("device_admin")
    answer = keeper.post(f"{LETTERS}/1/discard", json={"reason": " 探头故障 "}, headers=ANY)
    assert answer.status_code == 200, answer.text
    closed = answer.json()
    assert (closed["state"], closed["closed_reason"]) == ("discarded", "探头故障")
    assert closed["closed_by"].startswith("device.admin")
    assert answer.headers["ETag"] == '"2"'
    assert closed["replayable"] is False
    for act, body in ACTS:
        if act != "reopen":
            refused = keeper.post(f"{LETTERS}/1/{act}", json=body, headers=ANY)
            assert (refused.status_code, refused.json()["code"]) == (409, "letter_closed")
    opened = keeper.post(f"{LETTERS}/1/reopen", headers=ANY).json()
    assert (opened["state"], opened["closed_by"], opened["closed_reason"]) == ("open", None, None)
    again = keeper.post(f"{LETTERS}/1/reopen", headers=ANY)
    assert (again.status_code, again.json()["code"]) == (409, "letter_not_discarded")
    (entry,) = audits.actions(session, "dead_letter.discard")
    assert (entry.object_id, entry.detail["reason"]) == ("1", "探头故障")
    assert len(audits.actions(session, "dead_letter.reopen")) == 1


def test_a_decision_needs_the_version_that_was_read(kept: Api) -> None:
    keeper = kept.as_role("device_admin")
    tag = keeper.get(f"{LETTERS}/1").headers["ETag"]
    for act, body in ACTS:
        path = f"{LETTERS}/1/{act}"
        assert keeper.post(path, json=body).status_code == 428
        stale = keeper.post(path, json=body, headers={"If-Match": '"99"'})
        assert (stale.status_code, stale.json()["code"]) == (412, "stale")
        done = keeper.post(path, json=body, headers={"If-Match": tag})
        assert done.status_code in (200, 202), done.text
        tag = done.headers["ETag"]
        assert tag == f'"{done.json()["version"]}"'


def test_the_list_is_narrowed_by_time(kept: Api) -> None:
    operator = kept.as_role("operator")
    came = [item["first_received_at"] for item in operator.get(LETTERS).json()["items"]]
    for name, found in (("received_from", 3), ("received_until", 0)):
        listed = operator.get(LETTERS, params={name: min(came)})
        assert len(ids(listed)) == found
    assert operator.get(LETTERS, params={"received_from": "yesterday"}).status_code == 422


def test_a_redelivery_does_not_make_a_letter_stale(kept: Api, writer: Pen) -> None:
    keeper = kept.as_role("device_admin")
    keeper.post(f"{LETTERS}/1/discard", json={"reason": "x"}, headers=ANY)
    writer.write(bad())
    answer = keeper.get(f"{LETTERS}/1")
    assert (answer.headers["ETag"], answer.json()["state"]) == ('"2"', "discarded")


def test_the_api_can_change_no_word_of_what_was_received(kept: Api, database: Database) -> None:
    for column in ("payload = ''", "detail = ''", "reason = 'x'", "repeats = 0", "batch = 1"):
        with (
            psycopg.connect(database.app) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(f"UPDATE dead_letters SET {column}")
