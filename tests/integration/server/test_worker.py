"""The worker: periodic jobs once each, events sent, and an end in good order."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
import redis

from center.bus import Reader
from center.clock import now
from center.database import transaction
from center.evidence.pending import EvidenceOverdue
from center.outbox import emit_on
from deploy.stack import LocalStack
from server import jobs
from server.schedule import SCHEDULE, Periodic
from server.system.figures import collect
from server.system.repository import waiting
from server.worker import Worker
from tests.integration.databases import Database
from tests.integration.patience import wait_for


@pytest.fixture
def connection(database: Database) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database.app, autocommit=True) as opened:
        yield opened


@contextmanager
def working(database: Database, *schedule: Periodic) -> Iterator[Worker]:
    worker = Worker(database.app, schedule)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield worker
    finally:
        worker.stop.set()
        thread.join()


def count(connection: psycopg.Connection, statement: str) -> int:
    row = connection.execute(statement).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("row", SCHEDULE, ids=lambda row: row.name)
def test_every_periodic_job_runs_with_the_rights_of_its_role(database, row: Periodic) -> None:
    row.run(threading.Event())
    row.run(threading.Event())


def test_two_workers_run_a_periodic_job_once(database, connection, bus) -> None:
    runs: list[float] = []
    row = Periodic("test.count", "* * * * *", lambda _: runs.append(time.time()))
    with working(database, row), working(database, row):
        wait_for(lambda: bool(runs))
        wait_for(lambda: count(connection, "SELECT count(*) FROM procrastinate_workers") == 2)
        time.sleep(1)
    deferred = count(connection, "SELECT count(*) FROM procrastinate_periodic_defers")
    assert len(runs) == deferred
    names = connection.execute("SELECT name, state FROM processes ORDER BY name").fetchall()
    assert names == [("worker-1", "stopped"), ("worker-2", "stopped")]


def test_a_job_that_fails_stands_in_the_queue_and_harms_no_other(database, connection, bus) -> None:
    done = threading.Event()

    def fail(_stop: threading.Event) -> None:
        raise ValueError("as planned")

    rows = (
        Periodic("test.fail", "* * * * *", fail),
        Periodic("test.work", "* * * * *", lambda _: done.set()),
    )
    failed = (
        "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo' AND attempts = 1"
        " AND scheduled_at > now() + interval '30 seconds'"
    )
    with working(database, *rows):
        assert done.wait(60)
        wait_for(lambda: count(connection, failed) == 1)
    with transaction() as session:
        [shown] = [queue for queue in waiting(session, 10) if queue.name == "jobs_failed"]
        assert shown.length == 1
        figures = {sample.name: sample.value for family in collect(session)
                   for sample in family.samples}  # fmt: skip
        assert figures["hengyang_jobs_failed"] == 1
    left = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'test.work'"
    assert count(connection, left) == 0


def test_a_job_that_fails_is_tried_again_after_a_pause(database, connection, bus) -> None:
    attempts: list[float] = []
    done = threading.Event()

    def fail_once(_stop: threading.Event) -> None:
        attempts.append(time.time())
        if len(attempts) == 1:
            raise ValueError("as planned")
        done.set()

    with working(database, Periodic("test.again", "0 0 1 1 *", fail_once, pause_seconds=1)):
        wait_for(lambda: count(connection, "SELECT count(*) FROM procrastinate_workers") == 1)
        connection.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, args)"
            " VALUES ('default', 'test.again', 'test.again', '{\"timestamp\": 0}')"
        )
        assert done.wait(60)
    assert attempts[1] - attempts[0] >= 1


def test_jobs_of_a_dead_worker_are_ended_or_put_back(database, connection) -> None:
    for name, lock in (("test.periodic", "test.periodic"), ("test.once", None)):
        connection.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, status)"
            " VALUES ('default', %s, %s, 'doing')",
            [name, lock],
        )
    jobs.tidy()
    states = connection.execute("SELECT task_name, status FROM procrastinate_jobs").fetchall()
    assert dict(states) == {"test.periodic": "aborted", "test.once": "todo"}


def test_jobs_of_a_living_worker_are_left_alone(database, connection) -> None:
    connection.execute(
        "WITH living AS (INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id)"
        " INSERT INTO procrastinate_jobs (queue_name, task_name, status, worker_id)"
        " SELECT 'default', 'test.work', 'doing', id FROM living"
    )
    jobs.tidy()
    assert count(connection, "SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'") == 1


def test_a_worker_outlives_its_database(
    database: Database, stack: LocalStack, bus: redis.Redis
) -> None:
    runs: list[float] = []
    row = Periodic("test.count", "* * * * *", lambda _: runs.append(time.time()))
    with working(database, row):
        wait_for(lambda: bool(runs))
        stack.kill("postgres")
        before = len(runs)
        stack.start("postgres")
        with psycopg.connect(database.app, autocommit=True) as connection:
            emit_on(connection, [_event()])
            sent = "SELECT count(*) FROM outbox_head WHERE sent = 1"
            wait_for(lambda: count(connection, sent) == 1)
        wait_for(lambda: len(runs) > before, seconds=150)


def test_the_program_ends_in_good_order_when_told_to(
    database: Database, connection: psycopg.Connection, bus: redis.Redis, stack: LocalStack
) -> None:
    reader = Reader(stack.environment["HENGYANG_REDIS_URL"], ["evidence"])
    reader.to_tail()
    program = subprocess.Popen(
        [sys.executable, "-c", "from server.cli import main; main()", "worker"],
        env=os.environ.copy(),
        stderr=subprocess.PIPE,
    )
    try:
        running = "SELECT count(*) FROM processes WHERE state = 'running'"
        wait_for(lambda: count(connection, running) == 1)
        emit_on(connection, [_event()])
        found = []
        deadline = time.monotonic() + 60
        while not found and time.monotonic() < deadline:
            found = reader.read(1.0)
        assert [entry.event.sha256 for entry in found] == ["0" * 64]
        # All periodic jobs have had a first run by now or have it soon.
        rolled = (
            "SELECT count(*) FROM rollup_progress WHERE rolled_upto > now() - interval '2 hours'"
        )
        wait_for(lambda: count(connection, rolled) == 1)
        program.send_signal(signal.SIGTERM)
        _, errors = program.communicate(timeout=60)
    finally:
        program.kill()
    assert program.returncode == 0, errors.decode()
    assert count(connection, "SELECT count(*) FROM processes WHERE state = 'stopped'") == 1
    assert b"Traceback" not in errors, errors.decode()
    reader.close()


def _event() -> EvidenceOverdue:
    return EvidenceOverdue(sha256="0" * 64, device=None, division_code=None, first_named=now())
