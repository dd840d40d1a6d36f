"""Pictures that a site wants: what is to be seen on each, and how far they have got."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from simulators.world.sightings import Fix
from simulators.world.stops import Stop

# front: passing, as seen from beyond the line; rear: from behind, with line and signal; near: from
# beside a vehicle that is wherever it is.
ViewName = Literal["front", "rear", "near"]


class Shot(NamedTuple):
    """One picture to be taken."""

    site: str  # name, Chinese
    lane: int
    stops: Sequence[Stop]  # of all lanes of the approach, from the middle outward
    fix: Fix  # what is seen
    close: Fix  # of which the plate is seen large (特写)
    view: ViewName
    label: str = ""  # of a violation


@dataclass
class Ticket:
    """The pictures of one message. `names` are their hashes once they are painted."""

    device: str
    shots: Sequence[Shot]
    ordered: float  # monotonic
    names: tuple[str, ...] = ()
    over: bool = False  # sent, refused, or given up


Painter = Callable[[Shot], bytes]
Order = Callable[[str, Sequence[Shot]], Ticket]
