"""`hengyang bench api`: reads by many while messages arrive and a month of readings is stored."""

import json
import random
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import httpx
import psutil

from deploy.stack.ports import HOST, free_ports
from server.benches import history
from server.benches.ingest import (
    DEVICES,
    MODEL,
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
USER, DISTRICT_USER, DISTRICT = "analyst", "commander", "430405"
DEVICES_PATH = "/api/v1/devices"
FILTERS: tuple[dict[str, str], ...] = (
    {},
    {"kind": "sensor"},
    {"state": "online"},
    {"division": DISTRICT},
    {"model": MODEL, "q": "bench 12"},
)
DAY = timedelta(days=1)


class Reader:
    """A signed-in user of the site's API, and what this user may ask for."""

    def __init__(self, site: Site, port: int, user: str = USER) -> None:
        passwords = json.loads((site.folder / "credentials.json").read_text("utf-8"))
        self._api = httpx.Client(base_url=f"http://{HOST}:{port}/api/v1", timeout=30)
        form = {"username": user, "password": passwords[user]}
        self.token = (
            self._api.post("/auth/token", data=form).raise_for_status().json()["access_token"]
        )
        self._api.headers["Authorization"] = f"Bearer {self.token}"

    def lists(self, filters: dict[str, str]) -> list[str]:
        """The path of every page of such a list of devices, by reading through them all."""
        found, query = [], dict(filters)
        while True:
            found.append(f"{DEVICES_PATH}?{urlencode(query)}")
            page = self._api.get("/devices", params=query).raise_for_status().json()
            if not page["next"]:
                return found
            query["after"] = page["next"]

    def close(self) -> None:
        """Ends its connections."""
        self._api.close()


def readers(site: Site, port: int) -> tuple[Reader, Reader]:
    """One of the whole city, one of a district."""
    site.hengyang("user", "grant", DISTRICT_USER, "--role", USER, "--division", DISTRICT)
    return Reader(site, port), Reader(site, port, DISTRICT_USER)


class Questions:
    """A third each: latest values, a day of one quantity, a page of devices.

    Days are in turn raw and in buckets, and one in four ends now, where rollups and readings meet.
    Lists are in turn of the city and of a district, and filtered in each of the ways there are.
    """

    def __init__(self, pages: Sequence[Sequence[Ask]], start: datetime, end: datetime) -> None:
        self._pages = pages
        self._start, self._end = start, end
        self._rng = random.Random(1)

    def some(self, count: int) -> tuple[Ask, ...]:
        """So many of them."""
        kinds = (self._latest, self._series, self._devices)
        return tuple(kinds[number % 3](number // 3) for number in range(count))

    def _latest(self, _: int) -> Ask:
        return Ask("latest", f"{DEVICES_PATH}/{self._device()}/latest")

    def _series(self, number: int) -> Ask:
        bucket = BUCKETS[number % len(BUCKETS)]
        live = number // len(BUCKETS) % 4 == 0
        last = self._end if live else self._past()
        query = {
            "quantity": self._rng.choice(QUANTITIES)[0],
            "bucket": bucket,
            "start": (last - DAY).isoformat(),
            "end": last.isoformat(),
        }
        name = f"series_{bucket}_live" if live else f"series_{bucket}"
        return Ask(name, f"{DEVICES_PATH}/{self._device()}/series?{urlencode(query)}")

    def _devices(self, number: int) -> Ask:
        return self._rng.choice(self._pages[number % len(self._pages)])

    def _past(self) -> datetime:
        span = (self._end - self._start - DAY).total_seconds()
        return self._start + DAY + timedelta(seconds=self._rng.uniform(0, max(0.0, span)))

    def _device(self) -> str:
        return f"bench-{self._rng.randrange(DEVICES):05d}"


def questions(city: Reader, district: Reader, start: datetime, end: datetime) -> Questions:
    """What these two may ask of a store with readings from `start` up to `end`."""
    pages = [
        [Ask(f"devices_{scope}", path, number) for path in reader.lists(filters)]
        for number, (scope, reader) in enumerate((("city", city), ("district", district)))
        for filters in FILTERS
    ]
    return Questions(pages, start, end)


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


def store(site: Site, report: Report, days: int) -> datetime:
    """Fills and rolls `days` of readings up to now; gives their beginning."""
    began = time.monotonic()
    start, end = history.fill(site, report, days)
    report.note("filling_seconds", time.monotonic() - began)
    began = time.monotonic()
    history.roll(site, report, start, end)
    report.note("rolling_seconds", time.monotonic() - began)
    report.note("readings_stored", site.figure("SELECT count(*) FROM readings"))
    size = site.figure("SELECT pg_database_size(current_database())")
    report.note("store_gigabytes", size / 1e9)
    return start


def measure(site: Site, report: Report, start: datetime, seconds: float, rate: float) -> None:
    """Reads at `rate` a second while the load runs."""
    port = _start(site)
    handle = spawn(Offer(site).load(MESSAGES, seconds + WARM_SECONDS + MARGIN_SECONDS))
    until(lambda: site.figure("SELECT count(*) FROM latest_readings") >= DEVICES, "all have spoken")
    both = readers(site, port)
    # The end lies ahead, so that windows that end there reach to the newest reading.
    asked = questions(*both, start, datetime.now(UTC) + timedelta(seconds=seconds))
    tokens = tuple(reader.token for reader in both)
    for reader in both:
        reader.close()
    pay(Visit(HOST, port, tokens, asked.some(int(rate * WARM_SECONDS)), rate))
    report.say(f"{rate:g} requests/s for {seconds:g} s")
    stored, cpu, began = counts(site).stored, _cpu(site), datetime.now(UTC)
    seen = pay(Visit(HOST, port, tokens, asked.some(int(rate * seconds)), rate))
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
    until(lambda: is_ready(port), "the API is ready")
    return port


def _cpu(site: Site) -> float:
    parent = psutil.Process(site.pid("api"))
    times = [process.cpu_times() for process in (parent, *parent.children(recursive=True))]
    return float(sum(time.user + time.system for time in times))


def is_ready(port: int) -> bool:
    """Whether the API takes requests."""
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
        start = store(site, report, days)
        measure(site, report, start, seconds, rate)
    finally:
        site.remove()
    report.end()
