"""What a viewer looks at, and with which rights; equal views are told the same."""

import zlib
from dataclasses import dataclass, field

from center.identity.caller import Caller


@dataclass(frozen=True, slots=True)
class View:
    """A viewport (west, south, east, north) within divisions (prefixes of codes).

    `number` is equal for equal views in every process: a cursor carries it.
    """

    bbox: tuple[float, float, float, float]
    scope: tuple[str, ...]
    sees_alarms: bool
    number: int = field(init=False, compare=False)

    def __post_init__(self) -> None:
        words = f"{self.bbox};{sorted(self.scope)};{self.sees_alarms}"
        object.__setattr__(self, "number", zlib.crc32(words.encode()))


def view_of(bbox: tuple[float, float, float, float], caller: Caller) -> View:
    """The view of a caller."""
    return View(bbox, caller.divisions, caller.may("alarms:read"))
