"""A line lasts as long as the session, with the rights of each moment."""

from datetime import timedelta

import httpx
import psycopg
import pytest

from center.clock import now
from center.identity.tokens import issue, session_of
from tests.integration.http import add_user
from tests.integration.server.live.line import Line, line, log_in, token_of, watching
from tests.integration.server.live.town import OUTER, Town


@pytest.fixture(scope="module")
def settings() -> dict[str, str]:
    return {"HENGYANG_LIVE_SESSION_SECONDS": "0.5"}


def short_lived(user_id: int, token: str, seconds: float) -> str:
    """A token of the same session that ends soon."""
    return issue(user_id, session_of(token), at=now() - timedelta(seconds=900 - seconds))


def test_who_is_logged_out_is_cut(port: int) -> None:
    token = token_of(port, "operator")
    with watching(port, token) as seen:
        url = f"http://127.0.0.1:{port}/api/v1/auth/logout"
        headers = {"Authorization": f"Bearer {token}"}
        assert httpx.post(url, headers=headers, timeout=60).status_code < 300
        assert seen.closed() == (4401, "session_ended")
    with line(port) as again:
        again.say(t="hello", token=token)
        assert again.closed() == (4401, "session_ended")


def test_who_is_disabled_or_must_choose_a_password_is_cut(
    port: int, owner: psycopg.Connection
) -> None:
    for change in ("disabled = true", "must_change_password = true"):
        user = add_user("operator")
        with watching(port, log_in(port, user.username)) as seen:
            owner.execute(f"UPDATE users SET {change} WHERE id = %s", [user.id])
            assert seen.closed()[0] == 4401


def test_other_divisions_are_a_new_snapshot_of_these(
    town: Town, port: int, owner: psycopg.Connection
) -> None:
    town.enter("IN")
    town.enter("OUT", division=OUTER)
    user = add_user("operator", divisions=("430405",))
    with watching(port, log_in(port, user.username)) as seen:
        assert set(seen.devices) == {"IN"}
        owner.execute("UPDATE users SET divisions = '{430408}' WHERE id = %s", [user.id])
        seen.hear("snapshot", "devices")
        assert set(seen.devices) == {"OUT"}


def test_a_role_that_is_taken_away_takes_its_topics(
    town: Town, port: int, owner: psycopg.Connection
) -> None:
    town.enter("IN")
    user = add_user("operator")
    with watching(port, log_in(port, user.username), alarms={}) as seen:
        seen.hear("snapshot", "alarms")
        owner.execute("DELETE FROM role_permissions WHERE permission = 'alarms:read'")
        seen.hear("snapshot", "devices")
        count = len(seen.frames)
        seen.listen(3)
        assert {frame.get("topic") for frame in seen.frames[count:]} == {"devices"}


def test_a_token_that_ends_ends_the_line_unless_it_is_renewed(port: int) -> None:
    user = add_user("operator")
    token = log_in(port, user.username)
    with line(port) as seen:
        seen.hello(short_lived(user.id, token, 4))
        assert seen.hear("renew_soon")
        seen.say(t="renew", token=short_lived(user.id, token, 6))
        assert seen.hear("welcome")
        assert seen.hear("renew_soon")
        began = now()
        assert seen.closed() == (4401, "invalid_token")
        assert now() - began < timedelta(seconds=30)


@pytest.mark.parametrize("whose", ["nobody's", "another's"])
def test_a_renewal_with_a_token_that_is_not_ours_ends_it(port: int, whose: str) -> None:
    with watching(port, token_of(port, "operator")) as seen:
        token = "x" if whose == "nobody's" else token_of(port, "operator")
        seen.say(t="renew", token=token)
        assert seen.closed()[0] == 4401


def test_watching_is_no_use_of_the_session(port: int, owner: psycopg.Connection) -> None:
    token = token_of(port, "operator")
    owner.execute("UPDATE sessions SET last_used_at = now() - INTERVAL '10 minutes'")
    (before,) = owner.execute("SELECT max(last_used_at) FROM sessions").fetchone() or (None,)
    with watching(port, token) as seen:
        _hear_for_a_while(seen)
    assert owner.execute("SELECT max(last_used_at) FROM sessions").fetchone() == (before,)


def _hear_for_a_while(seen: Line) -> None:
    seen.say(t="ping")
    seen.hear("pong")
    seen.listen(1.5)
