"""Pictures that a site wants: what is to be seen on each, and how far they have got."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from simulators.world.frame import Moving


class Shot(NamedTuple):
    """One picture to be taken. `ahead`: metres of the vehicle's front beyond the stop line."""

    time: float  # epoch seconds
    site: str  # name, Chinese
    lane: int
    vehicle: Moving
    ahead: float
    aspect: str  # what the vehicle's lane is shown, SUMO's letter; "" without a signal


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
