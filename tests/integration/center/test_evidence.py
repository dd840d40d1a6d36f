"""Evidence over HTTP: who may send and see it, and that only whole, true content is kept."""

import threading
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.clock import now
from center.evidence import service
from center.evidence.pending import Named, expect
from center.outbox import replay
from center.outbox.relay import number
from center.settings import var_dir
from tests.integration.center.pictures import PICTURE, basic, digest, path
from tests.integration.databases import Database
from tests.integration.http import Api

GRACE = timedelta(minutes=15)


def kept_files() -> list[Path]:
    return [file for file in (var_dir() / "evidence").rglob("*") if file.is_file()]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        basic("EP-1", "wrong"),
        basic("EP-2"),
        basic(""),
        {"Authorization": "Basic not-base64"},
        {"Authorization": "Bearer forged"},
        {"Authorization": "Digest x"},
    ],
)
def test_strangers_leave_nothing(client: Api, device: int, headers: dict[str, str]) -> None:
    answer = client.put(path(PICTURE), content=PICTURE, headers=headers)
    assert answer.status_code == 401, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert kept_files() == []


@pytest.mark.parametrize("change", ["enabled = false", "retired_at = now(), retired_reason = 'x'"])
def test_a_device_out_of_use_may_send_nothing(client, device, owner, change) -> None:
    owner.execute(f"UPDATE devices SET {change}")
    assert client.put(path(PICTURE), content=PICTURE, headers=basic("EP-1")).status_code == 401


def test_a_user_without_the_permission_may_send_nothing(client: Api) -> None:
    answer = client.as_role("auditor").put(path(PICTURE), content=PICTURE)
    assert answer.status_code == 403
    assert kept_files() == []


def test_wrong_content_is_not_kept(client: Api, device: int) -> None:
    for target, content, status, code in (
        (path(b"other"), PICTURE, 422, "wrong_digest"),
        (path(b"<html>"), b"<html>", 415, "unsupported_content"),
        (path(b""), b"", 415, "unsupported_content"),
        ("/api/v1/evidence/" + "A" * 64, PICTURE, 422, "invalid"),
        ("/api/v1/evidence/abc", PICTURE, 422, "invalid"),
    ):
        answer = client.put(target, content=content, headers=basic("EP-1"))
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert kept_files() == []


def test_content_beyond_the_limit_is_not_kept(client, device, monkeypatch) -> None:
    large = PICTURE + bytes(21 * 1024 * 1024)
    for content in (large, iter([large[:1000], large[1000:]])):  # with and without a length
        answer = client.put(path(large), content=content, headers=basic("EP-1"))
        assert answer.status_code == 413, answer.text
        assert answer.json()["code"] == "too_large"
    assert kept_files() == []


def test_a_device_sends_a_picture_and_those_of_its_division_see_it(client, device) -> None:
    large = PICTURE * 100  # above the server's limit for other bodies
    first = client.put(path(large), content=large, headers=basic("EP-1"))
    assert first.status_code == 201, first.text
    assert first.json()["content_type"] == "image/jpeg"
    assert first.json()["size"] == len(large)
    again = client.put(path(large), content=large, headers=basic("EP-1"))
    assert (again.status_code, again.json()) == (200, first.json())
    assert len(kept_files()) == 1

    seen = client.as_role("operator", divisions=["430405"]).get(path(large))
    assert seen.status_code == 200
    assert seen.content == large
    assert seen.headers["content-type"] == "image/jpeg"
    assert seen.headers["x-content-type-options"] == "nosniff"
    assert "immutable" in seen.headers["cache-control"]
    assert "private" in seen.headers["cache-control"]
    assert client.as_role("operator", divisions=["430406"]).get(path(large)).status_code == 404
    assert client.get(path(large)).status_code == 401


def test_a_user_with_the_permission_sends_and_the_act_is_audited(client, session) -> None:
    role = client.as_role("inspector", divisions=["430405"])
    answer = role.put(path(PICTURE), content=PICTURE)
    assert answer.status_code == 201, answer.text
    assert role.put(path(PICTURE), content=PICTURE).status_code == 200
    acts = session.execute(sa.text("SELECT action, object_id FROM audit_log")).all()
    assert [act for act in acts if act[0] == "evidence.keep"] == [
        ("evidence.keep", digest(PICTURE))
    ]


def test_a_known_tag_saves_the_content(client, device) -> None:
    client.put(path(PICTURE), content=PICTURE, headers=basic("EP-1"))
    reader = client.as_role("operator")
    tag = reader.get(path(PICTURE)).headers["etag"]
    answer = reader.get(path(PICTURE), headers={"If-None-Match": tag})
    assert (answer.status_code, answer.content) == (304, b"")


def test_content_lost_by_the_store_is_a_plain_answer(client, device) -> None:
    client.put(path(PICTURE), content=PICTURE, headers=basic("EP-1"))
    for file in kept_files():
        file.unlink()
    answer = client.as_role("operator").get(path(PICTURE))
    assert (answer.status_code, answer.json()["code"]) == (404, "content_gone")


def test_many_at_once_with_the_same_picture_make_one(client: Api, device: int) -> None:
    statuses: list[int] = []

    def send() -> None:
        answer = client.put(path(PICTURE), content=PICTURE, headers=basic("EP-1"))
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) <= {200, 201}
    assert 201 in statuses
    assert len(kept_files()) == 1


def name(database: Database, device: int, *contents: bytes, ago: timedelta = timedelta(0)) -> None:
    with psycopg.connect(database.ingest) as ingest, ingest.cursor() as cursor:
        expect(
            cursor, [Named(digest(content), device, "430405", now() - ago) for content in contents]
        )


def test_a_picture_that_never_comes_is_told_of_once(database, device, session: Session) -> None:
    name(database, device, b"a", b"b", b"a", ago=timedelta(hours=1))
    name(database, device, b"c")
    assert service.sweep(session, GRACE) == 2
    session.commit()
    assert service.sweep(session, GRACE) == 0
    session.commit()
    with psycopg.connect(database.app, autocommit=True) as connection:
        number(connection)
    told, _ = replay(session, 0, ["evidence"])
    assert {item.event.sha256 for item in told} == {digest(b"a"), digest(b"b")}
    assert {item.event.division_code for item in told} == {"430405"}


def test_a_picture_may_come_before_and_after_it_is_named_and_missed(
    client, database, device, session
) -> None:
    late, early = PICTURE + b"late", PICTURE + b"early"
    client.put(path(early), content=early, headers=basic("EP-1"))
    name(database, device, early, late, ago=timedelta(hours=1))
    assert service.sweep(session, GRACE) == 1
    session.commit()
    reader = client.as_role("operator")
    assert reader.get(path(late)).status_code == 404
    assert client.put(path(late), content=late, headers=basic("EP-1")).status_code == 201
    assert reader.get(path(late)).status_code == 200
    assert reader.get(path(early)).status_code == 200
