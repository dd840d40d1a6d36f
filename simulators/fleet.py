"""From a scenario to its devices: the same seed gives the same fleet."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from random import Random
from typing import NamedTuple

from simulators.buffer import Buffer
from simulators.cameras.names import FLAWS
from simulators.cameras.placing import at_crossing, camera_number
from simulators.cameras.plan import Camera
from simulators.cameras.source import CameraSource
from simulators.detectors import CountingSource
from simulators.device import Device, Spoil
from simulators.epolice import Site, Watcher
from simulators.faults import Fault, Troubles
from simulators.flash import Flash
from simulators.load import WithLoad
from simulators.models import DETECTOR, MODELS, Model
from simulators.places.line import Line, offset
from simulators.places.streets import KERB_METRES, Network, Place, division_of, network
from simulators.randomness import generator
from simulators.scenario import Group, Scenario
from simulators.sensors.station import Sensor
from simulators.signals import Controller
from simulators.source import Source
from simulators.spec import DeviceSpec
from simulators.timeline import Timeline
from simulators.vehicles import Driven, Vehicle
from simulators.weather import Weather
from simulators.witness import Witness
from simulators.world.crossings import Crossing
from simulators.world.shots import Order
from simulators.world.stretches import Stretch, free
from simulators.world.view import WorldView

# Where things stand at a crossing, in metres east and north of its middle.
CORNERS = {"epolice": (11.0, 11.0), "signal": (-11.0, -11.0)}
ROW_METRES = 30.0  # from one to the next of a row, as lamps stand


def describe(
    scenario: Scenario,
    kinds: Iterable[str] = (),
    crossings: Sequence[Crossing] = (),
    stretches: Sequence[Stretch] = (),
) -> list[DeviceSpec]:
    """Rows of all devices of a scenario; of some kinds only where those are named.

    `crossings` are those of the world, the busiest first: sites and signals stand at them, and
    signals nowhere else. `stretches` are those of its roads: detectors lie in them.
    """
    wanted = set(kinds)
    ground = _Ground(crossings, _for_detectors(scenario, crossings, stretches))
    specs = [spec for group in _numbered(scenario, ground) for spec in group]
    return [spec for spec in specs if not wanted or spec.kind in wanted]


def build(
    scenario: Scenario,
    spec: DeviceSpec,
    next_boot: Callable[[str], int],
    witness: Witness,
    spoil: Spoil | None = None,
    view: WorldView | None = None,
    order: Order | None = None,
    load: float = 0.0,
    flash: Flash | None = None,
    timeline: Timeline | None = None,
) -> Device:
    """One device, not started; all its chances follow from the seed and its id.

    `load`: passes a second that a site adds to those of the world. Without a time line no event
    befalls it, and the weather is that of the season.
    """
    seed, device_id = scenario.seed, spec.device_id
    troubles = Troubles(generator(seed, device_id, "faults"))
    chance = generator(seed, device_id, "source")
    if (model := MODELS[spec.model]).instrument:
        sky = timeline.weather if timeline else Weather(seed)
        source: Source = Sensor(
            model.instrument, spec.interval, chance, sky, incidents=scenario.incidents
        )
    else:
        source = _source(scenario, spec, chance, view, order)
    if load and spec.kind == "epolice":
        source = WithLoad(source, load, spec.lanes, generator(seed, device_id, "load"))
    chance = generator(seed, device_id, "link")
    buffer = Buffer(scenario.buffer_messages, scenario.buffer_seconds)
    device = Device(spec, source, troubles, next_boot, witness, chance, buffer, spoil, flash)
    if timeline is not None:
        timeline.befall(device)
    return device


def befallen(fault: Fault, spec: DeviceSpec, seed: int) -> bool:
    """Whether a fault is for this device: the same ones each time."""
    if not suits(fault, spec):
        return False
    chance = generator(seed, spec.device_id, "befallen", fault.name)
    if fault.quantity and fault.quantity not in spec.quantities:
        return False
    return (not fault.kinds or spec.kind in fault.kinds) and chance.random() < fault.share


def suits(fault: Fault, spec: DeviceSpec) -> bool:
    """Whether such a thing can happen to such a device."""
    return fault.name not in FLAWS or spec.kind == "camera"


class _Ground(NamedTuple):
    """Where in the world devices may be."""

    crossings: Sequence[Crossing]
    stretches: Sequence[Stretch]


def _for_detectors(
    scenario: Scenario, crossings: Sequence[Crossing], stretches: Sequence[Stretch]
) -> Sequence[Stretch]:
    """Stretches that no e-police site counts already."""
    sites = sum(g.count for g in scenario.groups if MODELS[g.model].kind == "epolice")
    detectors = sum(g.count for g in scenario.groups if g.model == DETECTOR)
    return free(stretches, {c.signal for c in crossings[:sites]}, detectors)


def _numbered(scenario: Scenario, ground: _Ground) -> Iterator[list[DeviceSpec]]:
    taken: dict[str, int] = {}
    for group in scenario.groups:
        model = MODELS[group.model]
        if (model.kind == "signal" and not ground.crossings) or (
            model.key == DETECTOR and not ground.stretches
        ):
            continue
        first = taken.get(model.key, 0) + 1
        taken[model.key] = first + group.count - 1
        numbers = range(first, first + group.count)
        at = [_crossing(group, model, number, ground.crossings) for number in numbers]
        row = _row(scenario, group, model) if group.row else [None] * group.count
        specs = [
            _spec(scenario, group, model, number, first, crossing, place)
            for number, crossing, place in zip(numbers, at, row, strict=True)
        ]
        yield [_placed(spec, model, ground, n) for n, spec in zip(numbers, specs, strict=True)]


def _placed(spec: DeviceSpec, model: Model, ground: _Ground, number: int) -> DeviceSpec:
    """A detector lies in the road; all others stay where they are."""
    if model.key != DETECTOR:
        return spec
    stretch = ground.stretches[(number - 1) % len(ground.stretches)]
    return spec._replace(
        name=f"{stretch.name}{model.name_zh}{spec.device_id[-4:]}",
        division=division_of((stretch.lon, stretch.lat)),
        lon=round(stretch.lon, 7),
        lat=round(stretch.lat, 7),
        lanes=stretch.lanes,
        stretch=stretch,
    )


def _crossing(
    group: Group, model: Model, number: int, crossings: Sequence[Crossing]
) -> Crossing | None:
    """Each has one of its own; a network with fewer gives some to two."""
    if model.kind not in CORNERS or not crossings:
        return None
    crossing = crossings[(number - 1) % len(crossings)]
    return crossing.one_way() if model.kind == "epolice" and group.approaches == "one" else crossing


def _spec(
    scenario: Scenario,
    group: Group,
    model: Model,
    number: int,
    first: int,
    crossing: Crossing | None,
    place: Place | None,
) -> DeviceSpec:
    device_id = _device_id(scenario, model, number)
    chance = generator(scenario.seed, device_id, "spec")
    if crossing is not None:
        corner = offset((crossing.lon, crossing.lat), *CORNERS[model.kind])
        place = Place(corner, _name_of(crossing.names))
    elif place is None:
        place = _PLACES.get(model.kind, _beside)(network(scenario.streets), number, chance)
    interval = _interval(group, model)
    made = DeviceSpec(
        device_id=device_id,
        kind=model.kind,
        model=model.key,
        name=f"{place.street}{model.name_zh}{number:04d}",
        division=division_of(place.point),
        lon=None if model.kind == "vehicle" else round(place.point[0], 7),
        lat=None if model.kind == "vehicle" else round(place.point[1], 7),
        quantities=model.quantities,
        interval=interval,
        expected_interval=max(model.expected if model.kind != "sensor" else 1.0, interval),
        messagepack=chance.random() < scenario.messagepack_share,
        lanes=group.lanes if crossing is None else crossing.lanes,
        peak_per_hour=group.peak_per_hour,
        night_share=group.night_share,
        street=place.street,
        crossing=crossing,
        picture_share=group.picture_share,
    )
    return _as_camera(made, scenario, group, number, first) if model.kind == "camera" else made


def _device_id(scenario: Scenario, model: Model, number: int) -> str:
    return f"{scenario.prefix}-{model.short}-{number:04d}"


def _as_camera(
    spec: DeviceSpec, scenario: Scenario, group: Group, number: int, first: int
) -> DeviceSpec:
    crossing, pose = at_crossing(network(scenario.streets), number)
    name = "与".join(crossing.names[:2]) + f"路口{number:04d}"
    division = division_of((pose.lon, pose.lat))
    camera = Camera(
        spec.device_id, name, pose, group.width, group.height, group.recorded, group.large
    )
    place = number - first
    shown = number if group.streams is None else first + place % group.streams
    return spec._replace(
        shows="" if shown == number else _device_id(scenario, MODELS[spec.model], shown),
        lon=pose.lon,
        lat=pose.lat,
        name=f"{name}摄像机",
        division=division,
        camera=camera,
        camera_number=camera_number(division, scenario.prefix, number),
    )


def _interval(group: Group, model: Model) -> float:
    if group.interval_seconds is not None:
        return group.interval_seconds
    return 3600 / group.peak_per_hour if model.kind == "epolice" else model.interval


def _row(scenario: Scenario, group: Group, model: Model) -> list[Place]:
    """Places along one street that is long enough, if any is; else closer together."""
    wanted = (group.count - 1) * ROW_METRES
    lines = network(scenario.streets).streets
    longest = max(lines, key=lambda line: line.metres)
    fit = [line for line in lines if line.metres >= wanted] or [longest]
    chance = generator(scenario.seed, scenario.prefix, model.key, "row")
    line: Line = chance.choice(fit)
    step = min(ROW_METRES, line.metres / group.count)
    begin = chance.uniform(0, max(0.0, line.metres - wanted))
    spots = [line.at(begin + step * number) for number in range(group.count)]
    side = [math.radians(spot.heading + 90) for spot in spots]
    return [
        Place(
            offset(spot.point, KERB_METRES * math.sin(right), KERB_METRES * math.cos(right)),
            line.name,
        )
        for spot, right in zip(spots, side, strict=True)
    ]


def _beside(streets: Network, _number: int, chance: Random) -> Place:
    return streets.beside(chance)


def _depot(streets: Network, _number: int, chance: Random) -> Place:
    """A vehicle has no place of its own; its district is where its depot lies."""
    return streets.beside(chance)._replace(street="")


def _at_crossing(streets: Network, number: int, _chance: Random) -> Place:
    """Sites fill the crossings in turn, so that none has two before all have one."""
    crossings = streets.crossings
    crossing = crossings[(number * 7) % len(crossings)]  # 7 spreads them over the city
    return Place(crossing.point, _name_of(crossing.names))


def _name_of(names: tuple[str, ...]) -> str:
    return "与".join(names[:2]) + "路口"


_PLACES: dict[str, Callable[[Network, int, Random], Place]] = {
    "vehicle": _depot,
    "epolice": _at_crossing,
}


def _source(
    scenario: Scenario,
    spec: DeviceSpec,
    chance: Random,
    view: WorldView | None,
    order: Order | None,
) -> Source:
    if view is not None and spec.kind == "epolice":
        return Watcher(
            spec.device_id, spec.name, view, chance, order, spec.crossing, spec.picture_share
        )
    if view is not None and spec.model in _IN_THE_WORLD:
        return _IN_THE_WORLD[spec.model](spec, chance, view)
    if spec.kind == "epolice":
        return Site(spec.lanes, spec.peak_per_hour, chance, scenario.seed)
    if spec.kind == "camera":
        return CameraSource(spec.interval, chance)
    return Vehicle(spec.interval, chance, network(scenario.streets), spec.night_share)


def _controller(spec: DeviceSpec, _chance: Random, view: WorldView) -> Source:
    assert spec.crossing is not None  # a scenario with signals has a world, which has crossings
    return Controller(spec.interval, spec.crossing.signal, view)


_IN_THE_WORLD: dict[str, Callable[[DeviceSpec, Random, WorldView], Source]] = {
    "generic-vehicle": lambda spec, chance, view: Driven(
        spec.device_id, spec.interval, chance, view
    ),
    "generic-signal": _controller,
    DETECTOR: lambda spec, chance, view: CountingSource(
        spec.device_id, spec.interval, chance, view
    ),
}
