"""Who is let in, what is understood, and what is not."""

import json
from collections.abc import Iterator
from contextlib import ExitStack

import psycopg
import pytest

from tests.integration.patience import wait_for
from tests.integration.server.live.line import CITY, Line, figure, line, token_of

WATCH = {"t": "subscribe", "topics": {"alarms": {}}}
BAD = (
    "no JSON at all",
    "[]",
    '{"t": "dance"}',
    '{"topics": {}}',
    '{"t": "hello", "token": "again"}',
    '{"t": "subscribe"}',
    '{"t": "subscribe", "topics": {"weather": {}}}',
    '{"t": "subscribe", "topics": {"devices": {}}}',
    '{"t": "subscribe", "topics": {"devices": {"bbox": [1, 2, 3]}}}',
    '{"t": "subscribe", "topics": {"devices": {"bbox": [3, 2, 1, 4]}}}',
    '{"t": "subscribe", "topics": {"devices": {"bbox": [1, 2, 3, 91]}}}',
    '{"t": "subscribe", "topics": {"devices": {"bbox": [1, 2, "3", 4]}}}',
    '{"t": "subscribe", "topics": {"devices": {"bbox": [NaN, 2, 3, 4]}}}',
    '{"t": "subscribe", "topics": {"devices": {"bbox": [-1e400, 2, 3, 4]}}}',
    '{"t": "subscribe", "topics": {}, "more": 1}',
    "[" * 20_000,
    json.dumps({"t": "ping", "padding": "x" * 20_000}),
    b"\x00binary",
)


@pytest.fixture(scope="module")
def settings() -> dict[str, str]:
    return {
        "HENGYANG_LIVE_HELLO_SECONDS": "5",
        "HENGYANG_LIVE_VIEWERS_PER_USER": "2",
        "HENGYANG_API_ORIGINS": '["https://map.hengyang.example"]',
    }


@pytest.fixture
def signed_in(port: int) -> Iterator[Line]:
    token = token_of(port, "operator")
    with line(port) as opened:
        opened.hello(token)
        yield opened


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
def test_a_page_of_a_foreign_origin_is_refused(port: int, origin: str) -> None:
    with line(port, origin) as opened:
        assert opened.closed()[0] == 4403


def test_pages_of_our_own_and_of_allowed_origins_are_not(port: int) -> None:
    token = token_of(port, "operator")
    for origin in (f"http://127.0.0.1:{port}", "https://map.hengyang.example", None):
        with line(port, origin) as opened:
            assert opened.hello(token)["session_ends_at"]


def test_who_says_nothing_says_no_token(port: int) -> None:
    with line(port) as opened:
        assert opened.closed()[0] == 4401


@pytest.mark.parametrize("token", ["", "x", "a.b.c"])
def test_a_token_that_is_none_is_refused(port: int, token: str) -> None:
    with line(port) as opened:
        opened.say(t="hello", token=token)
        assert opened.closed() == (4401, "invalid_token")


def test_nothing_is_told_before_hello(port: int) -> None:
    with line(port) as opened:
        opened.say(**WATCH)
        assert opened.closed()[0] == 4400


def test_bad_frames_end_the_line_with_a_plain_reason(port: int) -> None:
    tokens = [token_of(port, "operator") for _ in range(len(BAD))]
    for frame, token in zip(BAD, tokens, strict=True):
        with line(port) as opened:
            opened.hello(token)
            opened.socket.send(frame)
            code, reason = opened.closed()
            assert (code, bool(reason)) == (4400, True), frame


def test_too_many_frames_end_the_line(signed_in: Line) -> None:
    for _ in range(300):
        signed_in.say(t="ping")
    code, reason = signed_in.closed()
    assert code == 4400
    assert "too many" in reason


def test_one_user_has_so_many_lines_and_no_more(port: int) -> None:
    token, others = token_of(port, "operator"), token_of(port, "operator")
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(line(port)).hello(token)
        third = stack.enter_context(line(port))
        third.say(t="hello", token=token)
        assert third.closed()[0] == 1013
        other = stack.enter_context(line(port))
        assert other.hello(others)


def test_who_is_cut_is_counted_by_the_reason(port: int) -> None:
    def counted(reason: str) -> float:
        return figure(port, f'hengyang_live_cuts_total{{reason="{reason}"}}')

    before = counted("bad_frame"), counted("origin")
    with line(port) as opened:
        opened.say(**WATCH)
        opened.closed()
    token = token_of(port, "operator")
    with line(port) as leaves:  # of itself: nobody cuts it
        leaves.hello(token)
    with line(port, "https://evil.example") as foreign:
        foreign.closed()
    assert (counted("bad_frame"), counted("origin")) == (before[0] + 1, before[1] + 1)


def test_a_topic_that_the_roles_do_not_permit_is_refused_and_audited(
    port: int, owner: psycopg.Connection
) -> None:
    token = token_of(port, "auditor")
    with line(port) as opened:
        opened.hello(token)
        opened.say(t="subscribe", topics={"devices": {"bbox": CITY}, "alarms": {}})
        assert opened.hear("error")["topic"] == "devices"
        assert opened.hear("snapshot", "alarms")
        told = "SELECT count(*) FROM audit_log WHERE action = 'request.refuse'"
        wait_for(lambda: owner.execute(told).fetchone() == (1,))


def test_a_ping_is_answered(signed_in: Line) -> None:
    signed_in.say(t="ping")
    assert signed_in.hear("pong")["server_time"]
