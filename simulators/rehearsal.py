"""The fleet on a virtual clock with a perfect broker: the same scenario, the same bytes."""

from collections.abc import Iterator
from heapq import heapify, heappop, heappush

from simulators.boots import Boots
from simulators.device import Device, Sending
from simulators.fleet import befallen, build, describe
from simulators.scenario import Scenario
from simulators.timeline import Timeline
from simulators.witness import Witness


def assemble(scenario: Scenario, witness: Witness, start: float) -> list[Device]:
    """All devices, started at a time, with the scenario's faults and events."""
    boots, specs = Boots(), describe(scenario)
    timeline = Timeline(scenario, specs, start)
    devices = [build(scenario, spec, boots, witness, timeline=timeline) for spec in specs]
    for device in devices:
        for fault in scenario.faults:
            if befallen(fault, device.spec, scenario.seed):
                device.troubles.add(fault, start)
        device.start(start)
    return devices


def rehearse(
    scenario: Scenario, start: float, seconds: float, witness: Witness | None = None
) -> Iterator[tuple[float, Sending]]:
    """Every publication with its time, in order; each is acknowledged at once."""
    devices = assemble(scenario, witness or Witness(), start)
    times = [(min(d.due(start), d.real_due), index) for index, d in enumerate(devices)]
    heapify(times)
    while times and times[0][0] <= start + seconds:
        now, index = heappop(times)
        device = devices[index]
        device.advance(now, now)
        if device.wants_link(now):
            while (sending := device.next(now)) is not None:
                yield now, sending
                device.answered(sending, 0, now)
        heappush(times, (max(min(device.due(now), device.real_due), now + 1e-3), index))
