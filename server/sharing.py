"""One port for several API processes: claimed against others, shared among ours.

Imports little: the parent of the processes serves nothing itself.
"""

import os
import shutil
import socket

from center import logs
from center.errors import HengyangError
from center.settings import var_dir
from deploy.stack.ports import endpoint, holder
from server.family import run_family

STALLED_MILLISECONDS = 60_000
METRICS = "PROMETHEUS_MULTIPROC_DIR"  # prometheus_client's own variable, read on its import


class PortInUse(HengyangError):
    """The port is in use: set HENGYANG_API_PORT to another."""


def serve(host: str, port: int, processes: int) -> None:
    """Serves until SIGTERM or SIGINT.

    Raises:
        PortInUse: somebody else listens there.
    """
    with _claim(host, port):
        if processes == 1:
            from server.serving import run  # noqa: PLC0415  # a parent does without

            run("api", host, port, share(host, port))
            return
        folder = var_dir() / "metrics" / f"api-{port}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        os.environ[METRICS] = str(folder)
        os.environ["HENGYANG_API_HOST"], os.environ["HENGYANG_API_PORT"] = host, str(port)
        logs.configure("api")
        run_family("server.serving", [f"api-{number}" for number in range(1, processes + 1)])


def _claim(host: str, port: int) -> socket.socket:
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
