"""The OpenAPI document: what FastAPI derives, and the problems each operation may answer with."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

from center import errors
from center.errors import HengyangError
from center.identity.guard import Door
from center.problems import MEDIA_TYPE, Problem, documented
from center.requests import if_match_header
from server.examples import Schemas, add_examples, example_of

DESCRIPTION = """\
Lists are pages: `{"items": [...], "next": cursor}`; give `next` as `after` to read on.
Errors are problem documents (RFC 9457) with a stable `code`. Times are RFC 3339 in UTC.
A change needs `If-Match` with the `ETag` that was read; a POST that creates takes an
`Idempotency-Key`. Every answer carries `X-Request-Id`. A request with `X-Background: 1` (a page
that polls) does not count as use of the session, which ends when it is idle.
"""
LOCATION = {"description": "Address of what was made.", "schema": {"type": "string"}}


def calls(dependant: Dependant) -> Iterator[Any]:
    """Every function that takes part in answering a route, the handler first."""
    yield dependant.call
    for inner in dependant.dependencies:
        yield from calls(inner)


def document(app: FastAPI) -> dict[str, Any]:
    """The document, computed once."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title, version=app.version, description=DESCRIPTION, routes=app.routes
        )
        _add_problem_schema(made)
        for context in iter_route_contexts(app.routes):
            if context.path_format in made["paths"]:
                _add_problems(made["paths"][context.path_format], context)
        for path, operations in made["paths"].items():
            for operation in operations.values():
                _fill_in(path, operation, made["components"]["schemas"])
        add_examples(made)
        app.openapi_schema = made
    return app.openapi_schema


def _add_problem_schema(made: dict[str, Any]) -> None:
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= schema.pop("$defs", {})
    schemas["Problem"] = schema


def _add_problems(path: dict[str, Any], context: Any) -> None:
    for method in context.methods or ():
        operation = path.get(method.lower())
        if operation is None:
            continue
        for error in _possible(context, method):
            operation["responses"].setdefault(str(error.status), documented(error))
        operation["responses"]["422"] = documented(errors.Invalid)
        operation["responses"]["default"] = documented(HengyangError)


def _possible(context: Any, method: str) -> list[type[HengyangError]]:
    taking_part = list(calls(context.dependant))
    found: list[type[HengyangError]] = [errors.Unavailable]
    if any(isinstance(call, Door) for call in taking_part):
        found += [errors.Unauthenticated, errors.Forbidden]
    if if_match_header in taking_part:
        found += [errors.Stale, errors.PreconditionMissing]
    if "{" in context.path_format:
        found.append(errors.NotFound)
    if method in ("POST", "PUT", "PATCH"):
        found += [errors.Conflict, errors.TooLarge]
    return found


def _fill_in(path: str, operation: dict[str, Any], schemas: Schemas) -> None:
    """The address at which each example of a problem happened, and where what was made is."""
    given = {
        item["name"]: str(example_of(item | item["schema"], schemas))
        for item in operation.get("parameters", ())
        if item["in"] == "path"
    }
    for status, response in operation["responses"].items():
        if problem := response.get("content", {}).get(MEDIA_TYPE):
            problem["example"] = problem["example"] | {"instance": path.format(**given)}
        if status == "201":
            response.setdefault("headers", {})["Location"] = LOCATION
