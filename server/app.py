"""The HTTP application, put together from lists."""

from fastapi import FastAPI

from center import problems
from server import api


def create_app() -> FastAPI:
    """The API with its document at `/api/openapi.json`."""
    app = FastAPI(
        title="Digital Hengyang (数字衡阳)",
        version="1",
        openapi_url="/api/openapi.json",
        docs_url=None,  # its page loads scripts from another host
        redoc_url=None,
        max_body_size=1_000_000,
    )
    problems.install(app)
    app.include_router(api.build())
    return app
