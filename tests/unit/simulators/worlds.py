"""Small worlds on the streets drawn by hand."""

from collections import defaultdict
from pathlib import Path

from simulators.world import plan as plans
from simulators.world.network import Network, prepare
from simulators.world.orders import PLAN
from simulators.world.plan import Approach, Patrol, Plan, Watch

HAND = Path("simulators/places/streets.geojson")
MORNING = 1_795_305_600.0  # 2026-11-22 08:00 in Hengyang
SEED = 7


def network(folder: Path) -> Network:
    return prepare(HAND, SEED, folder / "networks")


def plan(folder: Path, vehicles: int = 300, sites: int = 40, patrols: int = 3) -> Plan:
    """All signalled crossings watched, up to so many; sites are named like their signals."""
    made = network(folder)
    signals = [node.id for node in made.graph.nodes if node.signal][:sites]
    arms = defaultdict(list)
    for edge in made.graph.edges:
        arms[edge.target].append(edge)
    watches = []
    for signal in signals:
        approaches, first = [], 1
        for edge in arms[signal]:
            approaches.append(Approach(edge.id, first))
            first += edge.lanes
        watches.append(Watch(signal, approaches))
    rows = [Patrol(f"car-{number}", nights=number % 2 == 0) for number in range(patrols)]
    return Plan(str(made.folder), SEED, vehicles, watches, rows)


def folder_of_a_world(folder: Path, **sizes: int) -> Path:
    """A state folder with a plan in it."""
    state = folder / "world"
    state.mkdir()
    plans.write(state / PLAN, plan(folder, **sizes))
    return state
