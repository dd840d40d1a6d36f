"""Which devices a rule watches: by name, model, kind, division and area, all of what is given."""

from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal, NamedTuple, Self

import shapely
from pydantic import Field, StringConstraints, model_validator

from center.requests import Body
from ingest.devices.place import Latitude, Longitude
from ingest.devices.schemas import DeviceId, Kind

MOST_CORNERS = 1000

Division = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4,12}$"),
    Field(description="Division code or the beginning of one.", examples=["430408"]),
]
ModelName = Annotated[str, Field(min_length=1, max_length=64, examples=["generic-water-level"])]


class Area(Body):
    """A GeoJSON polygon in WGS-84, longitude first (RFC 7946)."""

    type: Literal["Polygon"] = "Polygon"
    coordinates: Annotated[
        list[list[tuple[Longitude, Latitude]]],
        Field(
            min_length=1,
            max_length=20,
            examples=[[[(112.5, 26.8), (112.7, 26.8), (112.7, 27.0), (112.5, 26.8)]]],
        ),
    ]

    @model_validator(mode="after")
    def _is_an_area(self) -> Self:
        for ring in self.coordinates:
            if len(ring) < 4 or ring[0] != ring[-1]:
                raise ValueError("a ring of an area has four corners or more and ends at its first")
        if sum(map(len, self.coordinates)) > MOST_CORNERS:
            raise ValueError(f"an area has {MOST_CORNERS} corners at most")
        shape = self.shape
        if not shape.is_valid:
            raise ValueError(f"the area is no polygon: {shapely.is_valid_reason(shape)}")
        if shape.area == 0:
            raise ValueError("the area is empty: its corners lie on one line")
        return self

    @property
    def shape(self) -> Any:
        """The polygon as shapely has it."""
        return shapely.Polygon(self.coordinates[0], self.coordinates[1:])


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
        yield _inside(target.area.shape)


def _begins(prefix: str) -> Holds:
    return lambda device: device.division_code.startswith(prefix)


def _inside(shape: Any) -> Holds:
    shapely.prepare(shape)
    return lambda device: device.lon is not None and bool(
        shapely.intersects_xy(shape, device.lon, device.lat)
    )
