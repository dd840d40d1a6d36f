"""The warden at work: one duty that fails ends no other, a cut connection asks nobody."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from center.settings import MqttSettings
from ingest import wire
from ingest.warden.link import Link
from ingest.warden.warden import Warden
from tests.integration.databases import Database
from tests.integration.ingest.brokers import OwnBroker, Publisher
from tests.integration.ingest.writing import LIMITS, enrol
from tests.integration.patience import wait_for

NAME = "warden-under-test"
CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s"
STATUS = wire.topic("sensor", "D-1", "status")


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[OwnBroker]:
    folder = tmp_path / "broker"
    folder.mkdir()
    made = OwnBroker(folder)
    made.start()
    yield made
    made.kill()


@contextmanager
def at_work(database: Database, broker: OwnBroker, files: Path | None = None) -> Iterator[Warden]:
    warden = Warden(
        lambda: psycopg.connect(database.ingest, application_name=NAME),
        Link(broker.address, "warden"),
        LIMITS,
        MqttSettings(mqtt_url=f"mqtt://127.0.0.1:{broker.port}", mqtt_files_dir=files),
    )
    thread = threading.Thread(target=warden.run)
    thread.start()
    try:
        yield warden
    finally:
        warden.stop()
        thread.join()


def will(owner: psycopg.Connection) -> str | None:
    row = owner.execute("SELECT will_state FROM device_status").fetchone()
    return row[0] if row else None


def known_boot(owner: psycopg.Connection) -> int | None:
    row = owner.execute("SELECT boot FROM device_status").fetchone()
    return row[0] if row else None


def test_duties_that_fail_end_no_other(
    database: Database, owner: psycopg.Connection, broker: OwnBroker, tmp_path: Path
) -> None:
    enrol(owner, "D-1")
    owner.execute("REVOKE UPDATE ON gaps FROM hengyang_ingest")
    owner.execute("REVOKE SELECT ON blind_periods FROM hengyang_ingest")
    (tmp_path / "passwd.service").write_text("ingest:$7$\n")
    (tmp_path / "passwd").mkdir()  # no file: reading it is an OSError
    publisher = Publisher(broker)
    with at_work(database, broker, tmp_path):
        for state in ("online", "offline", "online"):
            publisher.send(STATUS, b'{"state":"%s"}' % state.encode(), retain=True)
            wait_for(lambda state=state: will(owner) == state)
    publisher.close()


def test_a_cut_connection_to_the_database_has_no_device_asked(
    database: Database, owner: psycopg.Connection, broker: OwnBroker
) -> None:
    enrol(owner, "D-1")
    publisher = Publisher(broker)
    requests = "SELECT count(*) FROM report_requests"
    with at_work(database, broker) as warden:
        wait_for(lambda: owner.execute(requests).fetchone() == (1,))
        for boot in range(3):
            owner.execute(CUT, [NAME])
            publisher.send(STATUS, b'{"state":"online","boot":%d}' % boot, retain=True)
            wait_for(lambda boot=boot: known_boot(owner) == boot)
        wait_for(lambda: warden.in_charge)
        assert owner.execute(requests).fetchone() == (1,)
        broker.kill()
        broker.start()
        wait_for(lambda: owner.execute(requests).fetchone() == (2,))
    publisher.close()
