"""What surrounds every request, from the outside inward; ASGI wants these few in async."""

import re
import time
from typing import Any
from uuid import uuid4

import structlog
from fastapi import Request
from fastapi.routing import iter_route_contexts
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from center import errors, problems
from center.logs import logger
from center.settings import ApiSettings, settings
from server.metrics import observe
from server.settings import HttpSettings

REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{8,64}$")
QUIET = ("/healthz", "/readyz", "/metrics", "/assets/")  # asked every few seconds; not logged

# Workers of MapLibre GL come as blobs, component libraries set style attributes.
CONTENT_POLICY = "; ".join((
    "default-src 'self'", "script-src 'self'", "worker-src 'self' blob:", "child-src blob:",
    "style-src 'self' 'unsafe-inline'", "img-src 'self' data: blob:", "media-src 'self' blob:",
    "font-src 'self' data:", "connect-src 'self'", "object-src 'none'", "base-uri 'self'",
    "form-action 'self'", "frame-ancestors 'none'",
))  # fmt: skip
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(self), microphone=()",
}
TRANSPORT = "max-age=31536000"  # seconds that a browser comes by HTTPS alone

log = logger(__name__)


class RequestNumber:
    """A number for every request, in its answer, in each of its log lines and in the audit."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
        number = given if REQUEST_ID.match(given) else uuid4().hex

        async def numbered(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-Id"] = number
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=number):
            await self.app(scope, receive, numbered)


class SecurityHeaders:
    """What a browser may do with our answers; set on errors too, hence outside of them."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if scope["scheme"] == "https":
                    headers.setdefault("Strict-Transport-Security", TRANSPORT)
                if scope["path"].startswith("/api/"):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self.app(scope, receive, guarded)


class Outcome:
    """Logs and counts each answer; an unforeseen error becomes a problem document."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 0

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:  # noqa: BLE001  # the last resort: whatever it is, answer
            response = problems.unexpected(Request(scope), error)
            if status == 0:
                await response(scope, receive, watched)
        finally:
            _record(scope, status, time.perf_counter() - started)


class TooLarge:
    """Starlette tells of a body that is too large in plain text: here it becomes a problem."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        replaced = False

        async def translated(message: Message) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start":
                kind = MutableHeaders(scope=message).get("content-type", "")
                replaced = message["status"] == 413 and kind.startswith("text/plain")
                if replaced:
                    response = problems.answer(Request(scope), errors.TooLarge())
                    await response(scope, receive, send)
            if not replaced:
                await send(message)

        await self.app(scope, receive, translated)


def template(scope: Scope) -> str:
    """The route with names in place of values, e.g. `/api/v1/users/{user_id}`."""
    state = scope["app"].state
    if not hasattr(state, "templates"):
        contexts = iter_route_contexts(scope["app"].routes)
        state.templates = {getattr(c, "endpoint", None): c.path_format for c in contexts}
    endpoint = getattr(scope.get("route"), "endpoint", None)  # the web pages' mount has none
    found: str = state.templates.get(endpoint, "other") if endpoint is not None else "other"
    return found


def _record(scope: Scope, status: int, seconds: float) -> None:
    observe(scope["method"], template(scope), status, seconds)
    if scope["path"].startswith(QUIET):
        return
    client: Any = scope.get("client")
    caller = scope.get("state", {}).get("caller")
    log.info(
        "request",
        method=scope["method"],
        path=scope["path"],
        status=status or 499,  # nobody waited for the answer
        milliseconds=round(seconds * 1000, 1),
        address=client[0] if client else None,
        user_id=caller.user_id if caller else None,
    )


def build() -> list[Middleware]:
    """The list itself: the number first, so that all the others may tell it."""
    limit = settings(HttpSettings).api_max_body_bytes
    found = [
        Middleware(RequestNumber),
        Middleware(SecurityHeaders),
        Middleware(Outcome),
        Middleware(TooLarge),
        Middleware(RequestBodyLimitMiddleware, max_body_size=limit),
    ]
    if origins := settings(ApiSettings).api_origins:
        found.append(
            Middleware(
                CORSMiddleware,
                allow_origins=list(origins),
                allow_methods=["*"],
                allow_headers=[
                    "Authorization",
                    "Content-Type",
                    "If-Match",
                    "Idempotency-Key",
                    "X-Background",
                ],
                expose_headers=["ETag", "Location", "Retry-After", "X-Request-Id"],
            )
        )
    return found
