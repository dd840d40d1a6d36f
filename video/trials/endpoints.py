"""Trials over HTTP."""

from typing import Annotated

from center.identity.caller import Caller
from center.identity.guard import permits
from center.requests import Reads
from center.routing import Router
from video.cameras.endpoints import DeviceIdPath
from video.trials import service
from video.trials.schemas import TrialRead, TrialSet

router = Router(prefix="/cameras", tags=["cameras"])


@router.post("/{device_id}/trials")
def try_stream(
    caller: Annotated[Caller, permits("video:write")],
    session: Reads,
    device_id: DeviceIdPath,
    body: TrialSet,
) -> TrialRead:
    """Have a video worker open a stream once, before it is set, and say what it found. Nothing is
    changed; it takes up to half a minute."""
    return service.try_stream(session, caller, device_id, body)
