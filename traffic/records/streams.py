"""The two streams that have records: a row of columns each."""

from dataclasses import dataclass

_VEHICLE = ("plate", "plate_colour", "vehicle_class", "lane", "speed_mps", "evidence")


@dataclass(frozen=True, slots=True)
class Stream:
    """Where the records of a stream are; `name` is what the audit calls a list of them."""

    name: str
    table: str
    columns: tuple[str, ...]


PASSES = Stream("passes", "passes", _VEHICLE)
VIOLATIONS = Stream("violations", "violations", (*_VEHICLE, "code", "limit_mps"))
