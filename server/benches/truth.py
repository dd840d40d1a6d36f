"""`hengyang bench truth`: what is stored against what truly happened in the simulated world."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg

from deploy.stack.ports import HOST, free_ports
from server.benches import truths, twins
from server.benches.api import Reader, is_ready
from server.benches.report import Report
from server.benches.site import HENGYANG, InVain, Site, until
from server.benches.truths import Fix, Pass, Reading, Score
from server.benches.world_truth import WorldTold
from simulators.hours import TRAFFIC, at_hour, local_hour
from simulators.world.orders import PLAN, TRUTH

UNDER_WAY = 900  # vehicles, whatever the hour
MOST_VEHICLES = 20_000  # that a scenario may name
METRES = 10.0
SETTLE_SECONDS = 60.0
QUICK = {"minutes": 2.0, "twin_seconds": 120}
NAME = "truth"
SCENARIO = """
name = "truth"
title_zh = "真值"
title_en = "Truth"
prefix = "tr"
seed = 430400
messagepack_share = 0.2
[world]
vehicles = {vehicles}
[[groups]]
model = "generic-epolice"
count = 16
[[groups]]
model = "generic-epolice"
count = 8
approaches = "one"
[[groups]]
model = "generic-vehicle"
count = 20
night_share = 1.0
[[groups]]
model = "generic-signal"
count = 12
[[groups]]
model = "generic-detector"
count = 10
"""
_RECORDS = """
SELECT d.device_id, round(1000 * extract(epoch FROM f.time))::bigint, f.plate, f.lane::int,
       f.plate_colour, f.vehicle_class, f.speed_mps::float8, cardinality(f.evidence),
       (SELECT count(*) FROM evidence e WHERE e.state = 'stored'
        AND e.sha256 = ANY (SELECT decode(name, 'hex') FROM unnest(f.evidence) AS t (name)))::int,
       {code}
FROM {table} f JOIN devices d ON d.id = f.device
"""
_FIXES = """
SELECT d.device_id, extract(epoch FROM p.time)::float8, p.lon, p.lat
FROM positions p JOIN devices d ON d.id = p.device
"""
_READINGS = """
SELECT d.device_id, extract(epoch FROM r.time)::float8, r.values
FROM readings r JOIN devices d ON d.id = r.device JOIN device_models m ON m.id = d.model
WHERE m.name = %s
"""


class World:
    """A site with a fleet in a world, and the truth of it."""

    def __init__(self, folder: Path, *, test: bool = False) -> None:
        [self.port] = free_ports(1)
        self.site = Site(folder, {"HENGYANG_API_PORT": str(self.port)}, test=test)
        self.home = folder / "simulators" / NAME / "world"

    def up(self) -> None:
        """Servers and programs, without a fleet yet."""
        self.site.up()
        self.site.start_ingest(2)
        self.site.start("worker", (*HENGYANG, "worker"))
        self.site.start("api", (*HENGYANG, "api", "--port", str(self.port)))
        until(lambda: is_ready(self.port), "the API is ready", 240)

    def simulate(self, scenario: str = SCENARIO) -> None:
        """Starts the fleet and returns when its world runs."""
        share = at_hour(TRAFFIC, local_hour(time.time()))
        file = self.site.folder / f"{NAME}.toml"
        vehicles = min(MOST_VEHICLES, round(UNDER_WAY / share))
        file.write_text(scenario.format(vehicles=vehicles), "utf-8")
        self.site.log("simulate").unlink(missing_ok=True)
        self.site.start("simulate", (*HENGYANG, "simulate", str(file)))
        until(self._is_under_way, "the world runs", 240)

    def _is_under_way(self) -> bool:
        if not self.site.runs("simulate"):
            raise InVain(f"the fleet has ended:\n{self.site.tail('simulate')}")
        return "under way" in self.site.tail("simulate")

    @property
    def told(self) -> WorldTold:
        """The truth as far as it is written."""
        return WorldTold(self.home / TRUTH)

    def passes(self) -> list[Pass]:
        """As stored."""
        return self._records("passes", "''")

    def violations(self) -> list[Pass]:
        """As stored."""
        return self._records("violations", "f.code")

    def _records(self, table: str, code: str) -> list[Pass]:
        return [Pass(*row) for row in self._rows(_RECORDS.format(table=table, code=code))]

    def fixes(self) -> list[Fix]:
        """As stored."""
        return [Fix(*row) for row in self._rows(_FIXES)]

    def readings(self, model: str) -> list[Reading]:
        """Of all devices of a model, as stored."""
        rows = self._rows(_READINGS, model)
        return [Reading(device, moment, tuple(values)) for device, moment, values in rows]

    def _rows(self, query: str, *values: Any) -> Sequence[tuple[Any, ...]]:
        with self.site.connect() as connection:
            return _all(connection, query, values)

    def counts(self) -> dict[tuple[str, int, int], int]:
        """Vehicles by site, lane and five minutes, as the API tells them."""
        reader = Reader(self.site, self.port)
        end = datetime.now(UTC) + timedelta(minutes=5)
        query = {"bucket": "5m", "start": (end - timedelta(hours=6)).isoformat(),
                 "end": end.isoformat()}  # fmt: skip
        headers = {"Authorization": f"Bearer {reader.token}"}
        found: dict[tuple[str, int, int], int] = {}
        with httpx.Client(base_url=f"http://{HOST}:{self.port}", headers=headers) as api:
            sites = api.get("/api/v1/traffic/sites", params={"limit": 200}).raise_for_status()
            for site in (one["device_id"] for one in sites.json()["items"]):
                path = f"/api/v1/traffic/sites/{site}/counts"
                answer = api.get(path, params=query).raise_for_status().json()
                for point in answer["points"]:
                    begin = int(datetime.fromisoformat(point["time"]).timestamp())
                    found[site, point["lane"], begin] = point["count"]
        reader.close()
        return found


def _all(
    connection: psycopg.Connection[Any], query: str, values: tuple[Any, ...]
) -> Sequence[tuple[Any, ...]]:
    return connection.execute(query, values).fetchall()


def settled(world: World, certain: truths.Certain = truths.always) -> tuple[Score, Score]:
    """Passes and violations when all that is under way has come, or after a minute."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        told = world.told
        passed = truths.passes(told, world.passes(), certain)
        violated = truths.violations(told, world.violations(), certain)
        left = [*passed.missing, *violated.missing]
        left += [*passed.without_pictures, *violated.without_pictures]
        if not left or time.monotonic() > deadline:
            return passed, violated
        time.sleep(1)


