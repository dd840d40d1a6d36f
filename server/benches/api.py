"""`hengyang bench api`: reads by many while messages arrive and a month of readings is stored."""

import json
import random
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import psutil

from deploy.stack.ports import HOST, free_ports
from server.benches import history
from server.benches.ingest import (
    DEVICES,
    QUANTITIES,
    Offer,
    counts,
    register_devices,
    start_gateways,
)
from server.benches.load import spawn
from server.benches.readers import Answer, Ask, Visit, pay
from server.benches.report import Report
from server.benches.site import HENGYANG, WARDEN, Site, until

MESSAGES = 2_000  # a second, while the API is read
REQUESTS = 100  # a second
BAR_SECONDS = 0.050
WARM_SECONDS = 5  # pools and caches fill once; measured after it
MARGIN_SECONDS = 20  # the load begins before the first request and outlasts the last one
BUCKETS = ("raw", "5m", "1h")
QUICK = {"days": 1, "seconds": 10}
USER = "analyst"


class Reader:
    """A signed-in user of the site's API, and what this user may ask for."""

    def __init__(self, site: Site, port: int) -> None:
        passwords = json.loads((site.folder / "credentials.json").read_text("utf-8"))
        self._api = httpx.Client(base_url=f"http://{HOST}:{port}/api/v1", timeout=30)
        form = {"username": USER, "password": passwords[USER]}
        self.token = (
            self._api.post("/auth/token", data=form).raise_for_status().json()["access_token"]
        )
        self._api.headers["Authorization"] = f"Bearer {self.token}"

    def cursors(self) -> list[str]:
        """The cursor of every page of devices, by reading through them all."""
        found: list[str] = []
        after: dict[str, Any] = {}
        while (page := self._page(after))["next"]:
            found.append(page["next"])
            after = {"after": page["next"]}
        return found

    def _page(self, query: dict[str, Any]) -> Any:
        return self._api.get("/devices", params=query).raise_for_status().json()

    def close(self) -> None:
        """Ends its connections."""
        self._api.close()


def asks(
    count: int, cursors: Sequence[str], start: datetime, end: datetime, rng: random.Random
) -> tuple[Ask, ...]:
    """A third each: latest values, a day of one quantity in turn raw and in buckets, a page."""
    prefix, span = "/api/v1/devices", (end - start - timedelta(days=1)).total_seconds()

    def latest(_: int) -> Ask:
        return Ask("latest", f"{prefix}/{_device(rng)}/latest")

    def series(number: int) -> Ask:
        bucket = BUCKETS[number // 3 % len(BUCKETS)]
        first = start + timedelta(seconds=rng.uniform(0, span))
        query = {
            "quantity": rng.choice(QUANTITIES)[0],
            "bucket": bucket,
            "start": first.isoformat(),
            "end": (first + timedelta(days=1)).isoformat(),
        }
        return Ask(f"series_{bucket}", f"{prefix}/{_device(rng)}/series?{urlencode(query)}")

    def devices(_: int) -> Ask:
        return Ask("devices", f"{prefix}?{urlencode({'after': rng.choice(cursors)})}")

    kinds = (latest, series, devices)
    return tuple(kinds[number % 3](number) for number in range(count))


def _device(rng: random.Random) -> str:
    return f"bench-{rng.randrange(DEVICES):05d}"


def judge(report: Report, answers: Sequence[Answer]) -> None:
    """Percentiles of each kind of request, and that none was refused."""
    for name in sorted({answer.name for answer in answers}):
        taken = sorted(answer.seconds for answer in answers if answer.name == name)
        report.note(f"{name}_requests", len(taken))
        report.note(f"{name}_p50_ms", 1000 * percentile(taken, 0.5))
        report.below(f"{name}_p95_ms", 1000 * percentile(taken, 0.95), 1000 * BAR_SECONDS)
        report.note(f"{name}_p99_ms", 1000 * percentile(taken, 0.99))
    late = sorted(answer.late for answer in answers)
    report.note("generator_late_p95_ms", 1000 * percentile(late, 0.95))
    errors = [answer.status for answer in answers if answer.status != httpx.codes.OK]
    report.note("error_statuses", sorted(set(errors)))
    report.below("errors", len(errors), 1)


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value that `share` of the ordered ones do not exceed."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def store(site: Site, report: Report, days: int) -> tuple[datetime, datetime]:
    """Fills and rolls `days` of readings; says how long it took and what it weighs."""
    began = time.monotonic()
    start, end = history.fill(site, report, days)
    report.note("filling_seconds", time.monotonic() - began)
    began = time.monotonic()
    history.roll(site, report, start, end)
    report.note("rolling_seconds", time.monotonic() - began)
    report.note("readings_stored", site.figure("SELECT count(*) FROM readings"))
    size = site.figure("SELECT pg_database_size(current_database())")
    report.note("store_gigabytes", size / 1e9)
    return start, end


def measure(
    site: Site, report: Report, start: datetime, end: datetime, seconds: float, rate: float
) -> None:
    """Reads at `rate` a second while the load runs."""
    port, rng = _start(site), random.Random(1)
    reader = Reader(site, port)
    count = int(rate * (seconds + WARM_SECONDS))
    chosen, warm = asks(count, reader.cursors(), start, end, rng), int(rate * WARM_SECONDS)
    reader.close()
    handle = spawn(Offer(site).load(MESSAGES, seconds + WARM_SECONDS + MARGIN_SECONDS))
    until(lambda: site.figure("SELECT count(*) FROM latest_readings") >= DEVICES, "all have spoken")
    pay(Visit(HOST, port, reader.token, chosen[:warm], rate))
    report.say(f"{rate:g} requests/s for {seconds:g} s")
    stored, cpu, began = counts(site).stored, _cpu(site), datetime.now(UTC)
    seen = pay(Visit(HOST, port, reader.token, chosen[warm:], rate))
    passed = (datetime.now(UTC) - began).total_seconds()
    arrived = (counts(site).stored - stored) / passed
    report.at_least("messages_per_second", arrived, 0.95 * MESSAGES)
    report.note("requests_per_second", len(seen.answers) / seen.seconds)
    report.note("api_cpu_ms_per_request", 1000 * (_cpu(site) - cpu) / len(seen.answers))
    report.note("generator_cpu_ms_per_request", 1000 * seen.cpu_seconds / len(seen.answers))
    judge(report, seen.answers)
    handle.get(timeout=120)


def _start(site: Site) -> int:
    """Starts the program's processes; gives the port of the API."""
    (port,) = free_ports(1)
    start_gateways(site, 1)
    site.start("warden", WARDEN)
    site.start("worker", (*HENGYANG, "worker"))
    site.start("api", (*HENGYANG, "api", "--port", str(port)))
    until(lambda: _is_ready(port), "the API is ready")
    return port


def _cpu(site: Site) -> float:
    parent = psutil.Process(site.pid("api"))
    times = [process.cpu_times() for process in (parent, *parent.children(recursive=True))]
    return float(sum(time.user + time.system for time in times))


def _is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://{HOST}:{port}/readyz").status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def run(folder: Path, *, days: int = 30, seconds: float = 60, rate: float = REQUESTS) -> None:
    """Fills a store of its own, reads it under load and ends the program with the report."""
    report = Report("api")
    if folder.exists():
        Site(folder).remove()  # a run that was killed has left it half filled
    site = Site(folder)
    try:
        report.say("starting servers")
        site.up()
        register_devices(site)
        start, end = store(site, report, days)
        measure(site, report, start, end, seconds, rate)
    finally:
        site.remove()
    report.end()
