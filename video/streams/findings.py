"""What is found of a stream: the table of its states, and which error means which."""

from dataclasses import dataclass
from typing import Final

from av import error as av

# What a state of the stream makes of the device (ingest.liveness): where the fault is in our own
# settings, nothing is known of it. All others are off line.
DEVICE_STATES: Final = {
    "online": "online",
    "address_forbidden": "unknown",
    "secret_unreadable": "unknown",
    "host_unknown": "unknown",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """The state of a stream, more closely, and what its picture is."""

    state: str
    reason: str = ""
    width: int | None = None
    height: int | None = None
    codec: str | None = None

    @property
    def device_state(self) -> str:
        """What it says of the device."""
        return DEVICE_STATES.get(self.state, "offline")


class Fault(Exception):
    """The stream cannot be had, and why."""

    def __init__(self, state: str, reason: str) -> None:
        self.finding = Finding(state, reason)
        super().__init__(f"{state}: {reason}")


# Of FFmpeg while it opens a camera that has answered before; the first that fits.
OPENING: tuple[tuple[type[Exception], str, str], ...] = (
    (av.HTTPUnauthorizedError, "wrong_password", "401: user or password is wrong"),
    (av.HTTPForbiddenError, "wrong_password", "403: the user may not watch"),
    (av.HTTPNotFoundError, "not_found", "404: the camera has no such stream"),
    (av.HTTPClientError, "refused", "the camera refuses the request"),
    (av.HTTPServerError, "refused", "the camera reports an error of its own"),
    (ConnectionRefusedError, "refused", "connection refused"),
    (ConnectionError, "refused", "the connection was broken off"),
    (av.ExitError, "stale", "it answers, and sends no picture"),
    (TimeoutError, "stale", "it answers, and sends no picture"),
    (av.InvalidDataError, "not_video", "what it sends is no stream"),
    (OSError, "no_answer", "the network does not reach it"),
)
READING: tuple[tuple[type[Exception], str, str], ...] = (
    (av.ExitError, "stale", "nothing comes any more"),
    (TimeoutError, "stale", "nothing comes any more"),
    (av.InvalidDataError, "not_video", "what it sends is no stream"),
    (OSError, "stale", "the connection was broken off"),
)


def fault_of(error: Exception, rows: tuple[tuple[type[Exception], str, str], ...]) -> Fault:
    """The fault that an error of FFmpeg means."""
    for kind, state, reason in rows:
        if isinstance(error, kind):
            return Fault(state, reason)
    return Fault("not_video", type(error).__name__)
