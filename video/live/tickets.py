"""Tickets: an API process shows a worker that it may have a camera's live picture."""

import hmac
import time
from hashlib import sha256

import msgspec

from center import sealing

LIFE_SECONDS = 30  # clocks of our own hosts agree better than that
PURPOSE = "live pictures"


class Ticket(msgspec.Struct, frozen=True):
    """The first line on a connection: which camera, until when (Unix seconds), and the proof.

    `large`: its main stream, where another is watched.
    """

    device: int
    until: int
    proof: str
    large: bool = False


def issue(device: int, *, large: bool = False) -> bytes:
    """A ticket for a camera, as a line of JSON."""
    until = int(time.time()) + LIFE_SECONDS
    return msgspec.json.encode(Ticket(device, until, _proof(device, until, large), large)) + b"\n"


def read(line: bytes) -> Ticket | None:
    """The ticket of a line, if it is good; None for any other line."""
    try:
        ticket = msgspec.json.decode(line, type=Ticket)
    except msgspec.DecodeError:
        return None
    right = hmac.compare_digest(ticket.proof, _proof(ticket.device, ticket.until, ticket.large))
    return ticket if right and time.time() < ticket.until else None


def _proof(device: int, until: int, large: bool) -> str:
    key = sealing.derived(PURPOSE)
    return hmac.new(key, f"{device} {until} {large:d}".encode(), sha256).hexdigest()
