"""What every device and alarm looks like now, ready to be sent: of the event loop alone."""

import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from center.alarms.signals import SEVERITIES
from server.live.alarms import AlarmChange
from server.live.cursor import Place
from server.live.known import DeviceChange
from server.live.protocol import STATES, AlarmCounts, Figures, States
from server.live.source import System, Tick
from server.live.view import View

# A process may hear of an alarm a little later than another one. So a cursor names a place this
# many seconds back, and who resumes is told the last seconds once more.
OVERLAP_SECONDS = 5.0
_GONE = -1  # instead of a state: the device was retired
_NOWHERE = (np.nan, np.nan)

Mask = npt.NDArray[np.bool_]
Slots = npt.NDArray[np.int64]
Scope = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Moves:
    """Devices that have changed: their slots, where they were before, and who saw them then."""

    slots: Slots
    before: npt.NDArray[np.float64]
    seen_before: Mapping[Scope, Mask]


class Board:
    """Devices stand in slots, in the order in which they were first told of."""

    def __init__(self) -> None:
        self._slots: dict[int, int] = {}
        self._ids: list[str] = []
        self._divisions: list[str] = []
        self._bodies: tuple[list[bytes], list[bytes]] = ([], [])  # for who sees alarms: the second
        self._where = np.full((0, 2), np.nan)
        self._states = np.zeros(0, np.int8)
        self._stamps = np.zeros(0, np.int64)
        self._seen: dict[Scope, Mask] = {}
        self._places: deque[tuple[float, Place]] = deque()
        self.alarms: dict[int, AlarmChange] = {}
        self.system = System(0.0, {})

    @property
    def ready(self) -> bool:
        """Whether it holds all that there is."""
        return bool(self._places)

    @property
    def place(self) -> Place:
        """Where the newest tick stood."""
        return self._places[-1][1]

    @property
    def resume_from(self) -> Place:
        """The place that a cursor names now."""
        return self._places[0][1]

    def apply(self, tick: Tick) -> Moves:
        """Takes the tick's changes over."""
        moves = self._move(tick.devices)
        for alarm in tick.alarms:
            if alarm.body is None:
                self.alarms.pop(alarm.id, None)
            else:
                self.alarms[alarm.id] = alarm
        self.system = tick.system or self.system
        self._stand(tick.place)
        return moves

    def _stand(self, place: Place) -> None:
        now = time.monotonic()
        if self._places and self._places[-1][1].cluster != place.cluster:
            self._places.clear()
        self._places.append((now, place))
        while len(self._places) > 1 and self._places[1][0] < now - OVERLAP_SECONDS:
            self._places.popleft()

    def _move(self, changes: Sequence[DeviceChange]) -> Moves:
        self._grow([change for change in changes if change.number not in self._slots])
        slots = np.array([self._slots[change.number] for change in changes], np.int64)
        before = self._where[slots]
        seen_before = {scope: mask[slots] for scope, mask in self._seen.items()}
        self._where[slots] = np.array([change.where or _NOWHERE for change in changes]).reshape(
            -1, 2
        )
        self._states[slots] = [_state(change) for change in changes]
        self._stamps[slots] = [change.stamp for change in changes]
        for slot, change in zip(slots.tolist(), changes, strict=True):
            self._bodies[False][slot] = change.body or b""
            self._bodies[True][slot] = change.alarmed or b""
            if self._divisions[slot] != change.division:
                self._divisions[slot] = change.division
                for scope, mask in self._seen.items():
                    mask[slot] = change.division.startswith(scope)
        return Moves(slots, before, seen_before)

    def _grow(self, new: Sequence[DeviceChange]) -> None:
        if not new:
            return
        for change in new:
            self._slots[change.number] = len(self._ids)
            self._ids.append(change.device_id)
            self._divisions.append(change.division)
            for bodies in self._bodies:
                bodies.append(b"")
        count = len(new)
        self._where = np.vstack([self._where, np.full((count, 2), np.nan)])
        self._states = np.append(self._states, np.full(count, _GONE, np.int8))
        self._stamps = np.append(self._stamps, np.zeros(count, np.int64))
        for scope, mask in self._seen.items():
            self._seen[scope] = np.append(mask, [c.division.startswith(scope) for c in new])

    # --- devices of a view -------------------------------------------------------------------

    def seen_by(self, scope: Scope) -> Mask:
        """Which devices lie in these divisions."""
        if scope not in self._seen:
            found = [division.startswith(scope) for division in self._divisions]
            self._seen[scope] = np.array(found, np.bool_)
        return self._seen[scope]

    def keep_scopes(self, scopes: Iterable[Scope]) -> None:
        """Forgets masks of scopes that nobody has any more."""
        wanted = set(scopes)
        self._seen = {scope: mask for scope, mask in self._seen.items() if scope in wanted}

    def inside(self, view: View) -> Slots:
        """Slots of the devices that a view shows."""
        return np.flatnonzero(self.seen_by(view.scope) & _inside(self._where, view))

    def bodies(self, slots: Slots, view: View) -> dict[str, bytes]:
        """What these devices look like to a view, by device id."""
        ids, bodies = self._ids, self._bodies[view.sees_alarms]
        return {ids[slot]: bodies[slot] for slot in slots.tolist()}

    def names(self, slots: Slots) -> list[str]:
        """Their device ids."""
        return [self._ids[slot] for slot in slots.tolist()]

    def changed(self, moves: Moves, view: View) -> tuple[dict[str, bytes], list[str]]:
        """What a view is told of these moves: devices in it, and ids of those that left it."""
        now = self.seen_by(view.scope)[moves.slots] & _inside(self._where[moves.slots], view)
        seen_before = moves.seen_before.get(view.scope)
        left: list[str] = []
        if seen_before is not None:
            was = seen_before & _inside(moves.before, view)
            left = self.names(moves.slots[was & ~now])
        return self.bodies(moves.slots[now], view), left

    def changed_since(self, xid: int, view: View) -> tuple[dict[str, bytes], list[str]]:
        """The same of all changes by transactions from `xid` on. Names of devices that were never
        in the view may be among those that left it, but none of other divisions."""
        young = self.seen_by(view.scope) & (self._stamps >= xid)
        inside = _inside(self._where, view)
        left = self.names(np.flatnonzero(young & ~inside))
        return self.bodies(np.flatnonzero(young & inside), view), left

    def states(self, chosen: Slots | Mask) -> States:
        """How many of these slots (or of this mask) are in each state, retired ones aside."""
        states = self._states[chosen]
        counts = np.bincount(states[states != _GONE], minlength=len(STATES)).tolist()
        return States(**dict(zip(STATES, counts, strict=True)), total=sum(counts))

    # --- alarms and figures ------------------------------------------------------------------

    def alarms_in(self, scope: Scope) -> dict[int, bytes]:
        """Open alarms of these divisions, the newest first."""
        return {
            number: alarm.body
            for number, alarm in sorted(self.alarms.items(), reverse=True)
            if alarm.body is not None and alarm.division.startswith(scope)
        }

    def figures(self, scope: Scope) -> Figures:
        """Key figures of these divisions."""
        seen = self.seen_by(scope)
        standing = [
            alarm
            for alarm in self.alarms.values()
            if not alarm.shelved and alarm.division.startswith(scope)
        ]
        colours = dict.fromkeys(SEVERITIES, 0)
        for alarm in standing:
            colours[alarm.severity] += 1
        gaps = sum(
            count
            for number, count in self.system.gaps.items()
            if number in self._slots and seen[self._slots[number]]
        )
        return Figures(
            devices=self.states(seen),
            messages_per_second=self.system.messages_per_second,
            alarms=AlarmCounts(**colours),
            unacknowledged=sum(alarm.unacknowledged for alarm in standing),
            gaps_open=gaps,
            at=datetime.now(UTC),
        )


def _inside(where: npt.NDArray[np.float64], view: View) -> Mask:
    west, south, east, north = view.bbox
    lon, lat = where[:, 0], where[:, 1]
    found: Mask = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    return found


def _state(change: DeviceChange) -> int:
    return _GONE if change.state is None else STATES.index(change.state)
