"""A scenario: what stands in the city and what goes wrong there, read from a TOML file."""

import tomllib
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from simulators.cameras.names import FLAWS
from simulators.events import STRIKING, WORLDLY, Event, Failing, Reading
from simulators.faults import Fault
from simulators.models import DETECTOR, MODELS
from simulators.world.plan import WRONG_WAY_SHARE

Count = Annotated[int, Meta(ge=1, le=100_000)]


class ScenarioInvalid(ValueError):
    """The scenario cannot be used."""


class Group(Struct, frozen=True, forbid_unknown_fields=True):
    """Some devices of one model."""

    model: str
    count: Count
    interval_seconds: Annotated[float, Meta(ge=0.05)] | None = None  # of the model where None
    lanes: Annotated[int, Meta(ge=1, le=12)] = 4  # e-police only
    peak_per_hour: Annotated[float, Meta(gt=0)] = 600.0  # e-police only, over all lanes
    night_share: Annotated[float, Meta(ge=0, le=1)] = 0.4  # vehicles only: drive at night too
    recorded: bool = False  # cameras only: a film in a loop, at a tenth of the cost
    width: Annotated[int, Meta(ge=160, le=3840, multiple_of=2)] = 640  # cameras only
    height: Annotated[int, Meta(ge=90, le=2160, multiple_of=2)] = 360
    large: bool = False  # live cameras only: a main stream of twice the size as well
    approaches: Literal["all", "one"] = "all"  # e-police in a world only: what a site watches
    row: bool = False  # one after the other along one street, as lamps of one line stand
    # E-police in a world only: of the passes so many have a picture. All violations have theirs.
    picture_share: Annotated[float, Meta(ge=0, le=1)] = 1.0
    # Recorded cameras only: so many films, shared by the cameras of the group; None: each its own.
    streams: Count | None = None


class Recorded(Struct, frozen=True, forbid_unknown_fields=True):
    """The world runs once, as fast as it can, and is played in a loop from then on."""

    seconds: Annotated[int, Meta(ge=10, le=86_400)] = 600
    hour: Annotated[float, Meta(ge=0, lt=24)] = 7.5  # local, of its beginning


class World(Struct, frozen=True, forbid_unknown_fields=True):
    """One simulated traffic behind the devices; without it they act by themselves."""

    vehicles: Annotated[int, Meta(ge=1, le=20_000)] = 2000  # under way at the busiest hour
    # Cars that try to leave a crossing on the wrong side where a site watches (逆行).
    wrong_way_share: Annotated[float, Meta(ge=0, le=1)] = WRONG_WAY_SHARE
    recorded: Recorded | None = None


class Load(Struct, frozen=True, forbid_unknown_fields=True):
    """Passes that nobody drove, added until the sites report so many; their plates tell them."""

    passes_per_second: Annotated[float, Meta(gt=0, le=100_000)]


class Expected(Struct, frozen=True, forbid_unknown_fields=True):
    """Alarms that a scenario raises: `rule` by its name in cityops/rules/rules.toml.

    `severity` is the gravest that each of them reaches.
    """

    rule: str
    severity: Literal["blue", "yellow", "orange", "red"]
    count: Count


class Scenario(Struct, frozen=True, forbid_unknown_fields=True):
    """One fleet. The same seed gives the same fleet, and on the same clock the same messages."""

    name: Annotated[str, Meta(pattern="^[a-z][a-z0-9-]{0,31}$")]
    title_zh: str
    title_en: str
    prefix: Annotated[str, Meta(pattern="^[a-z]{1,8}$")]  # of every device id
    seed: int
    groups: Annotated[tuple[Group, ...], Meta(min_length=1)]
    faults: tuple[Fault, ...] = ()
    messagepack_share: Annotated[float, Meta(ge=0, le=1)] = 0.0
    # What a device keeps for a resend: so long, and at most so many. Numbers of a whole fleet cost
    # memory: half a kilobyte each.
    buffer_seconds: Annotated[float, Meta(gt=0)] = 600.0
    buffer_messages: Count = 1200
    concentrator: bool = False  # a few connections of the account `load` speak for all devices
    connections: Annotated[int, Meta(ge=1, le=256)] = 50  # of the concentrator
    # GeoJSON of the streets on which all stands and drives; None: those drawn by hand.
    streets: str | None = None
    world: World | None = None
    load: Load | None = None
    weather: Literal["season", "fair"] = "season"  # fair: it does not rain by itself
    incidents: bool = True  # whether covers shift, lamps fail, gas leaks and bins run full
    events: tuple[Event, ...] = ()
    expect: tuple[Expected, ...] | None = None  # the alarms of a run to its end; None: not said

    @property
    def ends_after_seconds(self) -> float:
        """When the last event is over."""
        return max((event.after_seconds + event.seconds for event in self.events), default=0.0)


