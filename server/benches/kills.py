"""`hengyang bench kills`: everything is killed at random for minutes; then the ledger is exact."""

import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from server.benches.loaded import QUICK as QUICK_SETTINGS
from server.benches.loaded import Loaded, mixed
from server.benches.report import Report
from server.benches.site import GATEWAY, WARDEN, InVain, Site

MINUTES = 10.0
SENSORS = 100
GATEWAYS = 2
PAUSE_SECONDS = (3.0, 15.0)  # between two blows
ABSENCE_SECONDS = (0.0, 5.0)  # before what was killed starts again
LONG_ABSENCE_SECONDS = 60.0  # of PostgreSQL, once
SETTLE_SECONDS, SETTLE_ROUNDS = 60.0, 5
QUICK = {"minutes": 1.0, "long_absence": 10.0}


class Blow(NamedTuple):
    """Something that is killed with SIGKILL and started again."""

    name: str
    weight: int
    kill: Callable[[Site], None]
    start: Callable[[Site], None]


def _server(name: str, weight: int) -> Blow:
    return Blow(name, weight, lambda s: s.stack.kill(name), lambda s: s.stack.start(name))


def _program(name: str, words: tuple[str, ...], weight: int) -> Blow:
    return Blow(name, weight, lambda s: s.kill(name), lambda s: _start(s, name, words))


def _start(site: Site, name: str, words: tuple[str, ...]) -> None:
    site.start(name, words)


PROGRAMS = {f"gateway-{n}": GATEWAY for n in range(1, GATEWAYS + 1)} | {"warden": WARDEN}
BLOWS = (
    *(_program(name, words, 3 if words is GATEWAY else 1) for name, words in PROGRAMS.items()),
    _server("mosquitto", 2),
    _server("postgres", 2),
    _server("redis", 1),
)


def run(
    folder: Path,
    minutes: float = MINUTES,
    long_absence: float = LONG_ABSENCE_SECONDS,
    seed: int | None = None,
) -> None:
    """Kills for `minutes` on servers of its own in `folder`, then holds the ledger against what
    devices published. Ends with one line of JSON; the seed in it repeats the order of blows."""
    report = Report("kills")
    seed = int(time.time()) if seed is None else seed
    report.note("seed", seed)
    site = Site(folder, QUICK_SETTINGS)
    try:
        site.up()
        site.start_ingest(GATEWAYS)
        with Loaded(site, mixed(SENSORS)) as load:
            _strike(site, report, random.Random(seed), minutes * 60, long_absence)
            _judge(load, report)
    finally:
        site.remove()
    report.end()


def _strike(
    site: Site, report: Report, chance: random.Random, seconds: float, long_absence: float
) -> None:
    """Blows in any order until the time is over; in the middle one long absence of the store."""
    began = time.monotonic()
    struck = dict.fromkeys((blow.name for blow in BLOWS), 0)
    was_long, ended = False, 0
    while (gone := time.monotonic() - began) < seconds:
        time.sleep(chance.uniform(*PAUSE_SECONDS))
        [blow] = chance.choices(BLOWS, [blow.weight for blow in BLOWS])
        absence = chance.uniform(*ABSENCE_SECONDS)
        if not was_long and gone > seconds / 2:
            blow, absence = next(b for b in BLOWS if b.name == "postgres"), long_absence
            was_long = True
        report.say(f"{blow.name} is killed, away for {absence:.1f} s")
        blow.kill(site)
        time.sleep(absence)
        blow.start(site)
        struck[blow.name] += 1
        ended += _revive(site, report)
    report.note("kills", struck)
    report.note("ended_by_themselves", ended)


def _revive(site: Site, report: Report) -> int:
    """Starts again what has ended by itself, as `hengyang ingest` does; how many that were.

    A gateway ends when another has taken its number while the database was away.
    """
    ended = [(name, words) for name, words in PROGRAMS.items() if not site.runs(name)]
    for name, words in ended:
        report.say(f"{name} had ended: {site.tail(name, 400).splitlines()[-1]}")
        site.start(name, words)
    return len(ended)


def _judge(load: Loaded, report: Report) -> None:
    report.say("devices fall silent; the ledger is awaited")
    differing: list[str] = []
    for _ in range(SETTLE_ROUNDS):
        _revive(load.site, report)
        try:
            load.settle(SETTLE_SECONDS)
            differing = []
            break
        except InVain:
            differing = load.score()[1]
    figures = load.fleet.snapshot().figures
    for name in ("made", "delivered", "refused", "resent", "dropped"):
        report.note(name, figures[name])
    with load.site.connect() as connection:
        counts = connection.execute(
            "SELECT sum(deliveries)::bigint, sum(stored)::bigint, sum(duplicates)::bigint,"
            " sum(dead_letters)::bigint FROM counters"
        ).fetchall()[0]
        gaps = connection.execute("SELECT state, count(*) FROM gaps GROUP BY state").fetchall()
    report.note("ledger", dict(zip(("deliveries", "stored", "duplicates", "dead_letters"), counts,
                                   strict=True)))  # fmt: skip
    report.note("gaps", dict(gaps))
    report.note("differences", differing)
    report.holds("ledger_exact", met=not differing)
