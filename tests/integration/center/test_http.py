"""HTTP manners: every refusal is a plain problem document, whatever was sent; never a 500."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import psycopg
import pytest
import redis
import sqlalchemy as sa
from fastapi import APIRouter, Query
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import Field

from center.requests import Body, Reads, Writes
from center.settings import settings
from deploy.stack import LocalStack
from server.app import create_app
from tests.integration.databases import Database
from tests.integration.http import Api

router = APIRouter(prefix="/probe")


class Place(Body):
    """A body with a little of everything."""

    lon: float = Field(ge=-180, le=180)
    count: int = 0
    words: list[str] = []


@router.get("")
def probe(lon: Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)]) -> float:
    return lon


@router.post("")
def probe_body(place: Place, session: Writes) -> Place:
    session.execute(sa.text("SELECT CAST(:count AS bigint)"), {"count": place.count})
    session.execute(sa.text("SELECT CAST(:words AS text[])"), {"words": place.words})
    return place


@router.get("/sql")
def probe_sql(statement: str, session: Reads) -> str:
    return str(session.execute(sa.text(statement)))


@router.get("/bug")
def probe_bug() -> None:
    raise KeyError("a secret of the inside")


@pytest.fixture
def prober(database: Database) -> Iterator[Api]:
    """The application with routes that do what a test wants."""
    app = create_app()
    app.include_router(router)
    with Api(app) as opened:
        yield opened


def is_problem(answer: Any, status: int) -> bool:
    body = answer.json()
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert body.keys() >= {"type", "title", "status", "detail", "instance", "code"}
    return bool(body["status"] == status)


class TestInput:
    """What cannot be used is refused by name."""

    @pytest.mark.parametrize("lon", ["400", "-181", "nan", "inf", "east", "", "1e400", "0x1"])
    def test_a_longitude_that_is_none(self, prober: Api, lon: str) -> None:
        answer = prober.get("/probe", params={"lon": lon})
        assert is_problem(answer, 422)
        assert answer.json()["errors"][0]["field"] == "query.lon"

    @pytest.mark.parametrize(
        "body",
        [
            "",
            "{",
            "null",
            "[]",
            '"text"',
            "[" * 100_000,
            '{"lon": NaN}',
            '{"lon": 1e999}',
            '{"lon": "east"}',
            '{"lon": null}',
            '{"lon": 400}',
            '{"lon": 1, "other": 1}',
            '{"lon": 1, "count": 1.5}',
            '{"lon": 1, "count": true, "words": "x"}',
            '{"lon": 1, "words": [1]}',
            '{"lon": 1, "words": ["\\ud800"]}',
            '{"lon": 1, "words": ["nul \\u0000"]}',
            '{"lon": 1, "count": 99999999999999999999}',
        ],
    )
    def test_a_body_that_is_none(self, prober: Api, body: str) -> None:
        answer = prober.post(
            "/probe", content=body.encode(), headers={"Content-Type": "application/json"}
        )
        assert answer.status_code in (400, 422), answer.text
        assert is_problem(answer, answer.status_code)

    @pytest.mark.parametrize("content", [b"\xff\xfe", b'{"lon": 1}\xff', b"\x00"])
    def test_a_body_that_is_no_text(self, prober: Api, content: bytes) -> None:
        answer = prober.post(
            "/probe", content=content, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code in (400, 422)

    def test_a_body_of_another_kind(self, prober: Api) -> None:
        answer = prober.post("/probe", content=b"lon=1", headers={"Content-Type": "text/plain"})
        assert is_problem(answer, 422)

    def test_a_body_that_is_too_large(self, prober: Api) -> None:
        body = {"lon": 1, "words": ["x" * 1_100_000]}
        assert is_problem(prober.post("/probe", json=body), 413)

    def test_a_body_that_is_too_large_and_does_not_say_so(self, prober: Api) -> None:
        def pieces() -> Iterator[bytes]:
            yield b'{"lon": 1, "words": ["'
            for _ in range(20):
                yield b"x" * 100_000
            yield b'"]}'

        kind = {"Content-Type": "application/json"}
        assert is_problem(prober.post("/probe", content=pieces(), headers=kind), 413)

    @hypothesis_settings(max_examples=60)
    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
            max_leaves=6,
        )
        | st.fixed_dictionaries(
            {"lon": st.just(1), "count": st.integers(), "words": st.lists(st.text())}
        )
    )
    def test_no_json_at_all_breaks_the_server(self, prober: Api, body: Any) -> None:
        answer = prober.post(
            "/probe",
            content=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        assert answer.status_code in (200, 400, 422)


class TestAddresses:
    """What is not there."""

    @pytest.mark.parametrize(
        "path", ["/api/v1/nothing", "/api/", "/api/v2/users", "/api/v1/users/", "/api/v1/%00"]
    )
    def test_an_unknown_address_of_the_api(self, client: Api, path: str) -> None:
        assert is_problem(client.get(path), 404)

    def test_an_unknown_method(self, client: Api) -> None:
        answer = client.delete("/api/v1/me")
        assert is_problem(answer, 405)
        assert answer.headers["Allow"] == "GET"


class TestTrouble:
    """What goes wrong on our side."""

    def test_our_own_error_tells_nothing_of_the_inside(self, prober: Api) -> None:
        answer = prober.get("/probe/bug")
        assert is_problem(answer, 500)
        assert "secret" not in answer.text
        assert answer.headers["X-Request-Id"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"

    def test_a_database_that_is_away(self, client: Api, stack: LocalStack) -> None:
        signed_in = client.as_role("operator")
        stack.kill("postgres")
        try:
            answer = signed_in.get("/api/v1/me")
            log_in = client.post("/api/v1/auth/token", data={"username": "x", "password": "y"})
            ready, alive = client.get("/readyz"), client.get("/healthz")
        finally:
            stack.start("postgres")
        for refused in (answer, log_in):
            assert is_problem(refused, 503)
            assert int(refused.headers["Retry-After"]) >= 1
        assert (ready.status_code, alive.status_code) == (503, 200)
        assert {c["name"]: c["ok"] for c in ready.json()["checks"]}["database"] is False
        assert signed_in.get("/api/v1/me").status_code == 200

    @pytest.mark.parametrize(
        ("state", "status", "code"),
        [
            ("40001", 503, "repeat"),
            ("40P01", 503, "repeat"),
            ("57014", 503, "too_slow"),
            ("23505", 409, "conflict"),
            ("22003", 422, "invalid"),
            ("53100", 503, "unavailable"),
            ("42P01", 500, "request_failed"),
        ],
    )
    def test_an_error_of_the_database_is_translated(
        self, prober: Api, state: str, status: int, code: str
    ) -> None:
        raising = f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{state}'; END $$"
        answer = prober.get("/probe/sql", params={"statement": raising})
        assert is_problem(answer, status)
        assert answer.json()["code"] == code
        assert ("Retry-After" in answer.headers) is (status == 503)

    def test_a_read_cannot_write(self, prober: Api, owner: psycopg.Connection) -> None:
        statement = "UPDATE security_policy SET lockout_failures = 99"
        assert prober.get("/probe/sql", params={"statement": statement}).status_code == 500
        stored = owner.execute("SELECT lockout_failures FROM security_policy").fetchone()
        assert stored == (5,)


class TestHeaders:
    """What every answer carries."""

    @pytest.mark.parametrize("path", ["/", "/healthz", "/api/v1/me", "/api/nothing"])
    def test_a_browser_is_kept_in_bounds(self, client: Api, path: str) -> None:
        headers = client.get(path).headers
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "Server" not in headers

    def test_answers_of_the_api_are_not_kept(self, client: Api) -> None:
        assert client.as_role("operator").get("/api/v1/me").headers["Cache-Control"] == "no-store"

    def test_a_request_keeps_the_number_it_came_with(self, client: Api) -> None:
        answer = client.get("/healthz", headers={"X-Request-Id": "from-the-proxy-17"})
        assert answer.headers["X-Request-Id"] == "from-the-proxy-17"

    @pytest.mark.parametrize("number", ["short", "x" * 65, "with space", "line\tbreak"])
    def test_an_odd_number_is_replaced(self, client: Api, number: str) -> None:
        answer = client.get("/healthz", headers={"X-Request-Id": number})
        assert len(answer.headers["X-Request-Id"]) == 32

    def test_no_other_origin_may_read(self, client: Api) -> None:
        answer = client.get("/api/v1/me", headers={"Origin": "https://elsewhere.example"})
        assert "Access-Control-Allow-Origin" not in answer.headers


class TestHealth:
    """`/readyz` and `/metrics`."""

    def test_all_is_well(self, client: Api, bus: redis.Redis) -> None:
        answer = client.get("/readyz")
        assert answer.status_code == 200, answer.text
        assert [c["reason"] for c in answer.json()["checks"]] == ["ok", "ok", "ok"]

    def test_an_older_schema_is_not_ready(self, client: Api, owner: psycopg.Connection) -> None:
        owner.execute("UPDATE alembic_version SET version_num = '0001_floor'")
        checks = {c["name"]: c for c in client.get("/readyz").json()["checks"]}
        assert checks["schema"]["ok"] is False
        assert "hengyang migrate" in checks["schema"]["reason"]

    def test_without_redis_requests_are_served_and_it_is_told(
        self, client: Api, bus: redis.Redis, stack: LocalStack
    ) -> None:
        operator = client.as_role("operator")
        stack.kill("redis")
        try:
            answer, served = client.get("/readyz"), operator.get("/api/v1/me")
        finally:
            stack.start("redis")
        checks = {c["name"]: c["ok"] for c in answer.json()["checks"]}
        assert (answer.status_code, answer.json()["ready"], checks["redis"]) == (200, True, False)
        assert served.status_code == 200

    def test_metrics_are_not_for_strangers(self, client: Api) -> None:
        assert client.get("/metrics").status_code == 401
        assert client.as_role("inspector").get("/metrics").status_code == 403

    def test_metrics_count_answers_by_route(self, client: Api) -> None:
        operator = client.as_role("operator")
        operator.get("/api/v1/me")
        text = operator.get("/metrics").text
        assert 'hengyang_http_requests_total{method="GET",route="/api/v1/me",status="200"}' in text
        assert "hengyang_database_up 1.0" in text


class TestWebPages:
    """The built pages, which know their own addresses."""

    @pytest.fixture
    def site(
        self, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> Iterator[Api]:
        dist = tmp_path / "dist"
        (dist / "assets").mkdir(parents=True)
        (dist / "index.html").write_text("<title>数字衡阳</title>")
        (dist / "assets" / "index-1a2b.js").write_text("1")
        (tmp_path / "secret.txt").write_text("confidential")
        monkeypatch.setenv("HENGYANG_WEB_DIST", str(dist))
        settings.cache_clear()
        with Api(create_app()) as opened:
            yield opened

    @pytest.mark.parametrize("path", ["/", "/system", "/devices/hy-1?x=1", "/zh/审计"])
    def test_every_address_of_the_page_gives_the_start_page(self, site: Api, path: str) -> None:
        answer = site.get(path)
        assert "数字衡阳" in answer.text
        assert answer.headers["Cache-Control"] == "no-cache"

    def test_hashed_files_are_kept_for_ever(self, site: Api) -> None:
        assert "immutable" in site.get("/assets/index-1a2b.js").headers["Cache-Control"]

    @pytest.mark.parametrize("path", ["/assets/gone.js", "/favicon.ico", "/assets/gone"])
    def test_a_missing_file_is_missing(self, site: Api, path: str) -> None:
        assert site.get(path).status_code == 404

    @pytest.mark.parametrize(
        "path", ["/../secret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt", "/%00"]
    )
    def test_nothing_outside_the_folder_is_served(self, site: Api, path: str) -> None:
        answer = site.get(path)
        assert "confidential" not in answer.text
        assert answer.status_code in (200, 404)

    def test_unbuilt_pages_say_how_to_build_them(
        self, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HENGYANG_WEB_DIST", str(tmp_path / "nowhere"))
        settings.cache_clear()
        answer = Api(create_app()).get("/")
        assert (answer.status_code, "make web" in answer.text) == (503, True)
