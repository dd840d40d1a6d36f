"""Sessions: they end when they should, and at once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from httpx import Response
from sqlalchemy.orm import Session

from tests.integration.audits import actions
from tests.integration.http import PASSWORD, Api, add_user

REFRESH = "/api/v1/auth/refresh"
ME = "/api/v1/me"


def tokens(client: Api, username: str) -> dict[str, Any]:
    answer = client.post("/api/v1/auth/token", data={"username": username, "password": PASSWORD})
    found: dict[str, Any] = answer.json()
    return found


def refresh(client: Api, token: str) -> Response:
    return client.post(REFRESH, json={"refresh_token": token})


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic eDp5", "Bearer a.b.c"])
def test_without_a_token_of_ours_nobody_comes_in(client: Api, header: str) -> None:
    answer = client.get(ME, headers={"Authorization": header} if header else {})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("token", ["x", "x" * 5000, "衡阳", ""])
def test_a_refresh_token_of_nobody_is_refused(client: Api, token: str) -> None:
    assert refresh(client, token).status_code in (401, 422)


class TestRefresh:
    """A refresh token is good once."""

    def test_it_gives_new_tokens_of_the_same_session(self, client: Api) -> None:
        first = tokens(client, add_user("operator").username)
        second = refresh(client, first["refresh_token"])
        assert second.status_code == 200
        assert second.json()["refresh_token"] != first["refresh_token"]
        listed = client.with_token(second.json()["access_token"]).get(f"{ME}/sessions")
        assert len(listed.json()["items"]) == 1

    def test_its_second_use_ends_the_session(self, client: Api, session: Session) -> None:
        first = tokens(client, add_user("operator").username)
        second = refresh(client, first["refresh_token"]).json()
        assert refresh(client, first["refresh_token"]).status_code == 401
        assert refresh(client, second["refresh_token"]).status_code == 401
        for token in (first, second):
            assert client.with_token(token["access_token"]).get(ME).status_code == 401
        (entry,) = actions(session, "session.revoke")
        assert entry.detail["reason"] == "refresh token used twice"

    def test_of_two_at_once_one_wins_and_the_session_ends(self, client: Api) -> None:
        first = tokens(client, add_user("operator").username)
        with ThreadPoolExecutor(2) as pool:
            both = list(pool.map(lambda _: refresh(client, first["refresh_token"]), range(2)))
        assert sorted(answer.status_code for answer in both) == [200, 401]
        assert client.with_token(first["access_token"]).get(ME).status_code == 401

    def test_it_is_not_stored_in_clear(self, client: Api, owner: psycopg.Connection) -> None:
        token = tokens(client, add_user("operator").username)["refresh_token"]
        stored = owner.execute("SELECT refresh_tokens::text FROM refresh_tokens").fetchall()
        assert token not in str(stored)

    def test_it_is_no_use_after_the_longest_log_in(
        self, client: Api, owner: psycopg.Connection
    ) -> None:
        token = tokens(client, add_user("operator").username)["refresh_token"]
        owner.execute("UPDATE sessions SET expires_at = now()")
        assert refresh(client, token).status_code == 401

    def test_it_does_not_keep_an_idle_session_alive(
        self, client: Api, owner: psycopg.Connection
    ) -> None:
        first = tokens(client, add_user("operator").username)
        owner.execute("UPDATE sessions SET last_used_at = now() - interval '31 minutes'")
        assert refresh(client, first["refresh_token"]).status_code == 401


def test_a_request_waits_for_nobody_who_touches_its_session(
    client: Api, owner: psycopg.Connection
) -> None:
    signed_in = client.as_role("operator")
    owner.execute("UPDATE sessions SET last_used_at = now() - interval '2 minutes'")
    with owner.transaction():
        owner.execute("SELECT 1 FROM sessions FOR UPDATE")
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(signed_in.get, ME).result(timeout=20)
    assert answer.status_code == 200


class TestEnd:
    """However a session ends, its very next request is refused."""

    def test_by_logging_out(self, client: Api) -> None:
        first = tokens(client, add_user("operator").username)
        signed_in = client.with_token(first["access_token"])
        assert signed_in.post("/api/v1/auth/logout").status_code == 204
        assert signed_in.get(ME).status_code == 401
        assert refresh(client, first["refresh_token"]).status_code == 401

    def test_by_being_idle(self, client: Api, owner: psycopg.Connection) -> None:
        signed_in = client.as_role("operator")
        owner.execute("UPDATE sessions SET last_used_at = now() - interval '29 minutes'")
        assert signed_in.get(ME).status_code == 200
        owner.execute("UPDATE sessions SET last_used_at = now() - interval '31 minutes'")
        assert signed_in.get(ME).status_code == 401

    def test_by_a_stricter_rule(self, client: Api, owner: psycopg.Connection) -> None:
        signed_in = client.as_role("operator")
        owner.execute("UPDATE security_policy SET idle_logout_seconds = 60")
        owner.execute("UPDATE sessions SET last_used_at = now() - interval '2 minutes'")
        assert signed_in.get(ME).status_code == 401

    def test_by_age(self, client: Api, owner: psycopg.Connection) -> None:
        signed_in = client.as_role("operator")
        owner.execute("UPDATE sessions SET expires_at = now()")
        assert signed_in.get(ME).status_code == 401

    def test_by_disabling_the_account(self, client: Api) -> None:
        user = add_user("operator")
        signed_in, sysadmin = client.log_in(user.username), client.as_role("sysadmin")
        changed = sysadmin.patch(
            f"/api/v1/users/{user.id}", json={"disabled": True}, headers={"If-Match": "*"}
        )
        assert changed.status_code == 200
        assert signed_in.get(ME).status_code == 401

    def test_by_the_security_administrator(self, client: Api) -> None:
        user = add_user("operator")
        signed_in, secadmin = client.log_in(user.username), client.as_role("secadmin")
        (found,) = secadmin.get("/api/v1/sessions", params={"user_id": user.id}).json()["items"]
        assert secadmin.delete(f"/api/v1/sessions/{found['id']}").status_code == 204
        assert signed_in.get(ME).status_code == 401

    def test_by_its_owner_from_elsewhere(self, client: Api) -> None:
        user = add_user("operator")
        here, there = client.log_in(user.username), client.log_in(user.username)
        newest = here.get(f"{ME}/sessions").json()["items"][0]
        assert here.delete(f"{ME}/sessions/{newest['id']}").status_code == 204
        assert there.get(ME).status_code == 401
        assert here.get(ME).status_code == 200


def test_nobody_ends_the_session_of_another(client: Api) -> None:
    victim, attacker = client.as_role("operator"), client.as_role("operator")
    (session,) = victim.get(f"{ME}/sessions").json()["items"]
    assert attacker.delete(f"{ME}/sessions/{session['id']}").status_code == 404
    assert attacker.delete(f"/api/v1/sessions/{session['id']}").status_code == 403
    assert victim.get(ME).status_code == 200


class TestDivisions:
    """A security administrator of one district has no say over the others."""

    def test_sessions_of_elsewhere_are_not_there(self, client: Api) -> None:
        elsewhere = client.as_role("operator", divisions=["430406"])
        (theirs,) = elsewhere.get(f"{ME}/sessions").json()["items"]
        secadmin = client.as_role("secadmin", divisions=["430405"])
        asked = {"user_id": theirs["user_id"]}
        assert secadmin.get("/api/v1/sessions", params=asked).json()["items"] == []
        assert theirs["id"] not in secadmin.get("/api/v1/sessions").text
        assert secadmin.delete(f"/api/v1/sessions/{theirs['id']}").status_code == 404
        assert elsewhere.get(ME).status_code == 200

    def test_those_of_who_sees_more_are_not_there_either(self, client: Api) -> None:
        commander = client.as_role("commander")
        secadmin = client.as_role("secadmin", divisions=["430405"])
        (theirs,) = commander.get(f"{ME}/sessions").json()["items"]
        assert secadmin.delete(f"/api/v1/sessions/{theirs['id']}").status_code == 404
        assert commander.get(ME).status_code == 200

    def test_those_of_the_own_divisions_are(self, client: Api) -> None:
        here = client.as_role("operator", divisions=["430405001"])
        (theirs,) = here.get(f"{ME}/sessions").json()["items"]
        secadmin = client.as_role("secadmin", divisions=["430405"])
        assert theirs["id"] in secadmin.get("/api/v1/sessions").text
        assert secadmin.delete(f"/api/v1/sessions/{theirs['id']}").status_code == 204
        assert here.get(ME).status_code == 401


def test_a_use_is_noted(client: Api, owner: psycopg.Connection) -> None:
    signed_in = client.as_role("operator")
    owner.execute("UPDATE sessions SET last_used_at = now() - interval '5 minutes'")
    signed_in.get(ME)
    age = owner.execute("SELECT now() - last_used_at < interval '1 minute' FROM sessions")
    assert age.fetchone() == (True,)


def test_a_page_that_polls_does_not_keep_a_session_alive(
    client: Api, owner: psycopg.Connection
) -> None:
    signed_in = client.as_role("operator")
    owner.execute("UPDATE sessions SET last_used_at = now() - interval '5 minutes'")
    assert signed_in.get(ME, headers={"X-Background": "1"}).status_code == 200
    age = owner.execute("SELECT now() - last_used_at > interval '4 minutes' FROM sessions")
    assert age.fetchone() == (True,)


def test_a_change_of_roles_is_felt_at_once(client: Api, owner: psycopg.Connection) -> None:
    signed_in = client.as_role("operator")
    owner.execute("DELETE FROM user_roles WHERE role = 'operator'")
    assert signed_in.get(ME).json()["permissions"] == []
