"""A port that is claimed against others and shared among our own processes."""

import socket

from center.errors import HengyangError
from deploy.stack.ports import endpoint, holder

STALLED_MILLISECONDS = 60_000


class PortInUse(HengyangError):
    """The port is in use: set HENGYANG_API_PORT to another."""


def claim(host: str, port: int) -> socket.socket:
    """A socket that holds the port against other systems for as long as it is open.

    It is bound alone, and opened to our own processes only then. It does not listen, so the kernel
    gives it no connection; and while they are started again the port is not free all the same.

    Raises:
        PortInUse: somebody else listens there, or holds it so.
    """
    family, address = endpoint(port, host)
    claim = socket.socket(family, socket.SOCK_STREAM)
    try:
        # Connections of an earlier run may still be closing; they stand in nobody's way.
        claim.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        claim.bind(address)
    except OSError as error:
        claim.close()
        by = holder(port) or "another process"
        raise PortInUse(
            f"Port {port} is in use by {by}. End it, or set HENGYANG_API_PORT to another."
        ) from error
    claim.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
    claim.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    return claim


def share(host: str, port: int) -> socket.socket:
    """A socket beside others on the same port; the kernel shares connections out among them."""
    family, address = endpoint(port, host)
    shared = socket.socket(family, socket.SOCK_STREAM)
    shared.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    shared.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    # Who takes nothing any more is given up by the kernel: what waits for such a one is freed.
    shared.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STALLED_MILLISECONDS)
    shared.bind(address)
    return shared
