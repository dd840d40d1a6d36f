"""`hengyang bench city`: the whole city's load for ten minutes beside its own simulators."""

import json
import os
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from deploy.stack.ports import free_ports
from server.benches import scoring
from server.benches.api import is_ready
from server.benches.ingest import counts, start_gateways
from server.benches.report import Report
from server.benches.sampling import Samples, family, processor_seconds, servers, slope, watch
from server.benches.site import HENGYANG, RULES, WARDEN, InVain, Site, until
from simulators.control import ControlFailed, Order, give
from simulators.plates import LOAD_SIGN
from simulators.witness import Told

SCENARIO = "city"
RATE, PASSES = 2_000, 1_000  # a second
WARM_SECONDS = 150  # devices keep two minutes of messages: their memory grows until then
SAMPLE_SECONDS = 5
SEED_SECONDS = 900
READY_SECONDS = 1800  # the world is recorded first, where it is not yet
SETTLE_SECONDS = 300
PICTURE_SECONDS = 20  # a pass that waits for its picture when the fleet falls silent is not told
QUICK = {"minutes": 1.5, "warm": 20.0}
PROGRAMS = ("gateway-1", "warden", "rules", "worker", "video", "api", "simulate")


class City:
    """A site that runs the scenario, and what its fleet says of itself."""

    def __init__(self, site: Site, port: int, recordings: Path) -> None:
        self.site = site
        self.truth = site.folder / "truth.jsonl"
        self.folder = site.folder / "simulators" / SCENARIO
        # Kept from bench to bench, as a city keeps its own: making it takes minutes.
        recordings.mkdir(parents=True, exist_ok=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "recordings").symlink_to(recordings.resolve())
        start_gateways(site, 1)
        site.start("warden", WARDEN)
        site.start("rules", RULES)
        site.start("worker", (*HENGYANG, "worker"))
        site.start("video", (*HENGYANG, "video"))
        site.start("api", (*HENGYANG, "api", "--port", str(port), "--processes", "1"))
        until(lambda: is_ready(port), "the API is ready")
        words = ("simulate", SCENARIO, "--truth", str(self.truth))
        site.start("simulate", (*HENGYANG, *words))

    def look(self) -> dict[str, Any]:
        """The fleet's figures; empty while it does not run yet."""
        try:
            return give(self.folder / "control.sock", Order(do="look")).snapshot
        except ControlFailed:
            return {}

    def await_all(self) -> int:
        """Waits until every device is connected; how many those are."""

        def all_are_there() -> bool:
            if not self.site.runs("simulate"):
                raise InVain(f"the fleet has ended:\n{self.site.tail('simulate')}")
            looked = self.look()
            return "connected" in looked and int(looked["connected"]) == int(looked["devices"])

        until(all_are_there, "all devices are connected", READY_SECONDS)
        return int(self.look()["devices"])

    def settle(self) -> dict[str, int]:
        """The fleet falls silent, all of it is delivered and stored, and the fleet ends."""

        def has_delivered_all() -> bool:
            # An order to 24,000 devices may take longer than one waits for its answer.
            with suppress(ControlFailed):
                give(self.folder / "control.sock", Order(do="pause"))
            looked = self.look()
            return bool(looked) and looked["paused"] and not looked["backlog"]

        until(has_delivered_all, "the fleet has delivered all", SETTLE_SECONDS)
        figures = {name: int(value) for name, value in self.look()["figures"].items()}
        until(
            lambda: counts(self.site).deliveries >= figures["delivered"],
            "all that was delivered is stored",
            SETTLE_SECONDS,
        )
        self.site.stop("simulate", 60)
        return figures

    def driven(self, start: float, end: float) -> int:
        """Passings of vehicles with a plate that the world's truth holds in a stretch of time."""
        file = self.folder / "world" / "truth" / "passings.jsonl"
        with file.open("rb") as lines:
            rows = (json.loads(line) for line in lines)
            return sum(bool(row.get("plate")) and start <= row["time"] < end for row in rows)


