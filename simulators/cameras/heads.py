"""One head of a traffic light (信号灯), and what it shows."""

from msgspec import Struct

from simulators.world.frame import Phase

HEIGHT_METRES = 5.6


class Head(Struct, frozen=True):
    """One head: its place, the way the traffic it is for drives, and its links of the signal."""

    lon: float
    lat: float
    heading: float  # degrees, of the traffic that obeys it
    signal: str
    links: tuple[int, ...]  # indices into `Phase.aspects`
    height: float = HEIGHT_METRES  # of its middle above the road


def aspect(head: Head, phase: Phase | None) -> str:
    """r, y or g, or "" for a dark head: green if any of its links has it."""
    told = phase.aspects.lower() if phase else ""
    letters = {told[link] for link in head.links if link < len(told)}
    return next((letter for letter in ("g", "y", "r") if letter in letters), "")
