"""`hengyang bench latency`: from the time in a device's message to the frame that shows it."""

import time
from pathlib import Path
from typing import Any

from deploy.stack.ports import HOST
from server.benches.api import percentile
from server.benches.chromium import deltas, log_in, wall
from server.benches.ingest import DEVICES, Offer, counts, register_devices
from server.benches.live import await_pace, start, token
from server.benches.load import spawn
from server.benches.report import Report
from server.benches.site import Site, until

MESSAGES = 2_000  # a second, of 5,000 devices
IN_VIEWPORT = 200
PROBES = 1_000
BAR_SECONDS = 1.0
WARM_SECONDS = 10
PAGE_SECONDS = 30  # for the page to open the feed by itself
QUICK = {"probes": 200}
CENTRE, AWAY = (112.60, 26.89), (109.5, 25.0)

# Whatever page opens the feed: each delta is timed in the first frame that is drawn after it.
PROBE = deltas(
    "probes",
    "devices",
    "({ t }, now) => Number.isFinite(Date.parse(t)) ? [now - Date.parse(t)] : []",
)
# Where no page of the application opens it, this one does, and draws each device as a square.
PAGE = """
({ token, bbox }) => {
  const canvas = document.body.appendChild(document.createElement('canvas'))
  const ink = canvas.getContext('2d')
  const socket = new WebSocket(`ws://${location.host}/api/v1/live`)
  socket.onopen = () => {
    socket.send(JSON.stringify({ t: 'hello', token }))
    socket.send(JSON.stringify({ t: 'subscribe', topics: { devices: { bbox } } }))
  }
  socket.onmessage = ({ data }) => {
    const { items = [] } = JSON.parse(data)
    requestAnimationFrame(() => {
      for (const { p } of items) {
        if (p) ink.fillRect((p[0] - bbox[0]) * 1000, (bbox[3] - p[1]) * 1000, 3, 3)
      }
    })
  }
}
"""


def place_devices(site: Site) -> None:
    """200 devices in the middle of the city, all others where no first viewport reaches."""
    with site.connect() as connection:
        connection.execute(
            """UPDATE devices SET place = ST_SetSRID(CASE WHEN n < %(near)s
                   THEN ST_MakePoint(%(lon)s + (n %% 20 - 10) * 0.002,
                                     %(lat)s + (n / 20 - 5) * 0.002)
                   ELSE ST_MakePoint(%(far_lon)s + n * 0.0001, %(far_lat)s) END, 4326)
               FROM (SELECT id, right(device_id, 5)::int AS n FROM devices
                     WHERE device_id LIKE 'bench-%%') AS b
               WHERE b.id = devices.id""",
            {"near": IN_VIEWPORT, "lon": CENTRE[0], "lat": CENTRE[1],
             "far_lon": AWAY[0], "far_lat": AWAY[1]},
        )  # fmt: skip


def look(site: Site, report: Report, port: int, probes: int) -> list[float]:
    """Delays in ms, as a browser saw them."""
    with wall() as context:
        page = context.new_page()
        page.add_init_script(PROBE)
        page.goto(f"http://{HOST}:{port}/")
        log_in(site, page)
        report.note("page", _open_feed(site, page, port))
        time.sleep(WARM_SECONDS)
        page.evaluate("window.probes.length = 0")
        until(lambda: page.evaluate("window.probes.length") >= probes, "all probes are back")
        found: list[float] = page.evaluate("window.probes")
    return found[:probes]


def _open_feed(site: Site, page: Any, port: int) -> str:
    """Which page opened it: the application's own first one, or ours."""
    deadline = time.monotonic() + PAGE_SECONDS
    while time.monotonic() < deadline:
        if page.evaluate("window.probes.length") > 0:
            return "application"
        time.sleep(0.5)
    lon, lat = CENTRE
    bbox = [lon - 0.1, lat - 0.1, lon + 0.1, lat + 0.1]
    page.evaluate(PAGE, {"token": token(site, port), "bbox": bbox})
    return "bench"


def measure(site: Site, report: Report, port: int, probes: int) -> None:
    """Probes are the messages of devices in the viewport, as they come."""
    seconds = PAGE_SECONDS + WARM_SECONDS + 60 + probes / (MESSAGES * IN_VIEWPORT / DEVICES)
    handle = spawn(Offer(site).load(MESSAGES, seconds))
    await_pace(site)
    stored, began = counts(site).stored, time.monotonic()
    delays = sorted(look(site, report, port, probes))
    rate = (counts(site).stored - stored) / (time.monotonic() - began)
    report.at_least("messages_per_second", rate, 0.95 * MESSAGES)
    report.at_least("probes", len(delays), probes)
    report.note("p50_seconds", percentile(delays, 0.5) / 1000)
    report.note("p95_seconds", percentile(delays, 0.95) / 1000)
    report.below("p99_seconds", percentile(delays, 0.99) / 1000, BAR_SECONDS)
    report.note("max_seconds", delays[-1] / 1000)
    handle.get(timeout=seconds + 120)


def run(folder: Path, *, probes: int = PROBES) -> None:
    """Measures on a store of its own and ends the program with the report."""
    report = Report("latency")
    if folder.exists():
        Site(folder).remove()
    site = Site(folder)
    try:
        report.say("starting servers")
        site.up()
        register_devices(site)
        place_devices(site)
        measure(site, report, start(site), probes)
    finally:
        site.remove()
    report.end()
