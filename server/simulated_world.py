"""The one simulated world behind a fleet: its network, the same as the map's road graph."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import msgspec

from center.database import transaction
from center.errors import HengyangError
from center.identity.caller import system
from center.settings import ApiSettings, settings
from deploy.city import HERE
from gis.roads.graph import import_file
from server.settings import HttpSettings
from server.simulation import streets
from simulators.scenario import Scenario
from simulators.spec import DeviceSpec
from simulators.timeline import Timeline
from simulators.world import plan as plans
from simulators.world.casting import cast
from simulators.world.crossings import Crossing, crossings
from simulators.world.graph import StreetsInvalid
from simulators.world.keeper import Keeper
from simulators.world.network import NetworkFailed, prepare
from simulators.world.orders import PLAN
from simulators.world.recorder import RecordingFailed, kept, played
from simulators.world.recording import Recording
from simulators.world.stretches import Stretch, stretches

RECORDED_DAY = 1_795_363_200.0  # 2026-11-23 00:00 in Hengyang, a Monday: any day would do


class WorldNotBuilt(HengyangError):
    """The simulated world could not be built."""


@dataclass(frozen=True)
class SimulatedWorld:
    """A world that can be run: its folder, and where sites and signals may stand."""

    scenario: Scenario
    folder: Path
    network: Path
    crossings: Sequence[Crossing]
    stretches: Sequence[Stretch]
    say: Callable[[str], None]

    def recorded(self, specs: Sequence[DeviceSpec]) -> Recording | None:
        """The recording that it plays with these devices in it, made where there is none yet.

        None: it is not played but simulated.

        Raises:
            WorldNotBuilt: it could not be recorded.
        """
        wanted = self.scenario.world.recorded if self.scenario.world else None
        if wanted is None:
            return None
        plan = cast(self.scenario, specs, self.network)
        start = RECORDED_DAY + wanted.hour * 3600
        # Cameras that look at it live see all that drives.
        whole = any(spec.camera is not None and not spec.camera.recorded for spec in specs)
        try:
            return kept(
                plan, self.folder.parent / "recordings", start, wanted.seconds, whole=whole,
                say=lambda text: self.say(f"simulate: {text}"),
            )  # fmt: skip
        except RecordingFailed as error:
            raise WorldNotBuilt(str(error)) from error

    def run(
        self,
        specs: Sequence[DeviceSpec],
        timeline: Timeline,
        recording: Recording | None = None,
    ) -> Keeper:
        """Starts it with these devices in it, to see what the time line has for it; or the play of
        its recording.

        Raises:
            WorldRunsAlready
            WorldFailed
        """
        plan = cast(self.scenario, specs, self.network, timeline)
        plans.write(self.folder / PLAN, played(plan, recording) if recording else plan)
        keeper = Keeper(self.folder, lambda text: self.say(f"simulate: {text}"))
        if keeper.beat is not None:
            self.say(f"simulate: a world with {keeper.beat.vehicles:,} vehicles under way")
        return keeper


def on_the_map(scenario: Scenario, folder: Path) -> Scenario:
    """The scenario on the streets of the map, written to the folder, where it names none itself."""
    if scenario.streets is not None:
        return scenario
    return msgspec.structs.replace(scenario, streets=streets(folder / "streets.geojson"))


def behind(scenario: Scenario, state: Path, say: Callable[[str], None]) -> SimulatedWorld | None:
    """The world of a scenario, built where it has changed; None where the scenario has none.

    The network also becomes the road graph of the map where its streets are the map's.

    Raises:
        WorldNotBuilt: the streets are none, or SUMO's tools fail.
    """
    if scenario.world is None:
        return None
    drawn = resources.files("simulators.places").joinpath("streets.geojson")
    file = Path(scenario.streets) if scenario.streets else Path(str(drawn))
    try:
        network = prepare(file, scenario.seed, state / "network")
        found = crossings(network.folder, scenario.seed)
        roads = stretches(network.folder, scenario.seed)
    except (StreetsInvalid, NetworkFailed) as error:
        raise WorldNotBuilt(str(error)) from error
    if scenario.streets:
        with transaction() as session:
            report = import_file(session, system("simulator"), network.graph_file)
        if report.changed:
            say(f"simulate: the map has a road graph of {report.edges:,} edges")
    folder = state / "world"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return SimulatedWorld(scenario, folder, network.folder, found, roads, say)


def api_address() -> str:
    """Where the API of this machine takes the sites' pictures."""
    api = settings(ApiSettings)
    scheme = "http" if settings(HttpSettings).api_tls_certificate is None else "https"
    host = HERE.get(api.api_host, api.api_host)
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{api.api_port}"
