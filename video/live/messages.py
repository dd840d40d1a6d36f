"""What a worker says to a viewer: words as JSON, media as it is, each with a head of five bytes."""

import struct
from typing import Any

import msgspec

HEAD = struct.Struct(">cI")
WORDS, MEDIA = b"W", b"M"
MOST_BYTES = 16 * 1024 * 1024  # of one message; a key frame of a large picture is below that


def words(**fields: Any) -> bytes:
    """A message of words; `t` says what it is."""
    return framed(WORDS, msgspec.json.encode(fields))


def framed(kind: bytes, payload: bytes) -> bytes:
    """A message with its head."""
    return HEAD.pack(kind, len(payload)) + payload
