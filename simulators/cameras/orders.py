"""What goes between a fleet and the process of its cameras: lines of JSON."""

from msgspec import Struct


class FlawOrder(Struct, forbid_unknown_fields=True):
    """A line on standard input: a camera gets a picture fault for so long; 0 seconds end it."""

    device_id: str
    flaw: str
    seconds: float


class Beat(Struct):
    """A line on standard output, once a second: how the cameras are."""

    streaming: int
    shown: int  # pictures since the start
    late: int  # pictures left out because the machine was too slow
