"""`/healthz`, `/readyz`, `/metrics`: what those ask who look after the running system."""

import ipaddress
from collections.abc import Callable
from functools import cache
from typing import Annotated

import redis
import sqlalchemy as sa
from fastapi import Depends, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import SQLAlchemyError

from center.database import engine
from center.identity.guard import Door, Guard, bearer, client_address
from center.routing import Router
from center.settings import RedisSettings, settings
from server.metrics import render
from server.migrations import newest

router = Router(tags=["health"])

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
REDIS_SECONDS = 1.0


class Health(BaseModel):
    """The process answers."""

    status: str = Field(examples=["ok"])


class Check(BaseModel):
    """One thing that requests rest on."""

    name: str = Field(examples=["database"])
    ok: bool
    reason: str = Field(examples=["does not answer"])


class Readiness(BaseModel):
    """Whether requests can be served, and why not."""

    ready: bool
    checks: list[Check]


@router.get("/healthz")
def healthz() -> Health:
    """The process lives; it says nothing of its servers."""
    return Health(status="ok")


@router.get("/readyz", responses={503: {"model": Readiness, "description": "Not ready."}})
def readyz(response: Response) -> Readiness:
    """Database and schema are as they must be; without Redis news come later, and all is served."""
    reasons = {name: check() for name, check in CHECKS.items()}
    checks = [
        Check(name=name, ok=reason is None, reason=reason or "ok")
        for name, reason in reasons.items()
    ]
    ready = all(check.ok for check in checks if check.name in NEEDED)
    if not ready:
        response.status_code = 503
        response.headers["Retry-After"] = "2"
    return Readiness(ready=ready, checks=checks)


def _database() -> str | None:
    try:
        with engine().connect() as connection:
            connection.execute(sa.text("SELECT 1"))
    except SQLAlchemyError:
        return "the database does not answer"
    return None


def _schema() -> str | None:
    try:
        with engine().connect() as connection:
            found = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    except SQLAlchemyError:
        return "the database has no schema that could be read: run hengyang migrate"
    if found != newest():
        return f"the database is at {found}, the program wants {newest()}: run hengyang migrate"
    return None


def _redis() -> str | None:
    try:
        _redis_client().ping()
    except redis.RedisError:
        return "Redis does not answer"
    return None


@cache
def _redis_client() -> redis.Redis:
    return redis.Redis.from_url(
        str(settings(RedisSettings).redis_url),
        socket_timeout=REDIS_SECONDS,
        socket_connect_timeout=REDIS_SECONDS,
    )


CHECKS: dict[str, Callable[[], str | None]] = {
    "database": _database,
    "schema": _schema,
    "redis": _redis,
}
NEEDED = frozenset({"database", "schema"})


class Watcher(Door):
    """Lets in the machine itself, or who may see how the system runs."""

    def __call__(self, request: Request, token: Annotated[str | None, Depends(bearer)]) -> None:
        if not _is_this_machine(request):
            Guard(frozenset({"system:read"}))(request, token)


def _is_this_machine(request: Request) -> bool:
    """A proxy on this machine speaks for others: what it forwards is not the machine itself."""
    if "x-forwarded-for" in request.headers or "forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(client_address(request)).is_loopback
    except ValueError:
        return False


@router.get("/metrics", response_class=Response, dependencies=[Depends(Watcher())])
def metrics() -> Response:
    """Figures in the text format of Prometheus."""
    return Response(render(), media_type=METRICS_TYPE)