def _tell(report: Report, name: str, score: Score, *, pictures: bool = False) -> None:
    report.note(f"{name}_in_the_world", score.true)
    report.note(f"{name}_stored", score.stored)
    for line in score.examples():
        report.say(f"{name}: {line}")
    report.holds(f"{name}_exact", met=score.exact and score.true > 0)
    if pictures:
        report.note(f"{name}_without_all_pictures", len(score.without_pictures))
        report.holds(f"{name}_have_their_pictures", met=not score.without_pictures)


def judge(world: World, report: Report) -> None:
    """Everything that is stored, against the world that has ended."""
    passed, violated = settled(world)
    _tell(report, "passes", passed, pictures=True)
    _tell(report, "violations", violated, pictures=True)
    told = world.told
    differing = truths.other_counts(truths.true_counts(told), world.counts())
    for line in differing[: truths.SHOWN]:
        report.say(f"counts: {line}")
    report.note("counts_compared", len(truths.true_counts(told)))
    report.holds("counts_equal", met=not differing)
    metres, strange = truths.errors(told, world.fixes())
    report.note("positions_in_the_world", len(told.positions))
    report.note("positions_stored", len(metres))
    report.note("positions_of_no_second", strange)
    report.note("positions_mean_metres", sum(metres) / max(1, len(metres)))
    report.below("positions_worst_metres", metres[-1] if metres else METRES, METRES)
    report.at_least("positions_told_share", len(metres) / max(1, len(told.positions)), 0.98)
    _tell(report, "detectors", truths.detectors(told, world.readings("generic-detector")))
    _tell(report, "signals", truths.phases(told, world.readings("generic-signal")))


def run(folder: Path, *, minutes: float = 11.0, twin_seconds: int = 600) -> None:
    """Measures on servers of its own and ends the program with the report."""
    report = Report(NAME)
    if folder.exists():
        Site(folder).remove()  # of a run that was killed
    world = World(folder)
    try:
        report.say("starting servers")
        world.up()
        world.simulate()
        report.say(f"the world runs for {minutes:g} minutes")
        time.sleep(60 * minutes)
        report.holds("fleet_ended_in_order", met=world.site.stop("simulate") == 0)
        report.say("the fleet has ended; what is stored is held against the world")
        judge(world, report)
        report.say(f"two worlds of {twin_seconds} seconds")
        differing = twins.differences(folder / "twins", world.home / PLAN, twin_seconds)
        report.note("files_that_differ", differing)
        report.holds("same_seed_same_world", met=not differing)
    finally:
        world.site.remove()
    report.end()
