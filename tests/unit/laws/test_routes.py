"""Laws of the API: every door is guarded, every permission is known, every problem documented."""

import inspect
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from center.idempotency import Once
from center.identity.guard import Door, Guard
from center.requests import if_match_header
from server.app import create_app
from server.openapi import calls

# Whoever asks gets an answer here; each line is a decision.
PUBLIC = {
    ("POST", "/api/v1/auth/token"),  # logging in
    ("POST", "/api/v1/auth/refresh"),  # the refresh token is the credential
    ("GET", "/healthz"),  # says no more than that the process lives
    ("GET", "/readyz"),  # load balancers have no account
}
# A change that asks for no version; each line is a decision.
VERSIONLESS = {
    ("DELETE", "/api/v1/sessions/{session_id}"),  # ended is ended, whoever was first
    ("DELETE", "/api/v1/me/sessions/{session_id}"),
    ("DELETE", "/api/v1/me/totp"),  # the password is asked for
    ("DELETE", "/api/v1/users/{user_id}/totp"),  # a lost phone is lost, whatever else has changed
    ("PUT", "/api/v1/evidence/{sha256}"),  # content under its own hash has one version
}
# Made anew each time, and shown once: an answer kept under a key would keep the secret.
NEVER_THE_SAME = {("POST", "/api/v1/me/totp")}
PERMISSIONS = Path("center/identity/permissions.toml")


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return create_app()


def routes(app: FastAPI) -> Iterator[tuple[str, str, Any]]:
    for context in iter_route_contexts(app.routes):
        if getattr(context, "dependant", None) is not None:
            for method in sorted(context.methods):
                yield method, context.path_format, context


def test_every_route_has_a_door_or_is_on_the_public_list(app: FastAPI) -> None:
    open_doors = {
        (method, path)
        for method, path, context in routes(app)
        if not any(isinstance(call, Door) for call in calls(context.dependant))
    }
    assert open_doors == PUBLIC


def test_every_permission_asked_for_is_in_the_catalogue(app: FastAPI) -> None:
    known = tomllib.loads(PERMISSIONS.read_text("utf-8"))
    asked = {
        permission
        for _, _, context in routes(app)
        for call in calls(context.dependant)
        if isinstance(call, Guard)
        for permission in call.permissions
    }
    assert asked <= known.keys()


def test_every_handler_is_synchronous(app: FastAPI) -> None:
    """An `async` one that calls the database would stop all others; `Router` wraps plain ones."""
    assert [
        path
        for _, path, context in routes(app)
        if path.startswith("/api/v1/")
        and inspect.iscoroutinefunction(inspect.unwrap(context.endpoint))
    ] == []


def takes_key(context: Any) -> bool:
    made = (getattr(call, "__annotations__", {}).get("return") for call in calls(context.dependant))
    return Once in made


def test_what_is_made_says_where_it_is_and_is_made_once(app: FastAPI) -> None:
    making = [row for row in routes(app) if row[2].status_code == 201]
    assert making
    for method, path, context in making:
        assert "located(" in inspect.getsource(inspect.unwrap(context.endpoint)), path
        if method == "POST" and (method, path) not in NEVER_THE_SAME:
            assert takes_key(context), path


def test_a_change_asks_for_the_version_that_was_read(app: FastAPI) -> None:
    assert {
        (method, path)
        for method, path, context in routes(app)
        if method in {"PATCH", "PUT", "DELETE"} and if_match_header not in calls(context.dependant)
    } == VERSIONLESS


def test_every_route_of_the_api_says_what_it_does(app: FastAPI) -> None:
    assert [path for _, path, context in routes(app) if not context.endpoint.__doc__] == []


def test_every_operation_has_a_name_of_its_own_and_its_problems(app: FastAPI) -> None:
    document = app.openapi()
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names))
    for operation in operations:
        for status, response in operation["responses"].items():
            if status == "default" or (int(status) >= 400 and status != "503"):
                assert "application/problem+json" in response["content"], operation["operationId"]


@pytest.mark.parametrize(
    ("method", "path", "statuses"),
    [
        ("put", "/api/v1/evidence/{sha256}", {"408", "413", "415", "429"}),
        ("post", "/api/v1/auth/token", {"401", "429"}),
        ("post", "/api/v1/me/password", {"429"}),
        ("post", "/api/v1/me/totp", {"429"}),
        ("post", "/api/v1/users", {"429"}),
    ],
)
def test_what_the_signature_does_not_tell_is_documented(
    app: FastAPI, method: str, path: str, statuses: set[str]
) -> None:
    assert statuses <= app.openapi()["paths"][path][method]["responses"].keys()


def test_lists_are_pages(app: FastAPI) -> None:
    """No GET answers with a bare array: it could never grow a cursor."""
    for path, operations in app.openapi()["paths"].items():
        success = operations.get("get", {}).get("responses", {}).get("200", {})
        schema = success.get("content", {}).get("application/json", {}).get("schema", {})
        assert schema.get("type") != "array", path
