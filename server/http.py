"""One process that serves HTTP, alone or beside others on its port."""

import gc
import os
import socket
import sys

import uvicorn
from fastapi import FastAPI

from center import logs
from center.database import name_process
from center.processes.heartbeat import Heartbeat
from center.settings import DatabaseSettings, private, settings, var_dir
from server.app import create_app
from server.port import share
from server.settings import HttpSettings

WEBSOCKET_BYTES = 2_000_000  # above what the live feed takes, so that it can say what was wrong

# How long a thread may keep the interpreter from another that wants it. A request changes threads
# half a dozen times, and each time waits so long for whoever is at work; the default is 5 ms.
SWITCH_SECONDS = 0.0005


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


def run(name: str, host: str, port: int) -> None:
    """One process; `name` is its own in logs and database."""
    logs.configure(name)
    name_process(name)
    os.umask(0o077)  # pictures of people are nobody's business on this machine but ours
    private(var_dir())
    database_url = str(settings(DatabaseSettings).database_url)

    def told() -> dict[str, int]:
        return {"viewers": len(app.state.live.hub.viewers)}

    row = f"{name}-{socket.gethostname()}-{port}"
    app = create_app(Heartbeat(row, "api", database_url, detail=told))
    config = configuration(app, host, port)
    sys.setswitchinterval(SWITCH_SECONDS)
    # What is made by now lives as long as the process: a collection that looks through all of it
    # would hold every request up.
    gc.collect()
    gc.freeze()
    uvicorn.Server(config).run([share(host, port)])
