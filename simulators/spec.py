"""One simulated device as a row: all that a register must know of it."""

from typing import NamedTuple

from simulators.cameras.plan import Camera
from simulators.world.crossings import Crossing
from simulators.world.stretches import Stretch


class DeviceSpec(NamedTuple):
    """A device that does not run yet."""

    device_id: str
    kind: str
    model: str
    name: str  # Chinese
    division: str  # district code
    lon: float | None  # None for what moves
    lat: float | None
    quantities: tuple[str, ...]
    interval: float  # seconds between messages
    expected_interval: float  # seconds, for the register
    messagepack: bool = False
    lanes: int = 0
    peak_per_hour: float = 0.0
    night_share: float = 0.0  # the chance that a vehicle drives at night too
    camera: Camera | None = None  # pose and picture, of cameras
    camera_number: str = ""  # 20 digits, of cameras
    street: str = ""  # that it stands at
    crossing: Crossing | None = None  # of the world, where a site or a signal stands at one
    shows: str = ""  # of cameras: whose stream it shows, where not its own
    picture_share: float = 1.0  # of the passes of a site
    stretch: Stretch | None = None  # of the world's roads, in which a detector lies
