"""The live feed of a process: its hub, and the watch over its viewers' sessions."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

from center.identity.sessions.lookup import find_callers
from center.logs import logger
from server.live.hub import Hub
from server.live.protocol import TOKEN
from server.live.settings import LiveSettings
from server.live.viewer import Viewer

log = logger(__name__)
T = TypeVar("T")

THREADS = 2  # a flood of viewers signs in by and by; requests have threads of their own
PATIENCE_SECONDS = 5.0  # with a source that hangs on the database, at the end
# Lines on which nobody has signed in yet count too: this many times the viewers are let in.
LINES_PER_VIEWER = 2


class Live:
    """Made in the event loop it works in."""

    def __init__(self, config: LiveSettings) -> None:
        self.config = config
        self.hub = Hub(config)
        self._threads = ThreadPoolExecutor(THREADS, "live")
        self._lines = 0
        self._watch = asyncio.ensure_future(self._keep_watch())

    async def stop(self) -> None:
        """Ends every line with 1012, and our threads."""
        self._watch.cancel()
        with suppress(asyncio.CancelledError):
            await self._watch
        source = self.hub.close()
        if source is not None:
            await asyncio.to_thread(source.join, PATIENCE_SECONDS)
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def in_thread(self, call: Callable[[], T]) -> T:
        """What a call says that waits for the database."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    def open_line(self) -> bool:
        """Counts a line that has come; False where it is one too many."""
        self._lines += 1
        return self._lines <= LINES_PER_VIEWER * self.config.live_viewers

    def close_line(self) -> None:
        """Counts a line that has gone."""
        self._lines -= 1

    async def _keep_watch(self) -> None:
        while True:
            await asyncio.sleep(self.config.live_session_seconds)
            try:
                await self._check_sessions()
            except SQLAlchemyError as error:
                # Nobody is cut because the database is away; nobody is told anything either.
                log.warning("live_sessions_unchecked", error=type(error).__name__)
            except Exception:  # the watch must go on, whatever it was
                log.exception("live_sessions_unchecked")
            source = self.hub.rest()
            if source is not None:
                await asyncio.to_thread(source.join, PATIENCE_SECONDS)

    async def _check_sessions(self) -> None:
        watched = self.hub.sessions()
        if not watched:
            return
        addresses = {session: viewers[0].caller.address for session, viewers in watched.items()}
        found = await self.in_thread(lambda: find_callers(addresses))
        for session, viewers in watched.items():
            for viewer in viewers:
                if _is_of(viewer, session) and viewer in self.hub.viewers:
                    caller = found.get(session)
                    if caller is None:
                        viewer.end(TOKEN, "session_ended")
                    else:
                        self.hub.see(viewer, caller)


def _is_of(viewer: Viewer, session: object) -> bool:
    """A token may have been renewed for another session while the old one was looked up."""
    return viewer.caller.session_id == session
