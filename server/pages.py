"""The built web pages at `/`: files as they are, and the start page for every other address."""

from pathlib import Path

from fastapi import Response
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

API_PATHS = ("/api/", "/healthz", "/readyz", "/metrics")
HASHED = "/assets/"  # Vite puts a hash of the content into these names
FOR_EVER = "public, max-age=31536000, immutable"
ASK_FIRST = "no-cache"

NOT_BUILT = "The web pages are not built. Run: make web\n网页尚未构建，请运行：make web\n"


class Pages:
    """Takes what no route wants. The router inside the page then shows its own addresses."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = StaticFiles(directory=folder, check_dir=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(API_PATHS):
            raise HTTPException(404)
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        response = await self._find(scope)
        await response(scope, receive, send)

    async def _find(self, scope: Scope) -> Response:
        if not (self.folder / "index.html").is_file():
            return PlainTextResponse(NOT_BUILT, 503)
        path = scope["path"]
        try:
            response = await self.files.get_response(self.files.get_path(scope), scope)
            lasting = path.startswith(HASHED)
        except HTTPException:
            if "." in path.rpartition("/")[2] or path.startswith(HASHED):
                raise  # a file that is missing is missing, not a page
            response = await self.files.get_response("index.html", scope)
            lasting = False
        response.headers["Cache-Control"] = FOR_EVER if lasting else ASK_FIRST
        return response
