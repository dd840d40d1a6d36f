"""A live picture for one viewer: signed in, scoped, audited, and passed on from the worker."""

import asyncio
from contextlib import suppress
from functools import partial
from typing import NamedTuple, TypeVar

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketDisconnected

from center.audit.service import audit_alone
from center.database import reading
from center.errors import HengyangError
from center.identity.caller import Caller
from center.identity.sessions.lookup import find_caller, find_callers
from center.identity.tokens import InvalidToken
from center.logs import logger
from server.live import protocol
from server.live.ending import Ended, answer, until_one_ends
from server.live.origin import is_foreign
from server.live.refusals import tell_refusal
from server.live.service import Live
from server.metrics import observe_cut
from video.cameras import repository
from video.live.messages import HEAD, MOST_BYTES, WORDS
from video.live.tickets import issue

log = logger(__name__)
T = TypeVar("T")

PERMISSION = "video:watch"
FORBIDDEN, NOT_FOUND = 4403, 4404
AGAIN_SECONDS = 1.5  # before a worker is looked for again
CONNECT_SECONDS = 3.0
SILENT_SECONDS = 15.0  # a worker says a word every five
GONE = msgspec.json.encode({"t": "state", "state": "unwatched", "reason": ""}).decode()


class Hello(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The only frame of a viewer. `large`: the main stream, where the camera has two."""

    token: str
    large: bool = False


class Camera(NamedTuple):
    """The camera that is looked at."""

    device: int
    device_id: str


class Picture:
    """Begins with `run`, which returns when the line is closed."""

    def __init__(self, socket: WebSocket, live: Live, device_id: str) -> None:
        self._socket, self._live, self._device_id = socket, live, device_id
        self._address = socket.client.host if socket.client else "unknown"
        self._large = False

    async def run(self) -> None:
        """From the handshake to the end."""
        try:
            await self._socket.accept()
            if is_foreign(self._socket.headers):
                raise Ended(protocol.ORIGIN, "pages of this origin may not watch")
            caller = await self._greet()
            await self._show(caller, await self._find(caller))
        except Ended as ended:
            code, reason = ended.ending.code, ended.ending.reason
            observe_cut(protocol.CUTS.get(code, "refused"))
            log.info("picture_cut", code=code, reason=reason, address=self._address)
            with suppress(WebSocketDisconnect, WebSocketDisconnected, RuntimeError, TimeoutError):
                async with asyncio.timeout(self._live.config.live_patience_seconds):
                    await self._socket.close(code, reason)
        except (WebSocketDisconnect, WebSocketDisconnected):
            pass

    async def _greet(self) -> Caller:
        try:
            async with asyncio.timeout(self._live.config.live_hello_seconds):
                text = await self._socket.receive_text()
            hello = msgspec.json.decode(text, type=Hello)
            self._large = hello.large
            # Watching is no use of the session: it grows idle like one that polls.
            look = partial(find_caller, hello.token, self._address, used=False)
            caller, must_change = await answer(self._live, look)
        except TimeoutError:
            raise Ended(protocol.TOKEN, "no token came in time") from None
        except (msgspec.DecodeError, KeyError) as error:
            raise Ended(protocol.BAD_FRAME, "the first frame must hold a token") from error
        except InvalidToken as error:
            raise Ended(protocol.TOKEN, error.code()) from error
        if must_change:
            raise Ended(protocol.TOKEN, "password_change_required")
        if not caller.may(PERMISSION):
            await answer(self._live, partial(tell_refusal, caller, "picture", [PERMISSION]))
            raise Ended(FORBIDDEN, "your roles do not permit this")
        return caller

    async def _find(self, caller: Caller) -> Camera:
        def look() -> Camera:
            with reading() as session:
                device = repository.find(session, caller, self._device_id)
                return Camera(device.id, device.device_id)

        try:
            return await answer(self._live, look)
        except HengyangError as error:
            raise Ended(NOT_FOUND, error.code()) from error

    async def _show(self, caller: Caller, camera: Camera) -> None:
        began = asyncio.get_running_loop().time()
        await self._enter(caller, camera, "camera.watch", large=self._large)
        ending = "left"
        try:
            await self._while_allowed(caller, camera)
        except Ended as ended:
            ending = ended.ending.reason
            raise
        finally:
            seconds = round(asyncio.get_running_loop().time() - began)
            words = {"seconds": seconds, "ending": ending}
            with suppress(Ended):
                await asyncio.shield(self._enter(caller, camera, "camera.watch_end", **words))

    async def _enter(self, caller: Caller, camera: Camera, act: str, **words: object) -> None:
        await answer(
            self._live, partial(audit_alone, caller, act, "device", camera.device_id, "ok", **words)
        )

    async def _while_allowed(self, caller: Caller, camera: Camera) -> None:
        await until_one_ends(
            (self._pass_on(caller, camera), self._listen(), self._keep_watch(caller))
        )

    async def _listen(self) -> None:
        await self._socket.receive_text()  # raises where the viewer leaves
        raise Ended(protocol.BAD_FRAME, "a viewer of a picture has nothing to say")

    async def _keep_watch(self, caller: Caller) -> None:
        assert caller.session_id is not None
        sessions = {caller.session_id: caller.address}
        while True:
            await asyncio.sleep(self._live.config.live_session_seconds)
            try:
                now = (await answer(self._live, partial(find_callers, sessions))).get(
                    caller.session_id
                )
            except Ended:
                continue  # nobody is cut because the database is away
            if now is None or not now.may(PERMISSION):
                raise Ended(protocol.TOKEN, "session_ended")
            if now.divisions != caller.divisions:
                await self._find(now)

    async def _pass_on(self, caller: Caller, camera: Camera) -> None:
        """From one worker after the other; the viewer is told when there is none."""
        while True:
            address = await self._worker(caller)
            if address is not None:
                with suppress(OSError, EOFError, TimeoutError):
                    await self._relay(*address, camera)
            await self._send(GONE)
            await asyncio.sleep(AGAIN_SECONDS)

    async def _worker(self, caller: Caller) -> tuple[str, int] | None:
        def look() -> tuple[str, str] | None:
            with reading() as session:
                device = repository.find(session, caller, self._device_id)
                return repository.live_address(session, device)

        try:
            found = await answer(self._live, look)
        except HengyangError as error:
            raise Ended(NOT_FOUND, error.code()) from error
        except Ended:
            return None  # the database is away; it is asked again
        if found is None:
            return None
        host, _, port = found[1].rpartition(":")
        return host, int(port)

    async def _relay(self, host: str, port: int, camera: Camera) -> None:
        async with asyncio.timeout(CONNECT_SECONDS):
            reader, writer = await asyncio.open_connection(host, port, limit=MOST_BYTES)
        try:
            writer.write(issue(camera.device, large=self._large))
            while True:
                async with asyncio.timeout(SILENT_SECONDS):
                    kind, size = HEAD.unpack(await reader.readexactly(HEAD.size))
                    if size > MOST_BYTES:
                        raise EOFError
                    payload = await reader.readexactly(size)
                if kind != WORDS:
                    await self._send(payload)
                elif not await self._say(payload):
                    return
        finally:
            writer.close()

    async def _say(self, payload: bytes) -> bool:
        """Passes words on; False where this worker has no more to say."""
        said = msgspec.json.decode(payload)
        if said["t"] == "end":
            if said["reason"] == "too_slow":
                raise Ended(protocol.TOO_SLOW, "too_slow")
            return False
        if said["t"] != "pulse":
            await self._send(payload.decode())
        return True

    async def _send(self, message: str | bytes) -> None:
        try:
            async with asyncio.timeout(self._live.config.live_patience_seconds):
                if isinstance(message, str):
                    await self._socket.send_text(message)
                else:
                    await self._socket.send_bytes(message)
        except TimeoutError:
            raise Ended(protocol.TOO_SLOW, "too_slow") from None
