"""Having a worker try a stream: the API's processes may not reach the cameras' networks at all."""

import socket
import threading
import time
from typing import Any

import msgspec
from sqlalchemy.orm import Session

from center import sealing
from center.audit.service import audit_alone
from center.errors import TooMany, Unavailable
from center.identity.caller import Caller
from center.settings import settings
from video.cameras import repository
from video.cameras.address import check_literal, networks, parse
from video.cameras.models import Camera
from video.cameras.service import PURPOSE, owner, sealed_password
from video.live.messages import HEAD, MOST_BYTES
from video.settings import VideoSettings
from video.trials import orders
from video.trials.schemas import TrialRead, TrialSet

CONNECT_SECONDS = 3.0
MARGIN_SECONDS = 3.0
RETRY_SECONDS = 5
PLAYABLE = "h264"
# A trial may take half a minute, and requests share few threads: one at a time in each process.
_trying = threading.BoundedSemaphore(1)


class NoWorker(Unavailable):
    """No video worker runs now: nobody can try the address."""


class TrialsBusy(TooMany):
    """Another address is being tried: wait for it."""


def try_stream(session: Session, caller: Caller, device_id: str, body: TrialSet) -> TrialRead:
    """Has the address tried from where the cameras are watched; audited.

    Raises:
        NotFound, NotACamera, AddressWrong, AddressForbidden, PasswordNeeded, SealBroken
        NoWorker, TrialsBusy
    """
    device = repository.find(session, caller, device_id)
    login = _login(session, device.id, body)
    worker = repository.any_worker(session)
    session.close()  # its connection goes back to the others while the camera is asked
    if worker is None:
        raise NoWorker
    if not _trying.acquire(blocking=False):
        raise TrialsBusy(retry_after=RETRY_SECONDS)
    began = time.monotonic()
    try:
        found = _ask(worker, orders.write(body.address, login))
    finally:
        _trying.release()
    told = {"stream": body.stream, "address": body.address, "state": found["state"]}
    audit_alone(caller, "camera.try", "device", device_id, "ok", **told)
    seconds = round(time.monotonic() - began, 1)
    return TrialRead(**found, playable=found["codec"] == PLAYABLE, seconds=seconds)


def _login(session: Session, device: int, body: TrialSet) -> tuple[str, str] | None:
    target = parse(body.address)
    check_literal(target, networks(settings(VideoSettings).video_camera_networks))
    if body.user is None:
        return None
    if body.password is not None:
        return body.user, body.password
    camera = session.get(Camera, device) or Camera(device=device)
    sealed = sealed_password(camera, body.stream, body, target)
    kept = sealing.unseal(sealed, PURPOSE, owner(device, body.stream)) if sealed else ""
    return body.user, kept


def _ask(address: str, order: bytes) -> dict[str, Any]:
    limits = settings(VideoSettings)
    patience = 2 * limits.video_open_seconds + limits.video_key_frame_seconds + MARGIN_SECONDS
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), CONNECT_SECONDS) as connection:
            connection.settimeout(patience)
            connection.sendall(order)
            with connection.makefile("rb") as answer:
                _, size = HEAD.unpack(answer.read(HEAD.size).ljust(HEAD.size, b"\0"))
                said = msgspec.json.decode(answer.read(min(size, MOST_BYTES)))
    except (OSError, msgspec.DecodeError) as error:
        raise NoWorker("The video worker did not answer: try again.") from error
    if said.pop("t") == "busy":
        raise TrialsBusy(retry_after=RETRY_SECONDS)
    return dict(said)
