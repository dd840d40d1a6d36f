"""Problem details (RFC 9457): one table from errors to answers, and never a stack trace."""

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, cast

import psycopg
import redis.exceptions
import sqlalchemy as sa
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException

from center.database import is_away
from center.errors import Conflict, HengyangError, Invalid, Stale, Unavailable
from center.logs import logger

MEDIA_TYPE = "application/problem+json"
MOST_ERRORS = 50  # of one request; a list of a thousand wrong items helps nobody
RETRY_SECONDS = {503: 2, 429: 1}

log = logger(__name__)


class FieldError(BaseModel):
    """One thing that is wrong with the request."""

    field: str = Field(description="Where it is.", examples=["body.display_name"])
    code: str = Field(description="Stable name of the rule.", examples=["string_too_long"])
    message: str = Field(examples=["String should have at most 80 characters"])


class Problem(BaseModel):
    """What went wrong, for people (`title`, `detail`) and for programs (`code`)."""

    type: str = Field(examples=["urn:hengyang:problem:not_found"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no such thing, or it lies outside your divisions."])
    instance: str = Field(description="Path of the request.", examples=["/api/v1/users/7"])
    code: str = Field(description="Stable name of the problem.", examples=["not_found"])
    errors: list[FieldError] | None = None


class RequestFailed(HengyangError):
    """The server met an error of its own; it has been logged under the request's number."""


class TooSlow(Unavailable):
    """The answer took too long to compute: ask for less."""


class Repeat(Unavailable):
    """Another change came in between: repeat the request."""


class DiskRefuses(Unavailable):
    """A disk of the server does not take or give what was asked: it may be full."""


# Foreign errors by kind, the special before the general; what is not here is our own fault.
FOREIGN_ERRORS: tuple[tuple[type[Exception], type[HengyangError]], ...] = (
    (psycopg.errors.QueryCanceled, TooSlow),
    (psycopg.errors.SerializationFailure, Repeat),
    (psycopg.errors.DeadlockDetected, Repeat),
    (psycopg.errors.LockNotAvailable, Repeat),
    (psycopg.errors.UniqueViolation, Conflict),
    (psycopg.errors.ExclusionViolation, Conflict),
    (psycopg.errors.ForeignKeyViolation, Conflict),
    (psycopg.errors.CheckViolation, Invalid),
    (psycopg.DataError, Invalid),
    (ConnectionError, Unavailable),
    (TimeoutError, Unavailable),
    (OSError, DiskRefuses),
)


def translate(error: Exception) -> HengyangError:
    """Our error for one of a library's; `RequestFailed` where there is none."""
    cause = getattr(error, "orig", error)
    for kind, ours in FOREIGN_ERRORS:
        if isinstance(cause, kind):
            return ours()
    if is_away(error) or isinstance(error, redis.exceptions.ConnectionError):
        return Unavailable()
    if isinstance(error, StaleDataError):
        return Stale()
    if isinstance(error, UnicodeEncodeError):
        return Invalid("The request holds characters that no text can have.")
    return RequestFailed()


def answer(request: Request, error: HengyangError) -> Response:
    """The response to an error."""
    fields = dict(error.fields)
    headers = dict(fields.pop("headers", {}))
    retry = fields.pop("retry_after", RETRY_SECONDS.get(error.status))
    if retry is not None:
        headers["Retry-After"] = str(max(1, round(retry)))
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return render(request, error.status, error.code(), error.detail, headers, fields)


def render(
    request: Request,
    status: int,
    code: str,
    detail: str,
    headers: Mapping[str, str] | None = None,
    more: Mapping[str, Any] | None = None,
) -> Response:
    """The document itself; `more` are extension members."""
    problem = dict(more or {}) | {
        "type": f"urn:hengyang:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": request.url.path,
        "code": code,
    }
    text = json.dumps(problem, ensure_ascii=False, default=str).encode("utf-8", "replace")
    return Response(text, status, headers, MEDIA_TYPE)


def _ours(request: Request, error: Exception) -> Response:
    return answer(request, cast(HengyangError, error))


def _foreign(request: Request, error: Exception) -> Response:
    ours = translate(error)
    event = "request_failed" if isinstance(ours, RequestFailed) else "request_error_translated"
    log.warning(event, code=ours.code(), error=type(error).__name__, exc_info=error)
    return answer(request, ours)


def _invalid(request: Request, error: Exception) -> Response:
    found = cast(RequestValidationError, error).errors()[:MOST_ERRORS]
    errors = [
        {
            "field": ".".join(str(part) for part in item["loc"]),
            "code": item["type"],
            "message": item["msg"],
        }
        for item in found
    ]
    named = ", ".join(dict.fromkeys(item["field"] for item in errors))
    detail = f"These fields cannot be used: {named}."
    return render(request, 422, Invalid.code(), detail, more={"errors": errors})


HTTP_CODES = {
    400: ("bad_request", "The request could not be read."),
    404: ("no_such_address", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not know that method."),
    413: ("too_large", "The content is larger than allowed."),
}


def _http(request: Request, error: Exception) -> Response:
    found = cast(HTTPException, error)
    code, detail = HTTP_CODES.get(found.status_code, ("http_error", str(found.detail)))
    return render(request, found.status_code, code, detail, found.headers)


HANDLERS: tuple[tuple[type[Exception], Callable[[Request, Exception], Response]], ...] = (
    (HengyangError, _ours),
    (RequestValidationError, _invalid),
    (HTTPException, _http),
    (sa.exc.DBAPIError, _foreign),
    (sa.exc.TimeoutError, _foreign),
    (psycopg.Error, _foreign),
    (redis.exceptions.RedisError, _foreign),
    (StaleDataError, _foreign),
    (UnicodeEncodeError, _foreign),
    (OSError, _foreign),
)


def told(*errors: type[HengyangError]) -> dict[int | str, dict[str, Any]]:
    """For `responses=` of a route: problems that it has beyond those that its signature tells."""
    return {error.status: documented(error) for error in errors}


def documented(error: type[HengyangError]) -> dict[str, Any]:
    """An error as the OpenAPI document shows it; `instance` is filled in by the document."""
    example = {
        "type": f"urn:hengyang:problem:{error.code()}",
        "title": HTTPStatus(error.status).phrase,
        "status": error.status,
        "detail": error().detail,
        "code": error.code(),
    }
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
    return {"description": error().detail, "content": {MEDIA_TYPE: content}}


def install(app: FastAPI) -> None:
    """Every error of every handler becomes a problem document."""
    for kind, handler in HANDLERS:
        app.add_exception_handler(kind, handler)


def unexpected(request: Request, error: Exception) -> Response:
    """The last resort, for the outermost middleware: logged in full, told in one sentence."""
    log.error("request_failed", error=type(error).__name__, exc_info=error)
    return answer(request, RequestFailed())
