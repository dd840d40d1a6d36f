"""`hengyang bench screen`: the command screen: first useful paint, frames with moving vehicles."""

import statistics
import time
from pathlib import Path
from typing import Any

from deploy.stack.ports import HOST
from server.benches.api import percentile
from server.benches.chromium import log_in, wall
from server.benches.live import start
from server.benches.report import Report
from server.benches.site import HENGYANG, Site, until

VEHICLES = 960  # nearly half of them wait at a light or look at something
MOVING = 500
PAINTS = 5
PAINT_SECONDS = 2.5
FRAMES = 30  # a second, median
WATCH_SECONDS = 30.0
SEED_SECONDS = 900.0
QUICK = {"paints": 2, "seconds": 10.0}

FLEET = f"""
name = "patrol"
title_zh = "巡查车队"
title_en = "Patrol"
prefix = "bench"
seed = 430400

[[groups]]
model = "generic-vehicle"
count = {VEHICLES}
interval_seconds = 5
night_share = 1
"""

# The moment at which the operator has something to work with: the map stands and a figure is told.
USEFUL = """
() => {
  const [drawn] = performance.getEntriesByName('map-drawn')
  const told = document.querySelector('section.strip')?.textContent?.includes(String(%d))
  return drawn && told ? performance.now() : 0
}
"""
# Frames that the browser gives the page within some seconds; each a length in ms.
FRAME_LENGTHS = """
(seconds) => new Promise((resolve) => {
  const lengths = []
  const began = performance.now()
  let last = began
  const next = (now) => {
    lengths.push(now - last)
    last = now
    if (now - began < seconds * 1000) requestAnimationFrame(next)
    else resolve(lengths.slice(1))
  }
  requestAnimationFrame(next)
})
"""


def paint(page: Any) -> float:
    """Seconds from the call of the address to the useful screen."""
    page.reload(wait_until="commit")
    found = page.wait_for_function(USEFUL % VEHICLES, polling=20, timeout=60_000).json_value()
    return float(found) / 1000


def look(site: Site, report: Report, port: int, paints: int, seconds: float) -> None:
    """What one browser without a graphics card shows, everything else at work on the same cores."""
    address = f"http://{HOST}:{port}/command"
    with wall() as context:
        page = context.new_page()
        page.goto(address)
        log_in(site, page)
        page.wait_for_function(USEFUL % VEHICLES, timeout=120_000)
        context.new_cdp_session(page).send("Network.setCacheDisabled", {"cacheDisabled": True})
        found = sorted(paint(page) for _ in range(paints))
        report.note("paints_seconds", [round(one, 2) for one in found])
        report.below("first_useful_paint_seconds", statistics.median(found), PAINT_SECONDS)
        time.sleep(5)  # vehicles have two fixes, between which they glide
        lengths = sorted(page.evaluate(FRAME_LENGTHS, seconds))
    report.note("frames", len(lengths))
    report.at_least("frames_per_second_median", 1000 / statistics.median(lengths), FRAMES)
    report.note("frame_p95_milliseconds", percentile(lengths, 0.95))


def run(folder: Path, *, paints: int = PAINTS, seconds: float = WATCH_SECONDS) -> None:
    """Measures on a store of its own and ends the program with the report."""
    report = Report("screen")
    if folder.exists():
        Site(folder).remove()
    site = Site(folder, {"HENGYANG_CITY": "full"})
    try:
        report.say("starting servers")
        site.up(SEED_SECONDS)
        port = start(site)
        fleet = folder / "patrol.toml"
        fleet.write_text(FLEET, "utf-8")
        site.start("simulate", (*HENGYANG, "simulate", str(fleet)))
        placed = "SELECT count(*) FROM latest_positions"
        until(lambda: site.figure(placed) == VEHICLES, "every vehicle has told its place")
        report.say("looking at the screen")
        look(site, report, port, paints, seconds)
        moving = site.figure(f"{placed} WHERE speed_mps > 0")
        report.at_least("vehicles_moving", moving, MOVING)
    finally:
        site.remove()
    report.end()
