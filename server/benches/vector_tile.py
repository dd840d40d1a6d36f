"""Reading a Mapbox vector tile (version 2), as far as benches and tests look into one."""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Feature:
    """Attributes and drawing of a feature; `geometry` is the tile's own command stream."""

    kind: int
    attributes: dict[str, Any]
    geometry: tuple[int, ...]

    @property
    def point(self) -> tuple[int, int]:
        """Of a point: where it lies, in units of the tile from its north-west corner."""
        _, x, y = self.geometry
        return _signed(x), _signed(y)


@dataclass
class Layer:
    """A layer of a tile."""

    name: str = ""
    extent: int = 4096
    features: list[Feature] = field(default_factory=list)


def read(tile: bytes) -> dict[str, Layer]:
    """The layers of a tile by name."""
    layers = [_layer(part) for number, part in _fields(tile) if number == 3]
    return {layer.name: layer for layer in layers}


def _layer(message: bytes) -> Layer:
    made, raw = Layer(), []
    keys: list[str] = []
    values: list[Any] = []
    for number, part in _fields(message):
        if number == 1:
            made.name = part.decode()
        elif number == 2:
            raw.append(dict(_fields(part)))
        elif number == 3:
            keys.append(part.decode())
        elif number == 4:
            values.append(_value(part))
        elif number == 5:
            made.extent = part
    for one in raw:
        tags = list(_numbers(one.get(2, b"")))
        pairs = zip(tags[::2], tags[1::2], strict=True)
        attributes = {keys[key]: values[value] for key, value in pairs}
        made.features.append(Feature(one.get(3, 0), attributes, tuple(_numbers(one.get(4, b"")))))
    return made


def _value(message: bytes) -> Any:
    [(number, part)] = _fields(message)
    readers: dict[int, Callable[[Any], Any]] = {
        1: bytes.decode,
        2: lambda raw: struct.unpack("<f", raw)[0],
        3: lambda raw: struct.unpack("<d", raw)[0],
        6: _signed,
        7: bool,
    }
    return readers.get(number, int)(part)


def _fields(message: bytes) -> Iterator[tuple[int, Any]]:
    """Number and content of each field: a number, or the bytes as they are."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        kind = tag & 7
        if kind == 0:
            content, at = _varint(message, at)
            yield tag >> 3, content
            continue
        size = {1: 8, 5: 4}.get(kind, 0)
        if kind == 2:
            size, at = _varint(message, at)
        yield tag >> 3, message[at : at + size]
        at += size


def _numbers(packed: bytes) -> Iterator[int]:
    at = 0
    while at < len(packed):
        number, at = _varint(packed, at)
        yield number


def _varint(message: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = message[at]
        at += 1
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return number, at


def _signed(number: int) -> int:
    return (number >> 1) ^ -(number & 1)
