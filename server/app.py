"""The HTTP application, put together from lists."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.exc import SQLAlchemyError

from center import problems
from center.audit.anchors import anchor_now
from center.identity.passwords import check_threads
from center.logs import logger
from center.processes.heartbeat import Heartbeat
from center.settings import ApiSettings, settings
from server import api, health, middleware, openapi
from server.live import endpoints as live
from server.live.service import Live
from server.live.settings import LiveSettings
from server.pages import Pages
from server.settings import HttpSettings

log = logger(__name__)


def create_app(heart: Heartbeat | None = None) -> FastAPI:
    """The API with its document at `/api/openapi.json`, and the web pages at every other path.

    `heart` beats as long as the application serves.
    """
    config = settings(HttpSettings)
    check_threads(settings(ApiSettings).api_threads)
    app = FastAPI(
        title="Digital Hengyang (数字衡阳)",
        version="1",
        openapi_url="/api/openapi.json",
        docs_url=None,  # its page loads scripts from another host
        redoc_url=None,
        redirect_slashes=False,
        middleware=middleware.build(),
        lifespan=partial(_lifespan, heart=heart),
    )
    problems.install(app)
    app.include_router(health.router)
    api.include(app)
    live.include(app)
    app.router.default = Pages(config.web_dist)
    app.openapi = lambda: openapi.document(app)  # type: ignore[method-assign]  # FastAPI's own way
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI, heart: Heartbeat | None) -> AsyncIterator[None]:
    current_default_thread_limiter().total_tokens = settings(ApiSettings).api_threads
    app.state.live = Live(settings(LiveSettings))  # the heart tells of it with its first beat
    if heart is not None:
        await run_in_threadpool(heart.start)
    yield
    await app.state.live.stop()
    await run_in_threadpool(_anchor)
    if heart is not None:
        await run_in_threadpool(heart.stop)


def _anchor() -> None:
    """The head of the audit trail is written down when a process ends in order."""
    try:
        anchor_now()
    except (SQLAlchemyError, OSError) as error:
        log.warning("audit_anchor_failed", error=str(error))
