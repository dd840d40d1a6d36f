"""Weeks of readings of every device, written by the database itself, a day at a time."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from center.database import name_process, transaction
from ingest.series import backfill, rolling
from ingest.series.covering import cover_next
from server.benches.report import Report
from server.benches.site import Site

INTERVAL = timedelta(minutes=5)
BOOT = 1  # long before the boots of a load, which are Unix times
WRITERS = 2
# Rows in the order of their time, as the writer leaves them: those of one device are far apart.
FILL = """
INSERT INTO readings (time, device, received_at, boot, seq, digest, batch, "values")
SELECT t, d.id, t + INTERVAL '200 ms', %(boot)s,
       %(first)s + extract(epoch FROM t - %(start)s::timestamptz)::bigint / %(step)s,
       d.id * 1000003::bigint + extract(epoch FROM t)::bigint, 0,
       ARRAY[3 + (d.id %% 50 + extract(hour FROM t)) / 25, 5 + d.id %% 7 / 10.0, 3.6, -80]
FROM generate_series(%(start)s::timestamptz, %(end)s::timestamptz - INTERVAL '1 s',
                     make_interval(secs => %(step)s)) t, devices d
ORDER BY t"""
LEDGER = """
INSERT INTO ledger (device, boot, committed, added, first_seen, last_seen)
SELECT id, %(boot)s, int8multirange(int8range(0, %(count)s)), '{}', %(start)s, %(end)s FROM devices
ON CONFLICT DO NOTHING"""
INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'readings'"
ROLLING_SECONDS = 3600


def fill(site: Site, report: Report, days: int) -> tuple[datetime, datetime]:
    """Every registered device has sent four values every five minutes; gives begin and end.

    The indexes are made after the rows, which is quicker.
    """
    end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    start = end - timedelta(days=days)
    began = time.monotonic()
    with site.connect() as connection:
        indexes = connection.execute(INDEXES).fetchall()
        for name, _ in indexes:
            connection.execute(f'DROP INDEX "{name}"')
        with ThreadPoolExecutor(WRITERS) as writers:
            parts = [(start + timedelta(days=day), day) for day in range(days)]
            for day, rows in enumerate(writers.map(lambda part: _day(site, *part), parts), 1):
                passed = time.monotonic() - began
                report.say(f"day {day} of {days} written: {rows} readings, {passed:.0f} s")
        for name, definition in indexes:
            report.say(f"index {name}")
            connection.execute(definition)
        count = days * int(timedelta(days=1) / INTERVAL)
        values = {"boot": BOOT, "count": count, "start": start, "end": end}
        connection.execute(LEDGER, values)
        connection.execute("VACUUM ANALYZE")
    return start, end


def _day(site: Site, start: datetime, day: int) -> int:
    step = int(INTERVAL.total_seconds())
    values = {
        "boot": BOOT,
        "step": step,
        "first": day * 86_400 // step,
        "start": start,
        "end": start + timedelta(days=1),
    }
    with site.connect() as connection:
        return connection.execute(FILL, values).rowcount


def roll(site: Site, report: Report, start: datetime, end: datetime) -> None:
    """Rolls the history by the program's own means, in a process with the site's settings."""
    words = (sys.executable, "-m", "server.benches.history", start.isoformat(), end.isoformat())
    site.start("roller", words)
    said = 0
    while site.runs("roller"):
        time.sleep(0.5)
        said = _pass_on(site.log("roller"), report, said)
    if site.stop("roller") != 0:
        raise subprocess.SubprocessError(f"rolling failed:\n{site.tail('roller')}")


def _pass_on(log: Path, report: Report, said: int) -> int:
    lines = log.read_text(errors="replace").splitlines()
    for line in lines[said:]:
        report.say(line)
    return len(lines)


def _roll(start: datetime, end: datetime) -> None:
    name_process("roller")
    backfill.backfill(start, end, lambda day: print(f"rolled the day of {day:%F %T}", flush=True))
    rolled = rolling.roll(budget=timedelta(seconds=ROLLING_SECONDS))
    print(f"rolled {rolled.hours_closed} hours of the day that is not over", flush=True)
    _cover()


def _cover() -> None:
    """What a worker would have done night by night."""
    number = 0
    while True:
        with transaction() as session:
            chunk = cover_next(session, "readings")
        if chunk is None:
            break
        number += 1
    print(f"indexed {number} old chunks", flush=True)


if __name__ == "__main__":
    _roll(*(datetime.fromisoformat(word) for word in sys.argv[1:]))
