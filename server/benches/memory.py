"""`hengyang bench memory`: what each process holds for itself, and how that grows under load."""

import time
from datetime import timedelta
from pathlib import Path

from center.clock import now
from deploy.stack.ports import HOST, free_ports
from server.benches.api import DAY, is_ready, questions, readers
from server.benches.ingest import Offer, register_devices, start_gateways
from server.benches.load import spawn
from server.benches.loaded import Loaded, mixed
from server.benches.readers import Visit, begin
from server.benches.report import Report
from server.benches.sampling import anonymous_megabytes, family, slope
from server.benches.site import HENGYANG, WARDEN, Site, until

RATE = 2_000  # messages/s
REQUESTS = 20  # a second, of every kind: a process that nobody asks holds nothing
FLEET = 100  # devices with connections of their own, beside the load: births, wills, answers
SAMPLE_SECONDS = 5
WARM_SECONDS = 120  # caches, pools and the allocator fill once; growth is measured after it
QUICK = {"minutes": 1}
PROGRAMS = ("gateway-1", "warden", "worker", "api")


def family_megabytes(pid: int) -> float:
    """Anonymous memory of a process and its children, in MB."""
    return sum(anonymous_megabytes(one) for one in family("", pid))


def run(folder: Path, *, minutes: float = 20) -> None:
    """Runs gateway, warden, worker and API under 2,000 msg/s and follows their memory."""
    report = Report("memory")
    # One log-in lasts for the whole run.
    site = Site(folder, {"HENGYANG_ACCESS_TOKEN_SECONDS": "3600"})
    try:
        report.say("starting servers")
        site.up()
        register_devices(site)
        start_gateways(site, 1)
        site.start("warden", WARDEN)
        site.start("worker", (*HENGYANG, "worker"))
        (port,) = free_ports(1)
        site.start("api", (*HENGYANG, "api", "--port", str(port)))
        until(lambda: is_ready(port), "the API is ready")
        seconds = minutes * 60 + WARM_SECONDS
        with Loaded(site, mixed(FLEET, every=2.0)):
            handle = spawn(Offer(site).load(RATE, seconds))
            visit = begin(_visit(site, port, seconds))
            samples = _follow(site, report, seconds)
            sent = handle.get(timeout=120)
            report.note("requests", len(visit.get(timeout=120).answers))
        report.note("messages", sent.acknowledged)
        for name, its in samples.items():
            report.note(f"{name}_megabytes", its[-1][1])
            report.below(f"{name}_megabytes_per_minute", slope(its), 1.0)
    finally:
        site.remove()
    report.end()


def _visit(site: Site, port: int, seconds: float) -> Visit:
    both = readers(site, port)
    asked = questions(*both, now() - DAY, now() + timedelta(seconds=seconds))
    for reader in both:
        reader.close()
    tokens = tuple(reader.token for reader in both)
    return Visit(HOST, port, tokens, asked.some(int(REQUESTS * seconds)), REQUESTS)


def _follow(site: Site, report: Report, seconds: float) -> dict[str, list[tuple[float, float]]]:
    samples: dict[str, list[tuple[float, float]]] = {name: [] for name in PROGRAMS}
    began = said = time.monotonic()
    while (passed := time.monotonic() - began) < seconds:
        if passed > min(WARM_SECONDS, seconds / 3):
            for name, its in samples.items():
                its.append((passed, family_megabytes(site.pid(name))))
        if time.monotonic() - said > 60:
            said = time.monotonic()
            newest = {name: round(its[-1][1], 1) for name, its in samples.items() if its}
            report.say(f"{passed / 60:.0f} of {seconds / 60:.0f} min, MB: {newest}")
        time.sleep(SAMPLE_SECONDS)
    return samples
