"""Where the live feed is. The permission of each topic is asked for when it is subscribed to."""

from fastapi import FastAPI
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from center.requests import PREFIX
from server.live.conversation import Conversation
from server.live.picture import Picture
from server.live.protocol import CUTS, TRY_LATER
from server.live.service import Live
from server.metrics import observe_cut

PATH = f"{PREFIX}/live"
PICTURE_PATH = f"{PREFIX}/cameras/{{device_id}}/live"


async def live(socket: WebSocket) -> None:
    """What changes, as docs/live.schema.json says."""
    feed: Live = socket.app.state.live
    try:
        if feed.open_line():
            await Conversation(socket, feed).run()
        else:
            await socket.accept()
            observe_cut(CUTS[TRY_LATER])
            await socket.close(TRY_LATER, "too many lines are open")
    finally:
        feed.close_line()


async def picture(socket: WebSocket) -> None:
    """The live picture of a camera, as docs/video.md says; `video:watch` is asked for inside."""
    feed: Live = socket.app.state.live
    try:
        if feed.open_line():
            await Picture(socket, feed, socket.path_params["device_id"]).run()
        else:
            await socket.accept()
            observe_cut(CUTS[TRY_LATER])
            await socket.close(TRY_LATER, "too many lines are open")
    finally:
        feed.close_line()


def include(app: FastAPI) -> None:
    """Adds it; the application must hold a `Live` in its state while it runs."""
    app.router.routes.append(WebSocketRoute(PATH, live))
    app.router.routes.append(WebSocketRoute(PICTURE_PATH, picture))