def run(folder: Path, *, minutes: float = 10, warm: float = WARM_SECONDS) -> None:
    """Runs the whole city for so long and ends the program with the report."""
    report = Report("city")
    if folder.exists():
        Site(folder).remove()  # a run that was killed has left it
    (port,) = free_ports(1)
    settings = {"HENGYANG_CITY": "full", "HENGYANG_API_PORT": str(port)}
    site = Site(folder, settings)
    try:
        report.say("starting servers, making the map")
        site.up(SEED_SECONDS)
        with site.connect() as connection:
            connection.execute("UPDATE rollup_progress SET rolled_upto = date_trunc('hour', now())")
        city = City(site, port, folder.parent / "city-recordings")
        report.say("starting the fleet, recording its world where there is none yet")
        report.note("devices", city.await_all())
        report.say(f"warming up for {warm:g} s")
        time.sleep(warm)
        start, end = _measure(city, report, minutes * 60)
        _score(city, report)
        _tell_passes(city, report, start, end)
    finally:
        site.remove()
    report.end()


def _measure(city: City, report: Report, seconds: float) -> tuple[float, float]:
    """Samples for so long; the stretch of time that it was."""
    site = city.site
    report.say(f"measuring for {seconds / 60:g} minutes")
    pids = servers()
    for program in PROGRAMS:
        pids |= family(program, site.pid(program))
    spent, before = processor_seconds(pids), counts(site)
    began, clock = time.monotonic(), time.time()
    samples = watch(site, PROGRAMS, seconds, SAMPLE_SECONDS)
    after, span, end = counts(site), time.monotonic() - began, time.time()
    report.at_least("messages_per_second", (after.stored - before.stored) / span, RATE)
    _tell_queues(report, samples)
    _tell_memory(report, samples)
    used = processor_seconds(pids)
    shares = {name: round((used[name] - spent.get(name, 0.0)) / span, 3) for name in sorted(used)}
    report.note("cores", shares)
    report.note("cores_in_all", sum(shares.values()))
    report.note("load_average", os.getloadavg()[1])
    return clock, end


def _tell_passes(city: City, report: Report, start: float, end: float) -> None:
    """Passes of a stretch of time by their own moments, once all are stored."""
    asked = "SELECT count(*) FROM passes WHERE time >= %s AND time < %s AND starts_with(plate, %s)"
    start, end = float(int(start)), float(int(end - PICTURE_SECONDS))
    moments = [datetime.fromtimestamp(moment, UTC) for moment in (start, end)]
    every, load = (city.site.figure(asked, *moments, sign) for sign in ("", LOAD_SIGN))
    report.at_least("passes_per_second", every / (end - start), PASSES)
    report.note("passes_of_the_load_per_second", load / (end - start))
    driven = city.driven(start, end)
    report.note("passes_driven", driven)
    report.holds("passes_without_load_are_those_driven", met=every - load == driven)


def _tell_queues(report: Report, samples: Samples) -> None:
    for name, line in samples.queues.items():
        report.note(f"{name}_per_minute", slope(line))
        report.note(f"{name}_most", max(value for _, value in line))
        report.note(f"{name}_through_per_minute", samples.through[name])
    growing = samples.growing()
    report.note("queues_growing", growing)
    report.holds("no_queue_grows", met=not growing)


def _tell_memory(report: Report, samples: Samples) -> None:
    for (name, _), line in sorted(samples.lasting().items()):
        report.note(f"{name}_megabytes", line[-1][1])
        report.below(f"{name}_megabytes_per_minute", slope(line), 1.0)


def _score(city: City, report: Report) -> None:
    report.say("the fleet falls silent; its truth is held against the ledger")
    figures = city.settle()
    for name in ("made", "delivered", "refused", "resent", "dropped"):
        report.note(name, figures[name])
    told = Told.read(city.truth)
    report.note("made_of", dict(Counter(told.streams.values())))
    with city.site.connect() as connection:
        differing = scoring.differences(told, scoring.read(connection))
    report.note("ledger", msgspec.to_builtins(counts(city.site)))
    report.note("differences", differing)
    report.holds("ledger_exact", met=not differing)
