"""`hengyang bench live`: 200 viewers of one API process at 2,000 messages a second, one stalled."""

import json
from pathlib import Path

import httpx
import psutil

from deploy.stack.ports import HOST, free_ports
from server.benches.api import is_ready, percentile
from server.benches.ingest import DEVICES, Offer, counts, register_devices, start_gateways
from server.benches.load import spawn
from server.benches.report import Report
from server.benches.site import HENGYANG, WARDEN, Site, until
from server.benches.viewers import Box, Watch, watch_all

VIEWERS = 200
MESSAGES = 2_000  # a second
BAR_SECONDS = 0.5
WARM_SECONDS = 10  # all have their snapshot by then
MARGIN_SECONDS = 60  # the load begins before the first viewer and outlasts the last one
QUICK = {"seconds": 15}
USER = "operator"

# Devices stand in blocks of 200, each viewer looks at one of them.
BLOCKS, OF_A_BLOCK = 25, DEVICES // 25
WEST, SOUTH, STEP = 112.0, 26.0, 0.1
WHOLE: Box = (108.0, 24.0, 115.0, 31.0)


def place_devices(site: Site) -> None:
    """Gives every device its place, block by block."""
    with site.connect() as connection:
        connection.execute(
            """UPDATE devices SET place = ST_SetSRID(ST_MakePoint(
                   %(west)s + %(step)s * ((n / %(of)s) %% 5) + %(step)s * (n %% 20 + 0.5) / 20,
                   %(south)s + %(step)s * (n / %(of)s / 5)
                       + %(step)s * (n %% %(of)s / 20 + 0.5) / 10), 4326)
               FROM (SELECT id, right(device_id, 5)::int AS n FROM devices
                     WHERE device_id LIKE 'bench-%%') AS b
               WHERE b.id = devices.id""",
            {"west": WEST, "south": SOUTH, "step": STEP, "of": OF_A_BLOCK},
        )


def box_of(viewer: int) -> Box:
    """The block that a viewer looks at."""
    block = viewer % BLOCKS
    west, south = WEST + STEP * (block % 5), SOUTH + STEP * (block // 5)
    return (west, south, west + STEP - 1e-9, south + STEP - 1e-9)


def token(site: Site, port: int, user: str = USER) -> str:
    """An access token of one of the site's users."""
    passwords = json.loads((site.folder / "credentials.json").read_text("utf-8"))
    form = {"username": user, "password": passwords[user]}
    answer = httpx.post(f"http://{HOST}:{port}/api/v1/auth/token", data=form, timeout=30)
    return str(answer.raise_for_status().json()["access_token"])


def start(site: Site) -> int:
    """Starts the program's processes, the API as one; gives its port."""
    (port,) = free_ports(1)
    start_gateways(site, 1)
    site.start("warden", WARDEN)
    site.start("worker", (*HENGYANG, "worker"))
    site.start("api", (*HENGYANG, "api", "--port", str(port), "--processes", "1"))
    until(lambda: is_ready(port), "the API is ready")
    return port


def await_pace(site: Site) -> None:
    """Waits until all devices have spoken and what waited meanwhile is stored: measured is the
    feed, not the start of the load."""
    until(lambda: site.figure("SELECT count(*) FROM latest_readings") >= DEVICES, "all have spoken")
    behind = (
        "SELECT extract(epoch FROM committed_at - min_time)::float8 FROM batches"
        " ORDER BY commit_no DESC LIMIT 1"
    )
    until(lambda: site.figure(behind) < BAR_SECONDS, "ingest is as far as the devices", 60)


def measure(site: Site, report: Report, port: int, seconds: float) -> None:
    """Half of the time without a stalled viewer, half with one."""
    handle = spawn(Offer(site).load(MESSAGES, seconds + WARM_SECONDS + MARGIN_SECONDS))
    await_pace(site)
    watch = Watch(
        url=f"ws://{HOST}:{port}/api/v1/live",
        tokens=(token(site, port),),
        boxes=tuple(box_of(viewer) for viewer in range(VIEWERS)),
        seconds=seconds + WARM_SECONDS,
        warm=WARM_SECONDS,
        stalled=WHOLE,
        stall_after=WARM_SECONDS + seconds / 2,
    )
    report.say(f"{VIEWERS} viewers for {seconds:g} s")
    stored, api = counts(site).stored, psutil.Process(site.pid("api"))
    before = api.cpu_times()
    told = watch_all(watch)
    after = api.cpu_times()
    cpu = after.user + after.system - before.user - before.system
    report.at_least(
        "messages_per_second", (counts(site).stored - stored) / watch.seconds, 0.95 * MESSAGES
    )
    for name, found in (("delta", told.delays), ("delta_beside_a_stalled_viewer", told.later)):
        delays = sorted(found) or [float("inf")]
        report.note(f"{name}_items", len(found))
        report.note(f"{name}_p50_seconds", percentile(delays, 0.5))
        report.below(f"{name}_p95_seconds", percentile(delays, 0.95), BAR_SECONDS)
        report.note(f"{name}_p99_seconds", percentile(delays, 0.99))
    report.holds("nobody_else_was_cut", met=not told.cut)
    report.note("stalled_viewer_closed_with", told.stalled_cut)
    report.note("api_cpu_share", cpu / watch.seconds)
    report.note("api_memory_mb", api.memory_info().rss / 1e6)
    report.note("viewers_cpu_share", told.cpu_seconds / watch.seconds)
    handle.get(timeout=180)


def run(folder: Path, *, seconds: float = 60) -> None:
    """Measures on a store of its own and ends the program with the report."""
    report = Report("live")
    if folder.exists():
        Site(folder).remove()  # a run that was killed has left it half filled
    # Everybody watches as one user here.
    site = Site(folder, {"HENGYANG_LIVE_VIEWERS_PER_USER": str(2 * VIEWERS)})
    try:
        report.say("starting servers")
        site.up()
        register_devices(site)
        place_devices(site)
        measure(site, report, start(site), seconds)
    finally:
        site.remove()
    report.end()
