"""Simulated cameras among the city's own: where their streams are read, and where they look."""

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import unquote, urlsplit

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.database import transaction
from center.identity.caller import system
from center.requests import Precondition
from center.settings import settings
from ingest.devices.models import Device
from server.settings import SimulationSettings
from simulators.cameras.plan import main_name
from simulators.spec import DeviceSpec
from video.cameras.models import Camera
from video.cameras.schemas import CameraSet, StreamSet
from video.cameras.service import set_camera

RANGE_METRES = 80.0
# Of the main and the sub-stream, and whither it looks.
Known = tuple[str | None, str | None, float | None]
SAME_DEG = 0.05
_WHATEVER = Precondition(frozenset({"*"}))


def set_streams(specs: Sequence[DeviceSpec]) -> None:
    """Sets the cameras whose stream is not where the RTSP server of this run has it, or that look
    elsewhere now.

    Raises:
        AddressForbidden: the server stands in no network of cameras (`video_camera_networks`).
    """
    url = settings(SimulationSettings).rtsp_url
    if url is None:
        return
    parts = urlsplit(url)
    caller = replace(system("simulator"), divisions=("",))
    with transaction() as session:
        known = _known(session)
        for spec in specs:
            if spec.camera is None:
                continue
            base = f"rtsp://{parts.hostname}:{parts.port}{parts.path}"
            addresses = _addresses_of(spec.shows or spec.device_id, base, large=spec.camera.large)
            pose = spec.camera.pose
            *at, heading = known.get(spec.device_id, (None, None, None))
            stands = heading is not None and abs(heading - pose.heading) < SAME_DEG
            if tuple(at) == addresses and stands:
                continue
            main, sub = (
                None
                if address is None
                else StreamSet(
                    address=address, user=parts.username, password=unquote(parts.password or "")
                )
                for address in addresses
            )
            body = CameraSet(
                main=main, sub=sub, height_m=pose.height, heading_deg=pose.heading,
                tilt_deg=pose.tilt, fov_deg=pose.fov, range_m=RANGE_METRES,
            )  # fmt: skip
            set_camera(session, caller, spec.device_id, body, _WHATEVER)


def _addresses_of(shown: str, base: str, *, large: bool) -> tuple[str, str | None]:
    """Of the main and the sub-stream of what a camera shows."""
    watched = f"{base}/{shown}"
    return (f"{base}/{main_name(shown)}", watched) if large else (watched, None)


def _known(session: Session) -> dict[str, Known]:
    chosen = sa.select(
        Device.device_id, Camera.main_address, Camera.sub_address, Camera.heading_deg
    ).join(Device)
    return {name: (main, sub, heading) for name, main, sub, heading in session.execute(chosen)}
