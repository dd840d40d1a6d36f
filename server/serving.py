"""Serving HTTP until told to end: one process, or several that share a port."""

import os
import shutil
from functools import partial

from center import logs
from center.settings import var_dir
from server.family import run_family
from server.port import claim

METRICS = "PROMETHEUS_MULTIPROC_DIR"  # prometheus_client's own variable


def serve(host: str, port: int, processes: int) -> None:
    """Serves until SIGTERM or SIGINT.

    Raises:
        PortInUse: somebody else listens there.
    """
    with claim(host, port):
        if processes > 1:
            _share_metrics(port)
        # Only now: prometheus_client reads its variable when it is imported.
        from server.http import run  # noqa: PLC0415

        if processes == 1:
            run("api", host, port)
            return
        logs.configure("api")
        names = [f"api-{number}" for number in range(1, processes + 1)]
        run_family({name: partial(run, name, host, port) for name in names})


def _share_metrics(port: int) -> None:
    folder = var_dir() / "metrics" / f"api-{port}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ[METRICS] = str(folder)
