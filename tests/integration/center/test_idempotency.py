"""Idempotency keys: the same POST again acts once."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from sqlalchemy.orm import Session

from center.idempotency import purge
from tests.integration.http import Api

USERS = "/api/v1/users"
BODY = {"username": "wang.wei", "display_name": "王伟", "password": "First-Password-1"}
KEY = {"Idempotency-Key": "7f3c1a52"}


def count(owner: psycopg.Connection) -> int:
    found = owner.execute("SELECT count(*) FROM users WHERE username LIKE 'wang%%'").fetchone()
    assert found is not None
    return int(found[0])


@pytest.mark.parametrize("key", ["", "x" * 201, "with space", "衡阳".encode()])
def test_an_odd_key_is_refused(client: Api, key: str | bytes) -> None:
    answer = client.as_role("sysadmin").post(USERS, json=BODY, headers={"Idempotency-Key": key})
    assert answer.status_code == 422


def test_the_same_key_with_another_body_is_refused(client: Api, owner: psycopg.Connection) -> None:
    sysadmin = client.as_role("sysadmin")
    sysadmin.post(USERS, json=BODY, headers=KEY)
    other = sysadmin.post(USERS, json=BODY | {"display_name": "李娜"}, headers=KEY)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert count(owner) == 1


def test_the_same_request_again_gives_the_same_answer(
    client: Api, owner: psycopg.Connection
) -> None:
    sysadmin = client.as_role("sysadmin")
    first, second = (sysadmin.post(USERS, json=BODY, headers=KEY) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert first.headers["Location"] == second.headers["Location"]
    assert count(owner) == 1


def test_many_at_once_act_once(client: Api, owner: psycopg.Connection) -> None:
    sysadmin = client.as_role("sysadmin")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: sysadmin.post(USERS, json=BODY, headers=KEY), range(16)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert count(owner) == 1


def test_a_refused_request_leaves_its_key_free(client: Api, owner: psycopg.Connection) -> None:
    sysadmin = client.as_role("sysadmin")
    weak = sysadmin.post(USERS, json=BODY | {"password": "wang.wei-12A"}, headers=KEY)
    assert weak.status_code == 422
    assert sysadmin.post(USERS, json=BODY, headers=KEY).status_code == 201


def test_two_people_may_use_the_same_key(client: Api, owner: psycopg.Connection) -> None:
    for name in ("wang.wei", "wang.fang"):
        made = client.as_role("sysadmin").post(USERS, json=BODY | {"username": name}, headers=KEY)
        assert made.status_code == 201
    assert count(owner) == 2


def test_after_a_day_a_key_is_free_again(
    client: Api, owner: psycopg.Connection, session: Session
) -> None:
    sysadmin = client.as_role("sysadmin")
    sysadmin.post(USERS, json=BODY, headers=KEY)
    owner.execute("UPDATE idempotency_keys SET created_at = now() - interval '25 hours'")
    other = sysadmin.post(USERS, json=BODY | {"username": "wang.fang"}, headers=KEY)
    assert other.status_code == 201
    owner.execute("UPDATE idempotency_keys SET created_at = now() - interval '25 hours'")
    assert purge(session) == 1


def test_no_password_can_be_guessed_from_what_is_stored(
    client: Api, owner: psycopg.Connection
) -> None:
    client.as_role("sysadmin").post(USERS, json=BODY, headers=KEY)
    stored = str(owner.execute("SELECT * FROM idempotency_keys").fetchall())
    assert BODY["password"] not in stored
