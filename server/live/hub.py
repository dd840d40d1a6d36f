"""The hub of a process: every viewer, and what each is told at each tick."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import CancelledError
from functools import partial
from uuid import UUID

from center.errors import HengyangError
from center.identity.caller import Caller
from center.logs import logger
from server.live.board import Board, Moves, Slots
from server.live.cursor import Cursor
from server.live.protocol import RESTART, ErrorFrame, Topic, Topics, encode
from server.live.settings import LiveSettings
from server.live.source import Gone, Source, Tick
from server.live.view import View
from server.live.viewer import Viewer

log = logger(__name__)

# Where nothing has changed for so long, a viewer is told just that: silence would look like a
# broken line, and what is on the screen would seem old.
TRUE_SECONDS = 2.0
FIGURES_SECONDS = 1.0
HANDOVER_SECONDS = 30.0  # an event loop that takes no tick for so long is beyond help


class Full(HengyangError):
    """This process has as many viewers as it may: try again later."""


class Hub:
    """Of one event loop; everything here runs in it, but for the source's two threads."""

    def __init__(self, config: LiveSettings) -> None:
        self.config = config
        self.viewers: set[Viewer] = set()
        self._board = Board()
        self._source: Source | None = None
        self._loop = asyncio.get_running_loop()
        self._views: dict[View, set[Viewer]] = {}
        self._resuming: set[Viewer] = set()
        self._told_at = self._figured_at = 0.0
        self._left_at = 0.0
        self._is_away = False

    # --- coming and going --------------------------------------------------------------------

    def attach(self, viewer: Viewer) -> None:
        """A viewer has signed in.

        Raises:
            Full: this one would be one too many, of all or of this user.
        """
        users = Counter(other.caller.user_id for other in self.viewers)
        if len(self.viewers) >= self.config.live_viewers:
            raise Full()
        if users[viewer.caller.user_id] >= self.config.live_viewers_per_user:
            raise Full("You have as many live lines open as one user may.")
        self.viewers.add(viewer)
        if self._source is None:
            self._begin()

    def detach(self, viewer: Viewer) -> None:
        """A viewer has gone, or is told nothing any more."""
        self.viewers.discard(viewer)
        self._resuming.discard(viewer)
        self._set_view(viewer, None)
        self._left_at = time.monotonic()

    def close(self) -> Source | None:
        """The process ends: the source is told to, and is given for who waits for its end."""
        for viewer in list(self.viewers):
            viewer.end(RESTART, "the server restarts")
        source, self._source = self._source, None
        if source is not None:
            source.stop()
        return source

    def rest(self) -> Source | None:
        """Stops looking when nobody has watched for a while; gives the source as `close` does."""
        idle = time.monotonic() - self._left_at
        if self.viewers or idle < self.config.live_rest_seconds:
            return None
        return self.close()

    def _begin(self) -> None:
        self._board, self._is_away = Board(), False
        deliver = partial(self._deliver, self._board)
        broken = partial(self._broken, self._board)
        self._source = Source(deliver, self._lost, broken, self.config.live_tick_seconds)
        self._source.start()

    # --- what the source says, from its thread -----------------------------------------------

    def _deliver(self, board: Board, tick: Tick) -> None:
        if self._loop.is_closed() or board is not self._board:
            raise Gone
        done = asyncio.run_coroutine_threadsafe(self._take(board, tick), self._loop)
        try:
            done.result(HANDOVER_SECONDS)
        except (TimeoutError, CancelledError):
            raise Gone from None

    async def _take(self, board: Board, tick: Tick) -> None:
        if board is self._board:
            self.apply(tick)

    def _lost(self) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._tell_away)

    def _broken(self, board: Board) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._start_over, board)

    def _start_over(self, board: Board) -> None:
        """Everybody comes back in a moment, to a board that is made anew."""
        if board is self._board:
            self.close()

    def _tell_away(self) -> None:
        self._is_away = True
        for viewer in self.viewers:
            _say_away(viewer)

    # --- telling -----------------------------------------------------------------------------

    def apply(self, tick: Tick) -> None:
        """Takes a tick, and tells each viewer what of it is for that viewer."""
        was_ready, self._is_away = self._board.ready, False
        moves = self._board.apply(tick)
        if not was_ready:
            for viewer in self.viewers:
                self._start(viewer, viewer.topics())
            return
        for viewer in list(self._resuming):
            self._start(viewer, ["devices"], waited=True)
        self._tell_devices(moves)
        self._tell_alarms(tick)
        now = time.monotonic()
        if now - self._told_at >= TRUE_SECONDS:
            self._told_at = now
            self._tell_true()
        if tick.system is not None and now - self._figured_at >= FIGURES_SECONDS / 2:
            self._figured_at = now
            self._tell_figures()
            self._tell_crowded()

    def _tell_devices(self, moves: Moves) -> None:
        if not len(moves.slots):
            return
        for view, viewers in self._views.items():
            items, left = self._board.changed(moves, view)
            if items or left:
                for viewer in viewers:
                    if viewer.crowd is None and "devices" in viewer.begun:
                        viewer.outbox.delta("devices", self._cursor(viewer), items, left)
                        viewer.wake.set()

    def _tell_alarms(self, tick: Tick) -> None:
        if not tick.alarms:
            return
        by_scope: dict[tuple[str, ...], tuple[dict[int, bytes], list[int]]] = {}
        for viewer in self._watching("alarms"):
            scope = viewer.caller.divisions
            if scope not in by_scope:
                seen = [alarm for alarm in tick.alarms if alarm.division.startswith(scope)]
                items = {alarm.id: alarm.body for alarm in seen if alarm.body is not None}
                by_scope[scope] = items, [alarm.id for alarm in seen if alarm.body is None]
            items, removed = by_scope[scope]
            if items or removed:
                viewer.outbox.delta("alarms", self._cursor(viewer), items, removed)
                viewer.wake.set()

    def _tell_true(self) -> None:
        self._board.keep_scopes(viewer.caller.divisions for viewer in self.viewers)
        for viewer in self.viewers:
            for topic in viewer.begun:
                if topic != "figures":
                    viewer.outbox.delta(topic, self._cursor(viewer))
                    viewer.wake.set()

    def _tell_figures(self) -> None:
        by_scope: dict[tuple[str, ...], bytes] = {}
        for viewer in self._watching("figures"):
            scope = viewer.caller.divisions
            if scope not in by_scope:
                by_scope[scope] = encode(self._board.figures(scope))
            viewer.outbox.delta("figures", self._cursor(viewer), {"figures": by_scope[scope]})
            viewer.wake.set()

    def _tell_crowded(self) -> None:
        for view, viewers in self._views.items():
            crowded = [viewer for viewer in viewers if viewer.crowd is not None]
            if crowded:
                slots = self._board.inside(view)
                for viewer in crowded:
                    self._show(viewer, view, slots)

    def _watching(self, topic: Topic) -> Iterable[Viewer]:
        return (viewer for viewer in self.viewers if topic in viewer.begun)

    # --- subscriptions -----------------------------------------------------------------------

    def subscribe(self, viewer: Viewer, wanted: Topics) -> None:
        """What a viewer wants from now on. A topic that was told of already and has not changed
        goes on; a cursor of an earlier line is used up."""
        before, viewer.wanted = viewer.wanted, wanted
        for topic in viewer.begun - set(viewer.topics()):
            self._stop(viewer, topic)
        same = {topic for topic in viewer.begun if getattr(before, topic) == getattr(wanted, topic)}
        fresh = [topic for topic in viewer.topics() if topic not in same]
        if self._is_away:
            _say_away(viewer)
        self._start(viewer, fresh)

    def see(self, viewer: Viewer, caller: Caller) -> None:
        """Who the viewer is now; with other rights than before all begins anew with those."""
        rights = [(who.permissions, who.divisions) for who in (viewer.caller, caller)]
        viewer.caller = caller
        if rights[0] == rights[1]:
            return
        viewer.cursor = None
        for topic in list(viewer.begun):
            self._stop(viewer, topic)
        self._start(viewer, viewer.topics())

    def _start(self, viewer: Viewer, topics: Iterable[Topic], *, waited: bool = False) -> None:
        """Sends snapshots; from here on every change follows, as nothing comes in between."""
        if not self._board.ready:
            return
        for topic in topics:
            if topic == "devices":
                self._start_devices(viewer, waited=waited)
            elif topic == "alarms":
                found = self._board.alarms_in(viewer.caller.divisions)
                shown = list(found.values())[: self.config.live_alarms]
                viewer.outbox.snapshot(
                    topic, self._cursor(viewer), shown, too_many=len(found) > len(shown)
                )
            else:
                body = encode(self._board.figures(viewer.caller.divisions))
                viewer.outbox.snapshot(topic, self._cursor(viewer), [body])
            if viewer not in self._resuming or topic != "devices":
                viewer.begun.add(topic)
        viewer.wake.set()

    def _start_devices(self, viewer: Viewer, *, waited: bool) -> None:
        self._resuming.discard(viewer)
        view = viewer.new_view()
        if view is None:
            return
        self._set_view(viewer, view)
        place, cursor = self._board.place, viewer.cursor
        if cursor is not None and cursor.leads_to(place, view.number):
            # Told by a process that was ahead of this one: after the next tick we are as far.
            if cursor.place.xid > place.xid and not waited:
                self._resuming.add(viewer)
                return
            viewer.cursor = None
            if cursor.place.xid <= place.xid and self._resume(viewer, view, cursor):
                return
        viewer.cursor = None
        viewer.crowd = None
        self._show(viewer, view, self._board.inside(view))

    def _resume(self, viewer: Viewer, view: View, cursor: Cursor) -> bool:
        if len(self._board.inside(view)) > self.config.live_devices:
            return False
        viewer.crowd = None
        items, left = self._board.changed_since(cursor.place.xid, view)
        viewer.outbox.delta("devices", self._cursor(viewer), items, left)
        return True

    def _show(self, viewer: Viewer, view: View, slots: Slots) -> None:
        if len(slots) <= self.config.live_devices:
            viewer.crowd = None
            bodies = self._board.bodies(slots, view)
            viewer.outbox.snapshot("devices", self._cursor(viewer), bodies.values())
        elif viewer.crowd != (states := self._board.states(slots)):
            viewer.crowd = states
            viewer.outbox.snapshot(
                "devices", self._cursor(viewer), (), too_many=True, states=states
            )
        viewer.wake.set()

    def _stop(self, viewer: Viewer, topic: Topic) -> None:
        viewer.begun.discard(topic)
        viewer.outbox.drop(topic)
        if topic == "devices":
            self._set_view(viewer, None)

    def _set_view(self, viewer: Viewer, view: View | None) -> None:
        if viewer.view is not None:
            others = self._views[viewer.view]
            others.discard(viewer)
            if not others:
                del self._views[viewer.view]
        viewer.view = view
        if view is not None:
            self._views.setdefault(view, set()).add(viewer)

    def _cursor(self, viewer: Viewer) -> str:
        number = 0 if viewer.view is None else viewer.view.number
        return str(Cursor(self._board.resume_from, number))

    # --- sessions ----------------------------------------------------------------------------

    def sessions(self) -> dict[UUID, list[Viewer]]:
        """Viewers by their session."""
        found: dict[UUID, list[Viewer]] = {}
        for viewer in self.viewers:
            if viewer.caller.session_id is not None:
                found.setdefault(viewer.caller.session_id, []).append(viewer)
        return found


def _say_away(viewer: Viewer) -> None:
    viewer.outbox.say(
        ErrorFrame(
            code="unavailable",
            detail="The database does not answer; what is shown grows old until it does.",
        )
    )
    viewer.wake.set()
