"""From a scenario's devices to the plan of their world."""

from collections.abc import Iterable
from pathlib import Path

from simulators.events import Crash, Road
from simulators.randomness import generator
from simulators.scenario import Scenario
from simulators.spec import DeviceSpec
from simulators.timeline import Happening, Timeline
from simulators.world.plan import Controlled, Detector, Incident, Patrol, Plan, Watch


def cast(
    scenario: Scenario,
    specs: Iterable[DeviceSpec],
    network: Path,
    timeline: Timeline | None = None,
) -> Plan:
    """Sites watch the approaches of their crossings, vehicles drive, detectors count.

    `network` is the folder of the network; the scenario has a world. Without a time line nothing
    happens in it.
    """
    assert scenario.world is not None
    rows = list(specs)
    watches = [
        Watch(spec.device_id, list(spec.crossing.approaches))
        for spec in rows
        if spec.kind == "epolice" and spec.crossing is not None
    ]
    patrols = [
        Patrol(spec.device_id, _works_nights(scenario.seed, spec))
        for spec in rows
        if spec.kind == "vehicle"
    ]
    detectors = [
        Detector(spec.device_id, spec.stretch.edge, spec.stretch.position)
        for spec in rows
        if spec.stretch is not None
    ]
    signals = [
        Controlled(spec.device_id, spec.crossing.signal)
        for spec in rows
        if spec.kind == "signal" and spec.crossing is not None
    ]
    weather = timeline.weather if timeline else None
    incidents = [_incident(happening) for happening in timeline.on_roads()] if timeline else []
    return Plan(
        str(network), scenario.seed, scenario.world.vehicles, watches, patrols,
        detectors=detectors, signals=signals, weather=weather, incidents=incidents,
        wrong_way_share=scenario.world.wrong_way_share,
    )  # fmt: skip


def _incident(happening: Happening) -> Incident:
    event = happening.event
    assert isinstance(event, Road | Crash)
    limit = None if isinstance(event, Crash) else event.speed_kmh / 3.6
    return Incident(happening.start, happening.end, event.roads, event.near, limit)


def _works_nights(seed: int, spec: DeviceSpec) -> bool:
    return generator(seed, spec.device_id, "nights").random() < spec.night_share
