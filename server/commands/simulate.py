"""`hengyang simulate`: simulated devices on the real register and the real broker."""

import signal
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from center.errors import HengyangError, Invalid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.simulated_world import SimulatedWorld
    from simulators.links.link import Broker
    from simulators.picturing import Pictures
    from simulators.run import Fleet, Options, Snapshot
    from simulators.scenario import Scenario
    from simulators.spec import DeviceSpec
    from simulators.world.keeper import Keeper
    from simulators.world.recording import Recording

KNOWN_SECONDS = 120.0  # for the broker to hear of new devices
DRAIN_SECONDS = 5.0  # `hengyang up` gives its programs ten seconds to end
TERMINAL_SECONDS, LOG_SECONDS = 1.0, 10.0  # between two lines of progress


class FleetFailed(HengyangError):
    """The simulated fleet has ended by an error; its log says which."""


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(simulate)


def simulate(
    scenario: Annotated[
        str, typer.Argument(help="demo, storm, calm, faults, load, city, or a TOML file.")
    ],
    kind: Annotated[list[str] | None, typer.Option(help="Only this kind; may be repeated.")] = None,
    seed: Annotated[int | None, typer.Option(help="Another city than the scenario's.")] = None,
    history_hours: Annotated[float, typer.Option(min=0, help="Begin so long ago.")] = 0.0,
    speed: Annotated[float, typer.Option(min=2, help="Of the clock, until it is now.")] = 1000.0,
    concentrator: Annotated[
        bool, typer.Option(help="Few connections of the account `load` for all devices.")
    ] = False,
    truth: Annotated[Path | None, typer.Option(help="Write down all that is published.")] = None,
    seconds: Annotated[float, typer.Option(min=0, help="End after this; 0: never.")] = 0.0,
) -> None:
    """Run simulated devices until Ctrl-C."""
    from simulators.scenario import ScenarioInvalid, load

    try:
        chosen = load(scenario, seed=seed)
    except ScenarioInvalid as error:
        raise Invalid(str(error)) from error
    start = time.time() - history_hours * 3600 if history_hours else None
    from simulators.run import Options

    options = Options(
        truth=truth,
        kinds=tuple(kind or ()),
        start=start,
        speed=speed if start else 1.0,
        concentrator=concentrator or chosen.concentrator,
    )
    _run(chosen, options, seconds or float("inf"))


def _run(scenario: "Scenario", options: "Options", seconds: float) -> None:
    from dataclasses import replace

    from center.database import name_process
    from center.settings import var_dir
    from server.simulated_world import api_address, behind, on_the_map
    from server.simulation import await_broker
    from simulators.boots import FleetRunsAlready
    from simulators.control import Control
    from simulators.fleet import describe
    from simulators.picturing import Pictures
    from simulators.run import Fleet

    name_process("simulate")
    folder = var_dir() / "simulators"
    state = folder / scenario.name
    scenario = on_the_map(scenario, folder)
    world = behind(scenario, state, typer.echo)
    recording = None
    if world is not None:
        recording = world.recorded(
            describe(scenario, crossings=world.crossings, stretches=world.stretches)
        )
        options = replace(
            options, world=world.folder, crossings=world.crossings,
            stretches=world.stretches, pictures=api_address(),
            true_passes=recording.passes_per_second if recording else 0.0,
        )  # fmt: skip
    specs = describe(scenario, options.kinds, options.crossings, options.stretches)
    secrets = _registered(specs, folder)
    broker = _broker(concentrator=options.concentrator)
    if not secrets:
        raise Invalid("The scenario has no devices of this kind, or all of them are retired.")
    pictures = Pictures()
    options = replace(options, credentials=secrets, state_dir=state, spoil=pictures.spoil)
    if not options.concentrator:
        await_broker(broker, secrets, KNOWN_SECONDS)
    try:
        fleet = Fleet(scenario, broker, options)  # its time line begins now
    except FleetRunsAlready as error:
        raise Invalid(f"The fleet {scenario.name} runs already.") from error
    typer.echo(f"simulate: {scenario.name} · {scenario.title_zh}: {len(fleet.specs)} devices")
    with _until_ended() as ended, _running(world, fleet, recording):
        _show_pictures(pictures, fleet, folder)
        control = Control(fleet, state / "control.sock")
        try:
            _show(fleet, ended, time.monotonic() + seconds)
        finally:
            control.close()
            pictures.close()


