"""The router of every part of the API: plain `def` handlers, each in a thread of its own."""

from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any

from fastapi import APIRouter
from fastapi.concurrency import run_in_threadpool
from starlette.routing import Match
from starlette.types import Scope


class Router(APIRouter):
    """FastAPI's router, but an answer is made into JSON where it was received, in the event loop.

    FastAPI sends the answer of a plain handler through a second thread to check it. A request
    then waits for a thread while it holds a connection, and threads wait for connections: with
    enough requests at once all wait for each other until the pool gives up.
    """

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        """Adds a handler; a plain one is run in a thread, as FastAPI would."""
        if not iscoroutinefunction(endpoint):
            endpoint = _in_thread(endpoint)
        super().add_api_route(path, endpoint, **options)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Passes over all of its paths at once where the request's lacks their common beginning.

        FastAPI asks every router in turn, and each tries every path of its own.
        """
        if self.prefix.partition("{")[0] not in scope["path"]:
            return Match.NONE, {}
        return super().matches(scope)


def _in_thread(handler: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(handler)
    async def call(**values: Any) -> Any:
        return await run_in_threadpool(handler, **values)

    return call
