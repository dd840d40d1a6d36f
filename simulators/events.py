"""What happens in a scenario, and when: rows of its time line."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from simulators.faults import PlannedName

Seconds = Annotated[float, Meta(gt=0, le=7 * 86_400)]
Share = Annotated[float, Meta(gt=0, le=1)]
Count = Annotated[int, Meta(ge=1, le=100_000)]
Degrees = tuple[  # longitude, latitude, WGS-84
    Annotated[float, Meta(ge=-180, le=180)], Annotated[float, Meta(ge=-90, le=90)]
]


class _Event(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="what"):
    """Begins so long after the start of the fleet and lasts so long."""

    after_seconds: Annotated[float, Meta(ge=0, le=7 * 86_400)]
    seconds: Seconds
    title_zh: str
    title_en: str


class Rain(_Event, frozen=True, kw_only=True, tag="rain"):
    """Rain over the whole city, beside that of the season; the first and last minute are less."""

    rate_mm_h: Annotated[float, Meta(gt=0, le=150)]


class _Struck(_Event, frozen=True, kw_only=True):
    """What happens to some devices of a model: `count` of them or a `share`, else to all.

    The same model, place and spread choose the same ones, those of a smaller number among those of
    a larger. `spread`: `anywhere`, or in one `neighbourhood`, about the place `near` where one is
    named, or along one `street`, the one on which most of them stand.
    """

    model: str
    count: Count | None = None
    share: Share | None = None
    spread: Literal["anywhere", "neighbourhood", "street"] = "anywhere"
    near: Degrees | None = None


class Failing(_Struck, frozen=True, kw_only=True, tag="fault"):
    """Faults that `[[faults]]` knows too: an episode lasts as long as the event."""

    faults: Annotated[tuple[PlannedName, ...], Meta(min_length=1)]
    probability: Share = 0.05  # of duplicate, late and corrupt
    delay_seconds: Seconds = 30.0  # of late; how far a skewed clock is off at most


class Reading(_Struck, frozen=True, kw_only=True, tag="reading"):
    """Sensors read these values, which are true about them: reached and left in `rise_seconds`."""

    values: Annotated[dict[str, float], Meta(min_length=1)]
    rise_seconds: Annotated[float, Meta(ge=0, le=86_400)] = 0.0


class _OnRoads(_Event, frozen=True, kw_only=True):
    """What happens on the busiest roads of the world, one direction each, or on those `near`."""

    roads: Annotated[int, Meta(ge=1, le=50)] = 1
    near: Degrees | None = None


class Road(_OnRoads, frozen=True, kw_only=True, tag="road"):
    """Nobody drives faster than this; at 0 a road is closed, and traffic finds ways around."""

    speed_kmh: Annotated[float, Meta(ge=0, le=120)]


class Crash(_OnRoads, frozen=True, kw_only=True, tag="crash"):
    """Two vehicles stand on a lane of each road: the first that come by."""


Event = Rain | Failing | Reading | Road | Crash
WORLDLY = (Road, Crash)
STRIKING = (Failing, Reading)
