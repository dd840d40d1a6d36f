"""A fleet at work in a thread of its own: the door for the command line, tests and benches."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ingest import wire
from simulators.boots import Boots, KeptBoots
from simulators.clock import Clock
from simulators.device import Spoil
from simulators.engine import Engine
from simulators.faults import Fault
from simulators.flash import Flash
from simulators.fleet import befallen, build, describe, suits
from simulators.links.link import Broker, Link
from simulators.links.own import OwnLink
from simulators.links.port import SharedPort
from simulators.links.shared import SharedLink, open_links
from simulators.load import share
from simulators.randomness import generator
from simulators.runner import Runner
from simulators.scenario import Scenario
from simulators.spec import DeviceSpec
from simulators.timeline import Timeline
from simulators.witness import Truth, Witness
from simulators.world.crossings import Crossing
from simulators.world.stretches import Stretch
from simulators.world.view import WorldView

if TYPE_CHECKING:
    from simulators.pictures import Pictures

DRAIN_LOOK_SECONDS = 0.02
PAINT_SECONDS = 2.0  # for pictures that are not painted yet when all rests
FAREWELL_SECONDS = 0.5  # for the last words to leave the sockets
START_PER_SECOND = 500.0  # devices that power on, so that the broker is not met by all at once


@dataclass(frozen=True)
class Options:
    """How a scenario is run."""

    # Device id -> password; devices without one stay out, unless a concentrator needs none at all.
    credentials: Mapping[str, str] = field(default_factory=dict)
    state_dir: Path | None = None  # keeps boot numbers; None: numbers of this process only
    truth: Path | None = None  # file of what was published
    kinds: tuple[str, ...] = ()  # these only; none named: all
    start: float | None = None  # epoch seconds in the past, to fill history
    speed: float = 1.0  # until the present is reached
    concentrator: bool = False  # also if the scenario says so
    announces: bool = True  # publish the retained status
    spoil: Spoil | None = None  # tells who makes the pictures of faults of cameras
    world: Path | None = None  # folder of the world that runs, of which devices report
    crossings: Sequence[Crossing] = ()  # of its network, the busiest first
    stretches: Sequence[Stretch] = ()  # of its roads
    pictures: str | None = None  # address of the API that takes those of the sites; None: none
    true_passes: float = 0.0  # a second, of the world: a scenario's load adds what is missing


@dataclass(frozen=True)
class UnderWay:
    """An event of the time line that has begun."""

    title_zh: str
    title_en: str
    since: float  # simulated, epoch seconds
    until: float


@dataclass(frozen=True)
class Snapshot:
    """The fleet at one moment."""

    figures: dict[str, int]
    devices: int
    connected: int
    backlog: int
    faults: dict[str, int]
    time: float  # simulated, epoch seconds
    catching_up: bool
    paused: bool
    speed: float  # simulated seconds a real second
    events: tuple[UnderWay, ...]


class Fleet:
    """All devices of a scenario. Methods may be called from any thread.

    Raises FleetRunsAlready where another process holds the state folder.
    """

    def __init__(self, scenario: Scenario, broker: Broker, options: Options | None = None) -> None:
        self.scenario = scenario
        self.options = options or Options()
        known = self.options.credentials
        specs = describe(
            scenario, self.options.kinds, self.options.crossings, self.options.stretches
        )
        self.specs = [spec for spec in specs if not known or spec.device_id in known]
        self._broker = broker
        self._clock = Clock(self.options.start, self.options.speed)
        self.timeline = Timeline(scenario, self.specs, self._clock.now())
        self._boots = KeptBoots(self.options.state_dir) if self.options.state_dir else Boots()
        self._witness = Witness(Truth(self.options.truth) if self.options.truth else None)
        self._engine = Engine()
        world = self.options.world
        takes_pictures = self.options.pictures is not None
        self._view = _view(world, self.specs, takes_pictures) if world else None
        self._pictures = self._painting() if world and self.options.pictures else None
        added = scenario.load.passes_per_second if scenario.load else 0.0
        self._load = (
            share(added, self.options.true_passes, len(_sites(self.specs))) if world else 0.0
        )
        # The passes of a load are nobody's truth: nothing of a fleet with one is worth the disk.
        kept = self.options.state_dir if not self._load else None
        self._flash = Flash(kept) if kept else None
        self._links: list[SharedLink] = []
        self._runners = {spec.device_id: self._runner(spec) for spec in self.specs}

    # --- life --------------------------------------------------------------------------------

    def start(self) -> None:
        """Power all devices on, one after the other, and return at once."""
        if isinstance(self._boots, KeptBoots):
            self._boots.reserve(self._runners)
        concentrator = self.options.concentrator or self.scenario.concentrator
        connect = self._share if concentrator else self._own_link
        if concentrator:
            count = min(self.scenario.connections, len(self._runners))
            self._links = open_links(self._engine, self._broker, count, self)
        # Those that watch the world first: it must not begin before they are on.
        in_turn = sorted(self._runners.values(), key=lambda runner: not _watches(runner))
        for number, runner in enumerate(in_turn):
            self._engine.after(number / START_PER_SECOND, _starter(runner, connect))
        self._engine.start()
        if self._view is not None:
            self._view.open()

    def await_start(self, seconds: float = 60.0) -> bool:
        """Waits until all that watch the world are on, whether or not they have a connection."""
        watching = [runner for runner in self._runners.values() if _watches(runner)]
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._engine.ask(lambda: all(r.link is not None for r in watching)):
                return True
            time.sleep(DRAIN_LOOK_SECONDS)
        return False

    def stop(self, drain_seconds: float = 10.0) -> bool:
        """Make nothing new, wait until all is delivered, say good-bye; False if some is left."""
        self.pause()
        deadline = time.monotonic() + drain_seconds
        while (left := self.snapshot().backlog) and time.monotonic() < deadline:
            time.sleep(DRAIN_LOOK_SECONDS)
        self._engine.ask(self._say_farewell)
        time.sleep(FAREWELL_SECONDS)
        self._engine.stop()
        if self._view is not None:
            self._view.close()
        if self._pictures is not None:
            self._pictures.close()
        self._witness.close()
        if self._flash is not None:
            self._flash.close()
        if isinstance(self._boots, KeptBoots):
            self._boots.close()
        return not left

    def pause(self) -> None:
        """Make nothing new; outages end, so that all that is kept can be delivered."""
        if self._view is not None:
            self._view.pause()
        if self._pictures is not None:
            self._pictures.paint_all(PAINT_SECONDS)  # so that messages name them
        self._engine.ask(self._pause)

    def resume(self) -> None:
        """Go on at the present, or, while catching up, where it stood."""
        self._engine.ask(self._resume)
        if self._view is not None:
            self._view.resume()

    def hurry(self, speed: float) -> None:
        """Go on from where the pause began, so much faster, until it is now; the world too.

        Raises:
            ValueError: nothing is behind: nobody can run ahead of the clock.
        """
        self._engine.ask(lambda: self._catch_up(speed))
        if self._view is not None:
            self._view.hurry(speed)

    # --- faults ------------------------------------------------------------------------------

    def inject(self, fault: Fault, device_ids: Iterable[str] | None = None) -> list[str]:
        """Switch a fault on at the named devices, else at its share of the fleet; gives whose."""
        chosen = None if device_ids is None else set(device_ids)
        return self._engine.ask(lambda: self._inject(fault, chosen))

    def heal(self, name: str) -> None:
        """Switch a fault off everywhere."""
        self._engine.ask(lambda: self._each(lambda runner: runner.device.heal(name)))

    # --- looking -----------------------------------------------------------------------------

    def snapshot(self) -> Snapshot:
        """Figures of this moment."""
        return self._engine.ask(self._look)

    def flush_truth(self) -> None:
        """Write out the file of the truth as far as it goes."""
        self._engine.ask(self._witness.flush)

    @property
    def failed(self) -> bool:
        """Whether the engine's thread has died of an error."""
        return self._engine.thread is not None and not self._engine.thread.is_alive()

    # --- in the engine's thread --------------------------------------------------------------

    def _look(self) -> Snapshot:
        runners = self._runners.values()
        faults: dict[str, int] = {}
        for runner in runners:
            for name, times in runner.device.troubles.started.items():
                faults[name] = faults.get(name, 0) + times
        return Snapshot(
            figures=self._witness.figures.as_dict(),
            devices=len(self._runners),
            connected=sum(runner.link is not None and runner.link.up for runner in runners),
            backlog=sum(runner.device.backlog for runner in runners),
            faults=faults,
            time=self._clock.now(),
            catching_up=self._clock.catching_up or any(runner.in_past for runner in runners),
            paused=self._clock.paused,
            speed=self._clock.speed,
            events=self._under_way(self._clock.now()),
        )

    def _under_way(self, now: float) -> tuple[UnderWay, ...]:
        return tuple(
            UnderWay(event.title_zh, event.title_en, start, end)
            for start, end, event in self.timeline.under_way(now)
        )

    def _pause(self) -> None:
        self._clock.pause()
        self._each(_hurry)

    def _say_farewell(self) -> None:
        self._each(lambda runner: runner.close())
        for link in self._links:
            link.close()

    def _resume(self) -> None:
        anew, now = self._clock.resume(), self._clock.now()
        for runner in self._runners.values():
            if anew:
                runner.device.skip_to(now)
            runner.tick()

    def _catch_up(self, speed: float) -> None:
        self._clock.hurry(speed)
        self._each(lambda runner: runner.tick())

    def _inject(self, fault: Fault, chosen: set[str] | None) -> list[str]:
        struck = [
            device_id
            for device_id, runner in self._runners.items()
            if (
                befallen(fault, runner.device.spec, self.scenario.seed)
                if chosen is None
                else device_id in chosen and suits(fault, runner.device.spec)
            )
        ]
        for device_id in struck:
            runner = self._runners[device_id]
            runner.device.troubles.add(fault, self._clock.now())
            runner.tick()
        return struck

    def _each(self, act: Callable[[Runner], object]) -> None:
        for runner in self._runners.values():
            act(runner)

    # --- connections -------------------------------------------------------------------------

    def _runner(self, spec: DeviceSpec) -> Runner:
        order = self._pictures.order if self._pictures else None
        device = build(
            self.scenario, spec, self._boots, self._witness,
            spoil=self.options.spoil, view=self._view, order=order, load=self._load,
            flash=self._flash if spec.kind == "epolice" else None, timeline=self.timeline,
        )  # fmt: skip
        for fault in self.scenario.faults:
            if befallen(fault, spec, self.scenario.seed):
                device.troubles.add(fault, self._clock.now())
        return Runner(device, self._engine, self._clock, announces=self.options.announces)

    def _painting(self) -> "Pictures":
        from simulators.cameras.masts import heads  # noqa: PLC0415
        from simulators.cameras.snapshot import Photographer  # noqa: PLC0415
        from simulators.pictures import Pictures  # noqa: PLC0415  # a fleet without needs no OpenCV
        from simulators.spool import Spool  # noqa: PLC0415

        assert self.options.pictures is not None
        seen = set(_pictured(self.specs).values())
        lit = [h for c in self.options.crossings if c.signal in seen for h in heads(c)]
        photographer = Photographer(self.scenario.streets, self.scenario.seed, lit)
        state = self.options.state_dir
        spool = Spool(state / "pictures") if state else None
        return Pictures(self.options.pictures, self.options.credentials, photographer, spool)

    def _own_link(self, runner: Runner) -> Link:
        spec = runner.device.spec
        chance = generator(self.scenario.seed, spec.device_id, "connect")
        password = self.options.credentials[spec.device_id]
        return OwnLink(self._engine, self._broker, spec, password, runner, runner.will, chance)

    def _share(self, runner: Runner) -> Link:
        fewest = min(self._links, key=lambda link: len(link.ports))
        return SharedPort(fewest, runner, runner.device.content_type)

    def heard(self, topic: str, payload: bytes, content_type: str) -> None:
        """A command came to the concentrator, for one of its devices or for somebody else's."""
        runner = self._runners.get(topic.split("/")[3])
        if runner is not None:
            runner.heard(payload, content_type or wire.JSON)


