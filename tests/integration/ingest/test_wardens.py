"""Two wardens: one is in charge, and each is seen for itself."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from tests.integration.databases import Database
from tests.integration.patience import wait_for

SEEN = "SELECT name, (detail ->> 'in_charge')::bool FROM processes WHERE state = %s ORDER BY name"


@contextmanager
def warden() -> Iterator["subprocess.Popen[bytes]"]:
    program = subprocess.Popen(
        [sys.executable, "-m", "ingest", "warden"], stderr=subprocess.DEVNULL, env=os.environ.copy()
    )
    try:
        yield program
    finally:
        program.terminate()
        program.wait(60)


def test_each_has_a_row_of_its_own_and_one_is_in_charge(
    database: Database, owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HENGYANG_MQTT_FILES_DIR")

    def running() -> dict[str, bool]:
        return dict(owner.execute(SEEN, ["running"]).fetchall())

    with warden() as first:
        wait_for(lambda: running() == {"warden-1": True})
        with warden():
            wait_for(lambda: running() == {"warden-1": True, "warden-2": False})
            first.terminate()
            first.wait(60)
            wait_for(lambda: running() == {"warden-2": True})
    assert owner.execute(SEEN, ["stopped"]).fetchall() != []
