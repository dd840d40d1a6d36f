"""One line: who it is, what is asked, what is told, and how it ends."""

import asyncio
import time
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import TypeVar

from starlette.types import Message
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketDisconnected

from center.clock import now
from center.identity.caller import Caller
from center.identity.sessions.lookup import find_caller
from center.identity.tokens import InvalidToken, read
from center.logs import logger
from server.live import protocol
from server.live.cursor import Cursor
from server.live.ending import Ended, answer, until_one_ends
from server.live.hub import Full
from server.live.origin import is_foreign
from server.live.protocol import BadFrame, Hello, Ping, Renew, Subscribe
from server.live.refusals import tell_refusal
from server.live.service import Live
from server.live.viewer import Ending, Viewer
from server.metrics import observe_cut

log = logger(__name__)
T = TypeVar("T")

BURST_SECONDS = 10  # frames may come in a burst of as many as this time allows
# The token is to be renewed before its last tenth, and 20 s before its end at least: a little
# later than a page does it by itself.
RENEW_SHARE, RENEW_SECONDS = 0.08, 15.0
FAREWELL_SECONDS = 30.0  # for a viewer who takes nothing to learn why the line is cut
MOST_REASON_BYTES = 120  # of a close frame (RFC 6455: 123)


class Conversation:
    """Begins with `run`, which returns when the line is closed."""

    def __init__(self, socket: WebSocket, live: Live) -> None:
        self._socket = socket
        self._live, self._config = live, live.config
        self._address = socket.client.host if socket.client else "unknown"
        self._credit = self._most_credit = self._config.live_frames_per_second * BURST_SECONDS
        self._credited_at = time.monotonic()
        self._renewed = asyncio.Event()

    async def run(self) -> None:
        """From the handshake to the end."""
        viewer: Viewer | None = None
        ending: Ending | None = None
        try:
            await self._socket.accept()
            self._check_origin()
            viewer = await self._greet()
            ending = await self._talk(viewer)
        except Ended as ended:
            ending = ended.ending
        except (WebSocketDisconnect, WebSocketDisconnected):
            pass
        finally:
            if viewer is not None:
                self._live.hub.detach(viewer)  # who is slow to leave costs nobody anything
        if ending is not None:
            await self._close(ending)

    async def _close(self, ending: Ending) -> None:
        observe_cut(protocol.CUTS[ending.code])
        log.info("live_cut", code=ending.code, reason=ending.reason, address=self._address)
        reason = ending.reason.encode()[:MOST_REASON_BYTES].decode(errors="ignore")
        with suppress(WebSocketDisconnect, WebSocketDisconnected, RuntimeError, TimeoutError):
            async with asyncio.timeout(FAREWELL_SECONDS):
                await self._socket.close(ending.code, reason)

    # --- signing in --------------------------------------------------------------------------

    def _check_origin(self) -> None:
        """A page of another origin must not talk with our visitors' browsers."""
        if is_foreign(self._socket.headers):
            raise Ended(protocol.ORIGIN, "pages of this origin may not use the feed")

    async def _greet(self) -> Viewer:
        try:
            async with asyncio.timeout(self._config.live_hello_seconds):
                hello = await self._receive()
        except TimeoutError:
            raise Ended(protocol.TOKEN, "no hello with a token came in time") from None
        if not isinstance(hello, Hello):
            raise Ended(protocol.BAD_FRAME, "the first frame must be hello")
        caller, ends_at = await self._identify(hello.token)
        viewer = Viewer(caller, ends_at, cursor=Cursor.parse(hello.cursor))
        try:
            self._live.hub.attach(viewer)
        except Full as full:
            raise Ended(protocol.TRY_LATER, full.detail) from full
        self._welcome(viewer)
        return viewer

    async def _identify(self, token: str) -> tuple[Caller, datetime]:
        # A screen that watches is no use of the session: it grows idle like one that polls.
        def look() -> tuple[tuple[Caller, bool], datetime]:
            return find_caller(token, self._address, used=False), read(token).ends_at

        try:
            (caller, must_change), ends_at = await answer(self._live, look)
        except InvalidToken as error:
            raise Ended(protocol.TOKEN, error.code()) from error
        if must_change:
            raise Ended(protocol.TOKEN, "password_change_required")
        return caller, ends_at

    def _welcome(self, viewer: Viewer) -> None:
        viewer.outbox.say(protocol.Welcome(server_time=now(), session_ends_at=viewer.token_ends))
        viewer.wake.set()

    # --- talking -----------------------------------------------------------------------------

    async def _talk(self, viewer: Viewer) -> Ending:
        async def wait() -> Ending:
            return await viewer.ending

        # The wish of the server or the reason of a cut comes first.
        return await until_one_ends(
            (self._listen(viewer), self._speak(viewer), self._keep_time(viewer), wait())
        )

    async def _listen(self, viewer: Viewer) -> Ending:
        while True:
            frame = await self._receive()
            if isinstance(frame, Ping):
                viewer.outbox.say(protocol.Pong(server_time=now()))
                viewer.wake.set()
            elif isinstance(frame, Subscribe):
                await self._subscribe(viewer, frame)
            elif isinstance(frame, Renew):
                await self._renew(viewer, frame)
            else:
                raise Ended(protocol.BAD_FRAME, "hello was said before")

    async def _receive(self) -> protocol.Frame:
        message: Message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1006))
        self._charge()
        text = message.get("text")
        if text is None:
            raise Ended(protocol.BAD_FRAME, "frames are JSON text, not binary")
        if len(text) > self._config.live_frame_bytes:
            limit = self._config.live_frame_bytes
            raise Ended(protocol.BAD_FRAME, f"a frame may have {limit} bytes")
        try:
            return protocol.decode(text)
        except BadFrame as error:
            raise Ended(protocol.BAD_FRAME, str(error)) from error

    def _charge(self) -> None:
        at = time.monotonic()
        earned = (at - self._credited_at) * self._config.live_frames_per_second
        self._credit = min(self._most_credit, self._credit + earned) - 1
        self._credited_at = at
        if self._credit < 0:
            raise Ended(protocol.BAD_FRAME, "too many frames: fewer a second are understood")

    async def _subscribe(self, viewer: Viewer, frame: Subscribe) -> None:
        self._live.hub.subscribe(viewer, frame.topics)
        for topic in viewer.asked():
            if missing := viewer.missing(topic):
                detail = f"Your roles do not permit this topic: {', '.join(missing)}."
                viewer.outbox.say(protocol.ErrorFrame(code="forbidden", detail=detail, topic=topic))
                viewer.wake.set()
                await answer(self._live, partial(tell_refusal, viewer.caller, topic, missing))

    async def _renew(self, viewer: Viewer, frame: Renew) -> None:
        caller, ends_at = await self._identify(frame.token)
        if caller.user_id != viewer.caller.user_id:
            raise Ended(protocol.TOKEN, "the token is another user's")
        viewer.token_ends = ends_at
        self._live.hub.see(viewer, caller)
        self._renewed.set()
        self._welcome(viewer)

    async def _keep_time(self, viewer: Viewer) -> Ending:
        """Reminds of the end of the token, and ends with it."""
        while True:
            left = (viewer.token_ends - now()).total_seconds()
            before_end = max(RENEW_SECONDS, RENEW_SHARE * left)
            if not await self._is_renewed(left - before_end):
                viewer.outbox.say(protocol.RenewSoon(session_ends_at=viewer.token_ends))
                viewer.wake.set()
                if not await self._is_renewed((viewer.token_ends - now()).total_seconds()):
                    return Ending(protocol.TOKEN, "invalid_token")

    async def _is_renewed(self, seconds: float) -> bool:
        self._renewed.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, seconds)):
                await self._renewed.wait()
        return self._renewed.is_set()

    async def _speak(self, viewer: Viewer) -> Ending:
        patience = self._config.live_patience_seconds
        while True:
            await viewer.wake.wait()
            viewer.wake.clear()
            for frame in viewer.outbox.take():
                try:
                    async with asyncio.timeout(patience):
                        await self._socket.send_text(frame.decode())
                except TimeoutError:
                    reason = f"no frame was taken for {patience:g} s: the line is too slow"
                    return Ending(protocol.TOO_SLOW, reason)
