"""Orders to a worker to try a stream: sealed, as they hold a password, and good for seconds."""

import base64
import binascii
import time

import msgspec

from center import sealing
from center.errors import HengyangError
from video.cameras.address import parse
from video.live.tickets import LIFE_SECONDS
from video.streams.source import Source

MARK = b"TRY "
PURPOSE, OWNER = "trial of a stream", "video worker"
MOST_BYTES = 4096  # of a line: an address, a user and a password at their longest


class Order(msgspec.Struct, frozen=True):
    """Where the stream is, who asks the camera, and until when (Unix seconds) it may be tried."""

    address: str
    user: str | None
    password: str | None
    until: int


def write(address: str, login: tuple[str, str] | None) -> bytes:
    """An order as the first line on a connection to a worker."""
    user, password = login or (None, None)
    order = Order(address, user, password, int(time.time()) + LIFE_SECONDS)
    sealed = sealing.seal(msgspec.json.encode(order).decode(), PURPOSE, OWNER)
    return MARK + base64.b64encode(sealed) + b"\n"


def read(line: bytes) -> Source | None:
    """The stream of an order that is good; None for any other line."""
    if not line.startswith(MARK):
        return None
    try:
        sealed = base64.b64decode(line.removeprefix(MARK).strip(), validate=True)
        text = sealing.unseal(sealed, PURPOSE, OWNER)
        order = msgspec.json.decode(text, type=Order)
        target = parse(order.address)
    except (binascii.Error, ValueError, HengyangError):
        return None
    if time.time() >= order.until:
        return None
    return Source(target, None if order.user is None else (order.user, order.password or ""))
