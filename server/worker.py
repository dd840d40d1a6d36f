"""The worker: periodic jobs, the outbox's relay and a heartbeat in one process; run any number."""

import asyncio
import signal
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import procrastinate
import psycopg
from procrastinate.exceptions import ConnectorException

from center import logs
from center.bus import Backoff, bus
from center.database import name_process
from center.outbox.relay import Relay
from center.processes.heartbeat import Heartbeat
from center.settings import DatabaseSettings, settings
from ingest.leases import Lease
from server.schedule import RETRIES, SCHEDULE, Periodic

log = logs.logger(__name__)

SLOTS = 0x6879_0003  # group of the advisory locks that number the workers
MOST_WORKERS = 64
CONCURRENCY = 4  # jobs at once, each in a thread
# A daily job whose minute passed while no worker ran is made up for.
MAKE_UP_SECONDS = 25 * 3600
GRACE_SECONDS = 8.0  # for jobs under way when the worker shall end


def make_app(
    connector: procrastinate.BaseConnector,
    stop: threading.Event,
    schedule: Sequence[Periodic] = SCHEDULE,
) -> procrastinate.App:
    """Procrastinate's application with the jobs of the time-table."""
    app = procrastinate.App(connector=connector, periodic_defaults={"max_delay": MAKE_UP_SECONDS})
    for row in schedule:
        retry = procrastinate.RetryStrategy(max_attempts=RETRIES, wait=row.pause_seconds)
        task = app.task(name=row.name, queueing_lock=row.name, retry=retry)(_job(row, stop))
        app.periodic(cron=row.cron)(task)
    return app


def _job(row: Periodic, stop: threading.Event) -> Callable[[int], None]:
    def run(timestamp: int) -> None:  # noqa: ARG001  # the library names it so
        row.run(stop)

    return run


class Worker:
    """One worker process from start to end."""

    def __init__(self, database_url: str, schedule: Sequence[Periodic] = SCHEDULE) -> None:
        self.stop = threading.Event()
        self._url = database_url
        self._schedule = schedule
        self._relay = Relay(database_url, bus())

    def run(self) -> None:
        """Works until `stop` is set; jobs under way are waited for, and one cut off comes again."""
        lease = Lease(self._connect)
        number = self._take_number(lease)
        if number is None:
            return
        name = f"worker-{number}"
        logs.configure(name)
        name_process(name)
        heart = Heartbeat(name, "worker", self._url, detail=lambda: {"relay": self._relay.leads})
        heart.start()
        self._relay.start()
        try:
            asyncio.run(self._serve())
        finally:
            self._relay.stop()
            heart.stop()
            lease.release()

    # The library's worker is a coroutine; this shell is all there is of it on our side.
    async def _serve(self) -> None:
        """Runs Procrastinate's worker, again whenever it ends because the database was away."""
        backoff = Backoff()
        while not self.stop.is_set():
            connector = procrastinate.PsycopgConnector(**self._pool())
            app = make_app(connector, self.stop, self._schedule)
            try:
                # The pool would wait for half a minute, and the end of the process with it.
                await asyncio.to_thread(self._knock)
                async with app.open_async():
                    await self._until_stopped(app)
            except (ConnectorException, psycopg.Error) as error:
                log.warning("jobs_database_away", error=str(error))
            if not self.stop.is_set():
                await asyncio.to_thread(self.stop.wait, backoff.failed())

    async def _until_stopped(self, app: procrastinate.App) -> None:
        work = asyncio.create_task(
            app.run_worker_async(
                concurrency=CONCURRENCY,
                install_signal_handlers=False,
                delete_jobs="successful",
                shutdown_graceful_timeout=GRACE_SECONDS,
            )
        )
        halt = asyncio.create_task(asyncio.to_thread(_wait, self.stop, work))
        await asyncio.wait({work, halt}, return_when=asyncio.FIRST_COMPLETED)
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work
        await halt

    def _pool(self) -> dict[str, Any]:
        return {
            "conninfo": self._url,
            "min_size": 1,
            "max_size": CONCURRENCY,
            "timeout": 10,
            "kwargs": {"application_name": "hengyang-jobs", "connect_timeout": 5},
        }

    def _take_number(self, lease: Lease) -> int | None:
        """The lowest free number; waits while the database is away."""
        backoff = Backoff()
        while not self.stop.is_set():
            try:
                return next(n for n in range(1, MOST_WORKERS + 1) if lease.take(SLOTS, n))
            except psycopg.OperationalError as error:
                log.warning("worker_without_database", error=str(error).splitlines()[0])
                self.stop.wait(backoff.failed())
        return None

    def _connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(
            self._url, autocommit=True, connect_timeout=5, application_name="hengyang-worker"
        )

    def _knock(self) -> None:
        self._connect().close()


def _wait(stop: threading.Event, work: "asyncio.Task[None]") -> None:
    while not stop.wait(0.2) and not work.done():
        pass


def run_worker() -> None:
    """Runs a worker of the settings' database until SIGTERM or SIGINT."""
    worker = Worker(str(settings(DatabaseSettings).database_url))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop.set())
    worker.run()
