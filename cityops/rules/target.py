"""Which devices a rule watches: by name, model, kind, division and area, all of what is given."""

from collections.abc import Callable, Iterator
from typing import Annotated, Any, NamedTuple

import shapely
from pydantic import AfterValidator, Field, StringConstraints

from center.geojson import Polygon
from center.requests import Body
from ingest.devices.schemas import DeviceId, Kind

Division = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4,12}$"),
    Field(description="Division code or the beginning of one.", examples=["430408"]),
]
ModelName = Annotated[str, Field(min_length=1, max_length=64, examples=["generic-water-level"])]


def _enclosing(area: Polygon) -> Polygon:
    for ring in area.coordinates:
        if ring[0] != ring[-1]:
            raise ValueError("a ring of the area does not end where it begins")
    made = shape_of(area)
    if not made.is_valid:
        raise ValueError(f"the area is no simple polygon: {shapely.is_valid_reason(made)}")
    if made.area == 0:
        raise ValueError("the area encloses nothing: its corners lie on one line")
    return area


Area = Annotated[Polygon, AfterValidator(_enclosing)]


def shape_of(area: Polygon) -> Any:
    """The polygon as shapely has it."""
    return shapely.Polygon(area.coordinates[0], area.coordinates[1:])


class Target(Body):
    """What is given narrows; nothing given is every device that can tell what the rule asks."""

    devices: Annotated[list[DeviceId] | None, Field(min_length=1, max_length=1000)] = None
    model: ModelName | None = None
    kind: Kind | None = None
    division: Division | None = None
    area: Area | None = None


class Watched(NamedTuple):
    """A device as rules see it; `number` is its id in all facts."""

    number: int
    device_id: str
    name: str
    kind: str
    model: str
    division_code: str
    lon: float | None
    lat: float | None
    quantities: tuple[str, ...]


class Matcher:
    """A target ready to be asked about many devices; `quantity`: what they must measure."""

    def __init__(self, target: Target, quantity: str | None) -> None:
        self._conditions = tuple(_given(target, quantity))

    def takes(self, device: Watched) -> bool:
        """Whether the rule watches this device."""
        return all(holds(device) for holds in self._conditions)


Holds = Callable[[Watched], bool]


def _given(target: Target, quantity: str | None) -> Iterator[Holds]:
    if quantity is not None:
        yield lambda device: quantity in device.quantities
    if target.model is not None:
        yield lambda device: device.model == target.model
    if target.kind is not None:
        yield lambda device: device.kind == target.kind
    if target.division is not None:
        yield _begins(target.division)
    if target.devices is not None:
        names = frozenset(target.devices)
        yield lambda device: device.device_id in names
    if target.area is not None:
        yield _inside(shape_of(target.area))


def _begins(prefix: str) -> Holds:
    return lambda device: device.division_code.startswith(prefix)


def _inside(shape: Any) -> Holds:
    shapely.prepare(shape)
    return lambda device: (
        device.lon is not None and bool(shapely.intersects_xy(shape, device.lon, device.lat))
    )
