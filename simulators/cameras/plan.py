"""What the cameras' process is told once: a file in its folder."""

from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from simulators.cameras.heads import Head
from simulators.cameras.pose import Pose

PLAN = "plan.json"
FRAMES_A_SECOND = 10
# The world tells of a second when it is over and takes up to a quarter of one for it. Pictures are
# so late that every moment lies between two steps.
LAG_SECONDS = 1.25


class Camera(Struct, frozen=True):
    """One camera: rendered live, or a recording that is sent again and again."""

    device_id: str
    name: str  # burnt in
    pose: Pose
    width: Annotated[int, Meta(ge=160, le=3840)] = 640
    height: Annotated[int, Meta(ge=90, le=2160)] = 360
    recorded: bool = False
    large: bool = False  # live ones only: a main stream of twice the size beside this one

    @property
    def main(self) -> "Camera":
        """Its main stream, as a camera of its own."""
        size = {"width": 2 * self.width, "height": 2 * self.height}
        return msgspec.structs.replace(self, device_id=main_name(self.device_id), **size)


def main_name(device_id: str) -> str:
    """Name of the main stream of a camera that has two."""
    return f"{device_id}-main"


class Plan(Struct, frozen=True):
    """All cameras of a scenario."""

    control: str  # socket of the RTSP server
    cache: str  # folder of recordings
    seed: int
    cameras: tuple[Camera, ...]
    streets: str | None = None  # GeoJSON; None: those drawn by hand
    frames: str | None = None  # socket of the world; None: streets stay empty
    heads: tuple[Head, ...] = ()
    rate: Annotated[int, Meta(ge=1, le=30)] = FRAMES_A_SECOND


def write(folder: Path, plan: Plan) -> None:
    """Puts the plan into a folder."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = folder / f"{PLAN}.partial"
    partial.write_bytes(msgspec.json.encode(plan))
    partial.replace(folder / PLAN)


def read(folder: Path) -> Plan:
    """The plan of a folder; raises OSError or msgspec.ValidationError."""
    return msgspec.json.decode((folder / PLAN).read_bytes(), type=Plan)
