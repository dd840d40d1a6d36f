"""Loopback ports of the local stack: which they are, whether they are free, who holds them."""

import os
import random
import socket
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from deploy.stack.errors import StackError

HOST = "127.0.0.1"
DEFAULT_BASE = 10_000
# Below Linux's ephemeral range (32768 and up): a client that dials a dead server inside that
# range may be given the server's own port as its source and so be connected to itself.
FREE_FROM, FREE_TO = 20_000, 32_000
_LISTEN = "0A"


@dataclass(frozen=True)
class Ports:
    """The four TCP ports of one stack on 127.0.0.1."""

    postgres: int
    redis: int
    mosquitto: int
    rtsp: int

    @classmethod
    def above(cls, base: int) -> "Ports":
        """The well-known ports shifted by `base`: 10000 gives 15432, 16379, 11883, 18554."""
        if not 0 <= base <= 65_535 - 8_554:
            raise StackError(f"HENGYANG_STACK_PORT_BASE must be 0 to {65_535 - 8_554}, not {base}.")
        return cls(base + 5_432, base + 6_379, base + 1_883, base + 8_554)

    @classmethod
    def from_environment(cls) -> "Ports":
        text = os.environ.get("HENGYANG_STACK_PORT_BASE", str(DEFAULT_BASE))
        if not text.isdecimal():
            raise StackError(f"HENGYANG_STACK_PORT_BASE must be a whole number, not {text!r}.")
        return cls.above(int(text))

    @classmethod
    def free(cls) -> "Ports":
        """Ports that nobody listens on now."""
        return cls(*free_ports(len(fields(cls))))


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now, outside the ephemeral range."""
    candidates = random.sample(range(FREE_FROM, FREE_TO), FREE_TO - FREE_FROM)
    return [port for _, port in zip(range(count), filter(is_free, candidates), strict=False)]


def endpoint(port: int, host: str = HOST) -> tuple[socket.AddressFamily, tuple[Any, ...]]:
    """Family and address by which a server binds to a host's name or IPv4 or IPv6 number.

    Raises OSError if there is no such host.
    """
    passive = socket.AI_PASSIVE
    family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=passive)[0]
    return family, address


def is_free(port: int, host: str = HOST) -> bool:
    """True if a server could bind to the port now."""
    try:
        family, address = endpoint(port, host)
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError:
        return False
    return True


def holder(port: int) -> str | None:
    """`name (process N)` of who listens on a TCP port, or None where this user may not see it."""
    pid = listener(port)
    if pid is None:
        return None
    return f"{Path(f'/proc/{pid}/comm').read_text().strip()} (process {pid})"


def listener(port: int) -> int | None:
    """The process that listens on a TCP port, or None where this user may not see it."""
    inodes = _listening_inodes(port)
    numbers = (entry for entry in Path("/proc").iterdir() if entry.name.isdecimal())
    return next((int(entry.name) for entry in numbers if _holds_any(entry, inodes)), None)


def _listening_inodes(port: int) -> set[str]:
    inodes = set()
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        if not table.exists():
            continue
        for line in table.read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == _LISTEN and int(fields[1].rpartition(":")[2], 16) == port:
                inodes.add(f"socket:[{fields[9]}]")
    return inodes


def _holds_any(process: Path, inodes: set[str]) -> bool:
    try:
        return any(str(fd.readlink()) in inodes for fd in (process / "fd").iterdir())
    except OSError:  # It ended meanwhile, or belongs to another user.
        return False
