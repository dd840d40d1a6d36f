"""All cameras at work: each picture when it is due, flaws as ordered, mounts found again."""

import heapq
import logging
import random
import time
from collections.abc import Sequence
from pathlib import Path

import av

from simulators.cameras import loops
from simulators.cameras.ground import MapStreet, streets_of
from simulators.cameras.loops import Loop, recording_file
from simulators.cameras.mounts import MountRefused, Mounts, ServerAway
from simulators.cameras.names import LOSS, NO_KEY_FRAMES
from simulators.cameras.news import News
from simulators.cameras.pace import Pace
from simulators.cameras.plan import LAG_SECONDS, Camera, Plan
from simulators.cameras.render import Eye
from simulators.cameras.stream import Sender

LOOK_SECONDS = 1.0  # between two looks whether the server lives and recordings are made
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 8.0
IDLE_SECONDS = 1.0  # between two pictures of a main stream that nobody reads
LATE_SECONDS = 0.5  # a picture so late is left out: the machine is too slow for all of them
log = logging.getLogger(__name__)


class _Live:
    """A camera that is rendered; with `of` it is the main stream of that device."""

    def __init__(
        self, camera: Camera, plan: Plan, streets: Sequence[MapStreet], of: str = ""
    ) -> None:
        size = (camera.width, camera.height)
        self.device_id, self._is_main = of or camera.device_id, bool(of)
        self.readers = 0
        self.eye = Eye(camera.name, camera.pose, size, streets, plan.seed, plan.heads)
        self._rate = plan.rate
        self._sender: Sender | None = None

    def mount(self, port: int) -> None:
        self.unmount()
        self._sender = Sender(port, self._rate)

    def unmount(self) -> None:
        if self._sender is not None:
            self._sender.close()
            self._sender = None

    def ready(self) -> bool:
        return True

    @property
    def interval(self) -> float:
        """Seconds between two pictures."""
        return IDLE_SECONDS if self._is_idle else 1 / self._rate

    def show(self, moments: tuple[float, float], flaws: frozenset[str]) -> None:
        if self._sender is not None and LOSS not in flaws:
            # Who begins to read it meanwhile finds a key frame soon.
            self._sender.send(self.eye.picture(*moments, flaws), flaws, key=self._is_idle)

    @property
    def _is_idle(self) -> bool:
        return self._is_main and not self.readers


class _Recorded:
    """A camera that is a recording; it shows no flaw of the picture but loss."""

    interval = 1 / loops.RATE

    def __init__(self, camera: Camera, plan: Plan, streets: Sequence[MapStreet]) -> None:
        self.device_id, self.readers = camera.device_id, 0
        self._file = recording_file(Path(plan.cache), camera, streets, plan.seed)
        self._loop: Loop | None = None

    def mount(self, port: int) -> None:
        self.unmount()
        self._loop = Loop(self._file, port)

    def unmount(self) -> None:
        if self._loop is not None:
            self._loop.close()
            self._loop = None

    def ready(self) -> bool:
        return self._file.exists()

    def show(self, _moments: tuple[float, float], flaws: frozenset[str]) -> None:
        if self._loop is not None:
            self._loop.send(lost=LOSS in flaws, without_keys=NO_KEY_FRAMES in flaws)


class Studio:
    """The loop of the cameras' process; only its own thread touches it, but for `order`."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        streets = streets_of(plan.streets)
        self._cameras: dict[str, _Live | _Recorded] = {
            camera.device_id: (_Recorded if camera.recorded else _Live)(camera, plan, streets)
            for camera in plan.cameras
        }
        self._cameras |= {
            camera.main.device_id: _Live(camera.main, plan, streets, of=camera.device_id)
            for camera in plan.cameras
            if camera.large and not camera.recorded
        }
        self._news = News(Path(plan.frames)) if plan.frames else None
        self._pace = Pace(LAG_SECONDS)
        self._flaws: dict[str, dict[str, float]] = {}  # device: flaw: until, monotonic
        self._mounts: Mounts | None = None
        self._mounted: set[str] = set()
        self._pause, self._look_at = FIRST_PAUSE_SECONDS, 0.0
        self.shown = self.late = 0
        self.ended = False

    @property
    def streaming(self) -> int:
        """How many cameras have their mount."""
        return len(self._mounted)

    def order(self, device_id: str, flaw: str, seconds: float) -> None:
        """From now on a camera has a flaw for so long; 0 ends it."""
        self._flaws.setdefault(device_id, {})[flaw] = time.monotonic() + seconds

    def run(self) -> None:
        """Until `ended`."""
        begin = time.monotonic()
        # Spread over an interval, so that not all are encoded at once.
        due = [
            (begin + number * 0.1 / max(len(self._cameras), 1), name)
            for number, name in enumerate(self._cameras)
        ]
        heapq.heapify(due)
        while not self.ended:
            self._keep()
            when, name = due[0] if due else (time.monotonic() + LOOK_SECONDS, "")
            wait = min(when, self._look_at) - time.monotonic()
            if wait > 0:
                time.sleep(min(wait, LOOK_SECONDS))
            now = time.monotonic()
            if due and when <= now:
                if now - when < LATE_SECONDS:
                    self._show(name)
                else:
                    self.late += 1
                    when = now  # the rhythm begins anew: no burst to make up for what is over
                heapq.heapreplace(due, (when + self._cameras[name].interval, name))

    def end(self) -> None:
        """`run` returns soon; may be said from any thread."""
        self.ended = True

    def close(self) -> None:
        if self._news is not None:
            self._news.close()
        self._lose_mounts()

    def _show(self, name: str) -> None:
        if name not in self._mounted:
            return
        now = time.monotonic()
        camera = self._cameras[name]
        on = self._flaws.get(camera.device_id, {})
        flaws = frozenset(flaw for flaw, until in on.items() if until > now)
        try:
            camera.show(self._pace.moments(time.time(), now), flaws)
            self.shown += 1
        except (av.FFmpegError, OSError) as error:
            log.warning("camera %s cannot send: %s", name, error)
            self._lose_mounts()

    def _keep(self) -> None:
        """Hear the world; once in a while see after server and recordings."""
        for step, frame, heard in self._news.take() if self._news else ():
            self._pace.hear(frame, heard)
            for camera in self._cameras.values():
                if isinstance(camera, _Live):
                    camera.eye.hear(step)
        now = time.monotonic()
        if now < self._look_at:
            return
        self._look_at = now + LOOK_SECONDS
        try:
            self._see_after_mounts()
            self._pause = FIRST_PAUSE_SECONDS
        except ServerAway as error:
            log.warning("cameras: %s", error)
            self._lose_mounts()
            self._look_at = now + self._pause * random.uniform(0.7, 1.3)
            self._pause = min(2 * self._pause, LONGEST_PAUSE_SECONDS)

    def _see_after_mounts(self) -> None:
        if self._mounts is None:
            self._mounts = Mounts(Path(self._plan.control))
        readers = self._mounts.look()  # raises ServerAway
        for name, camera in self._cameras.items():
            camera.readers = readers.get(name, 0)
            if name not in self._mounted and camera.ready():
                try:
                    camera.mount(self._mounts.mount(name))
                except MountRefused as error:
                    log.warning("camera %s is not served: %s", name, error)
                else:
                    self._mounted.add(name)

    def _lose_mounts(self) -> None:
        for camera in self._cameras.values():
            camera.unmount()
        self._mounted.clear()
        if self._mounts is not None:
            self._mounts.close()
            self._mounts = None