def _sites(specs: Iterable[DeviceSpec]) -> list[str]:
    return [spec.device_id for spec in specs if spec.kind == "epolice"]


def _pictured(specs: Iterable[DeviceSpec]) -> dict[str, str]:
    """The signal of the crossing at which each e-police site stands."""
    return {
        spec.device_id: spec.crossing.signal
        for spec in specs
        if spec.kind == "epolice" and spec.crossing is not None
    }


def _starter(runner: Runner, connect: Callable[[Runner], Link]) -> Callable[[], None]:
    return lambda: runner.start(connect(runner))


def _view(world: Path, rows: Sequence[DeviceSpec], takes_pictures: bool) -> WorldView:
    return WorldView(
        world,
        _sites(rows),
        _pictured(rows) if takes_pictures else {},
        detectors=[spec.device_id for spec in rows if spec.stretch is not None],
        signals=[spec.crossing.signal for spec in rows if spec.kind == "signal" and spec.crossing],
        vehicles=[spec.device_id for spec in rows if spec.kind == "vehicle"],
    )


def _watches(runner: Runner) -> bool:
    """Whether what happens before it is on would be lost."""
    return runner.device.spec.kind == "epolice" or runner.device.spec.stretch is not None


def _hurry(runner: Runner) -> None:
    runner.wind_up()
    runner.tick()
