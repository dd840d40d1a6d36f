"""Serving HTTP: one process alone, or one of several that share a port."""

import gc
import os
import shutil
import socket
import sys

import uvicorn
from fastapi import FastAPI

from center import logs
from center.database import name_process
from center.errors import HengyangError
from center.processes.heartbeat import Heartbeat
from center.settings import ApiSettings, DatabaseSettings, private, settings, var_dir
from deploy.stack.ports import endpoint, holder
from server.app import create_app
from server.family import run_family
from server.settings import HttpSettings

STALLED_MILLISECONDS = 60_000
WEBSOCKET_BYTES = 2_000_000  # above what the live feed takes, so that it can say what was wrong
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
            _run("api", host, port, _share(host, port))
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


def _share(host: str, port: int) -> socket.socket:
    """A socket beside others on the same port; the kernel shares connections out among them."""
    family, address = endpoint(port, host)
    shared = socket.socket(family, socket.SOCK_STREAM)
    shared.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    shared.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    # Who takes nothing any more is given up by the kernel: what waits for such a one is freed.
    shared.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STALLED_MILLISECONDS)
    shared.bind(address)
    return shared


def configuration(app: FastAPI, host: str, port: int) -> uvicorn.Config:
    """How an application of ours is served."""
    http = settings(HttpSettings)
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,  # ours says more and is one line of JSON
        server_header=False,
        date_header=True,
        proxy_headers=bool(http.api_proxies),
        forwarded_allow_ips=list(http.api_proxies),
        ssl_certfile=http.api_tls_certificate,
        ssl_keyfile=http.api_tls_key,
        timeout_graceful_shutdown=10,
        ws_max_size=WEBSOCKET_BYTES,
        # A delta is small and each viewer's is another one: packing them costs more than sending.
        ws_per_message_deflate=False,
    )


def _run(name: str, host: str, port: int, shared: socket.socket) -> None:
    logs.configure(name)
    name_process(name)
    os.umask(0o077)  # pictures of people are nobody's business on this machine but ours
    private(var_dir())
    database_url = str(settings(DatabaseSettings).database_url)
    app = create_app(Heartbeat(f"{name}-{socket.gethostname()}-{port}", "api", database_url))
    config = configuration(app, host, port)
    # What is made by now lives as long as the process: a collection that looks through all of it
    # would hold every request up.
    gc.collect()
    gc.freeze()
    uvicorn.Server(config).run([shared])


if __name__ == "__main__":
    _address = settings(ApiSettings)
    _run(
        sys.argv[1],
        _address.api_host,
        _address.api_port,
        _share(_address.api_host, _address.api_port),
    )