FOLDER = resources.files("simulators.scenarios")


def names() -> list[str]:
    """The scenarios that come with the program."""
    return sorted(
        file.name.removesuffix(".toml") for file in FOLDER.iterdir() if file.name.endswith(".toml")
    )


def load(name_or_path: str, *, seed: int | None = None) -> Scenario:
    """A scenario by name, or from a file of one's own.

    Raises:
        ScenarioInvalid: there is none of that name, or the file says something impossible.
    """
    scenario = parse(_text(name_or_path))
    return scenario if seed is None else msgspec.structs.replace(scenario, seed=seed)


def parse(text: str) -> Scenario:
    """A scenario from the text of its file; raises ScenarioInvalid."""
    try:
        scenario = msgspec.convert(tomllib.loads(text), Scenario)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ScenarioInvalid(str(error)) from error
    problem = next(filter(None, _problems(scenario)), "")
    if problem:
        raise ScenarioInvalid(problem)
    return scenario


def _problems(scenario: Scenario) -> Iterator[str]:
    """What is impossible in it; empty where a part can be."""
    for group in scenario.groups:
        yield _mismodelled(group, scenario)
    if scenario.load is not None and scenario.world is None:
        yield "a [load] is added to what happens in a [world]"
    for event in scenario.events:
        problem = _problem(event, scenario)
        yield f"event {event.title_en!r}: {problem}" if problem else ""


def _mismodelled(group: Group, scenario: Scenario) -> str:
    model = MODELS.get(group.model)
    if model is None:
        return f"no model {group.model!r}; there are {', '.join(MODELS)}"
    if model.kind == "signal" and scenario.world is None:
        return "signals need a [world]: nothing else drives by them"
    if model.key == DETECTOR and scenario.world is None:
        return "vehicle detectors need a [world]: nothing else drives over them"
    if group.streams is not None and not group.recorded:
        return "cameras share streams that are recorded: `streams` needs that"
    return ""


def _problem(event: Event, scenario: Scenario) -> str:
    """Why an event cannot happen in a scenario; empty where it can."""
    if isinstance(event, WORLDLY):
        if scenario.world is None:
            return "it needs a [world]: there are no roads without one"
        return "a recorded world goes on as it was recorded" if scenario.world.recorded else ""
    return _mistarget(event, scenario) if isinstance(event, STRIKING) else ""


def _mistarget(event: Failing | Reading, scenario: Scenario) -> str:
    there = sum(group.count for group in scenario.groups if group.model == event.model)
    if not there:
        return f"the scenario has no {event.model!r}"
    if event.count is not None and event.share is not None:
        return "either a count of devices or a share of them"
    if event.count is not None and event.count > there:
        return f"there are {there} of {event.model}, not {event.count}"
    if event.near is not None and event.spread != "neighbourhood":
        return 'a place to be near needs spread = "neighbourhood"'
    model = MODELS[event.model]
    if isinstance(event, Reading):
        unknown = sorted(event.values.keys() - set(model.quantities))
        return f"{event.model} does not measure {unknown[0]!r}" if unknown else ""
    pictures = sorted(set(event.faults) & set(FLAWS))
    return f"only cameras can have {pictures[0]!r}" if pictures and model.kind != "camera" else ""


def _text(name_or_path: str) -> str:
    if name_or_path in names():
        return FOLDER.joinpath(f"{name_or_path}.toml").read_text("utf-8")
    path = Path(name_or_path)
    if path.suffix == ".toml" and path.is_file():
        return path.read_text("utf-8")
    raise ScenarioInvalid(f"no scenario {name_or_path!r}; there are {', '.join(names())}")