def _registered(specs: "list[DeviceSpec]", folder: Path) -> dict[str, str]:
    """The credentials of the devices, which the register knows with all that they watch."""
    from server.simulated_cameras import set_streams
    from server.simulated_sites import register_sites
    from server.simulation import enlist

    secrets = enlist(specs, folder / "credentials.json")
    known = [spec for spec in specs if spec.device_id in secrets]
    set_streams(known)
    register_sites(known)
    return secrets


@contextmanager
def _running(
    world: "SimulatedWorld | None", fleet: "Fleet", recording: "Recording | None"
) -> "Iterator[None]":
    """The fleet at work, and its world: sites are on before the first vehicle passes."""
    keeper = None
    fleet.start()
    try:
        fleet.await_start()
        keeper = _begun(world, fleet, recording) if world else None
        yield
    finally:
        _end(fleet)
        if keeper is not None:
            keeper.close()


def _begun(world: "SimulatedWorld", fleet: "Fleet", recording: "Recording | None") -> "Keeper":
    from simulators.world.keeper import WorldFailed
    from simulators.world.orders import WorldRunsAlready

    try:
        return world.run(fleet.specs, fleet.timeline, recording)
    except WorldRunsAlready as error:
        raise Invalid(f"The world of {fleet.scenario.name} runs already.") from error
    except WorldFailed as error:
        raise FleetFailed(str(error)) from error


def _show_pictures(pictures: "Pictures", fleet: "Fleet", folder: Path) -> None:
    """Starts the fleet's cameras where there is an RTSP server."""
    from center.settings import settings
    from server.settings import SimulationSettings
    from simulators.cameras import masts
    from simulators.cameras.plan import Plan
    from simulators.world.orders import FRAMES

    cameras = tuple(spec.camera for spec in fleet.specs if spec.camera and not spec.shows)
    control = settings(SimulationSettings).rtsp_control_socket
    if not cameras:
        return
    if control is None:
        typer.echo("simulate: no RTSP server, so cameras show nothing")
        return
    scenario = fleet.scenario
    films = str(folder / "films")
    world = fleet.options.world
    frames = None if world is None else str(world / FRAMES)
    heads = masts.seen_by(cameras, fleet.options.crossings)
    plan = Plan(str(control), films, scenario.seed, cameras, scenario.streets, frames, heads)
    pictures.open(folder / scenario.name / "cameras", plan)


def _broker(*, concentrator: bool) -> "Broker":
    from center.settings import MqttSettings, settings
    from simulators.links.link import Broker

    config = settings(MqttSettings)
    if not concentrator:
        return Broker.of(config.mqtt_url)._replace(username=None, password=None)
    if config.mqtt_load_url is None:
        raise Invalid("A concentrator needs HENGYANG_MQTT_LOAD_URL, which the local stack sets.")
    return Broker.of(config.mqtt_load_url)


@contextmanager
def _until_ended() -> "Iterator[threading.Event]":
    """An event that SIGINT and SIGTERM set."""
    ended = threading.Event()
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, lambda *_: ended.set()) for number in numbers}
    try:
        yield ended
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _show(fleet: "Fleet", ended: threading.Event, until: float) -> None:
    """One line of progress: rewritten on a terminal, now and then in a log."""
    live = sys.stdout.isatty()
    pause = TERMINAL_SECONDS if live else LOG_SECONDS
    last, since = 0, time.monotonic()
    while not ended.wait(max(0.0, min(pause, until - time.monotonic()))):
        if fleet.failed:
            raise FleetFailed()
        now = time.monotonic()
        looked = fleet.snapshot()
        rate = (looked.figures["delivered"] - last) / (now - since)
        last, since = looked.figures["delivered"], now
        typer.echo(("\r\x1b[K" if live else "") + _line(looked, rate), nl=not live)
        if now >= until:
            break
    if live:
        typer.echo("")


def _line(looked: "Snapshot", rate: float) -> str:
    when = time.strftime(" · %m-%d %H:%M", time.localtime(looked.time))
    state = "paused" if looked.paused else f"catching up{when}" if looked.catching_up else "live"
    faults = sum(looked.faults.values())
    figures = looked.figures
    return (
        f"simulate: {state} · {looked.connected:,}/{looked.devices:,} connected · {rate:,.0f}/s"
        f" · {figures['delivered']:,} acknowledged · {looked.backlog:,} waiting"
        f" · {figures['dropped']:,} dropped · {faults:,} faults"
        + "".join(f" · {event.title_zh}" for event in looked.events)
    )


def _end(fleet: "Fleet") -> None:
    complete = fleet.stop(DRAIN_SECONDS)
    typer.echo("simulate: ended" + ("" if complete else "; some messages were not delivered"))
