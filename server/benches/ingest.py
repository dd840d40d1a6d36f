"""`hengyang bench ingest`: durable throughput, delay, and one process against bare paho."""

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import redis

from center.settings import IngestSettings, settings
from ingest import broker
from server.benches.load import Load, Sent, spawn
from server.benches.report import Report
from server.benches.site import GATEWAY, Site, until

DEVICES = 5_000
CONNECTIONS = 50
QUANTITIES = (
    ("water_level", 3.0),
    ("flow_rate", 5.0),
    ("battery_voltage", 3.6),
    ("signal_strength", -80.0),
)
MODEL = "generic-water-level"
OFFERED = 7_150  # messages/s: a little above the bar, since the span ends with the last commit
OVERLOAD = (
    24_000  # messages/s offered when the capacity of a consumer is sought: more than any takes
)
QUICK = {"seconds": 10, "rounds": 1}
COUNTS = "SELECT coalesce(sum({}), 0)::bigint FROM counters"


class Counts(NamedTuple):
    """The ledger's sums."""

    deliveries: int
    stored: int
    duplicates: int
    dead_letters: int


def counts(site: Site) -> Counts:
    """The ledger's sums now."""
    return Counts(*(site.figure(COUNTS.format(name)) for name in Counts._fields))


def register_devices(site: Site) -> None:
    """Puts the bench's devices into the register at once; they send through one account."""
    with site.connect() as connection:
        connection.execute(
            """INSERT INTO devices
                   (device_id, kind, model, name, division_code, expected_interval_seconds)
               SELECT 'bench-' || lpad(n::text, 5, '0'), 'sensor', m.id, 'bench ' || n,
                      '430405', 60
               FROM generate_series(0, %s - 1) n, device_models m WHERE m.name = %s
               ON CONFLICT DO NOTHING""",
            (DEVICES, MODEL),
        )


class Offer:
    """Loads with a boot number of their own each, so that no run repeats another's numbers."""

    def __init__(self, site: Site) -> None:
        self._url = site.stack.environment["HENGYANG_MQTT_LOAD_URL"]
        self._boot = int(time.time())

    def load(self, rate: float, seconds: float) -> Load:
        """A load that was not sent before."""
        self._boot += 1
        return Load(
            address=broker.parse(self._url),
            devices=tuple(f"bench-{n:05d}" for n in range(DEVICES)),
            quantities=QUANTITIES,
            connections=CONNECTIONS,
            rate=rate,
            seconds=seconds,
            boot=self._boot,
        )


def start_gateways(site: Site, number: int) -> None:
    """Starts gateways and waits until the broker has them all."""
    for n in range(1, number + 1):
        site.start(f"gateway-{n}", GATEWAY)
    until(
        lambda: (
            site.figure(
                "SELECT count(*) FROM processes WHERE kind = 'ingest' AND state = 'running'"
                " AND (detail->>'connected')::bool AND last_beat > now() - interval '6 s'"
            )
            >= number
        ),
        f"{number} gateways are connected",
    )


def stop_gateways(site: Site, number: int) -> None:
    """Ends them and has the broker forget nothing: their sessions are theirs at the next start."""
    for n in range(1, number + 1):
        site.stop(f"gateway-{n}")


def durable(site: Site, report: Report, offer: Offer, gateways: int, seconds: float) -> None:
    """7,000 msg/s from the first message received to the last one committed."""
    report.say(f"{OFFERED} messages/s for {seconds:g} s, {gateways} gateways")
    start_gateways(site, gateways)
    before, load = counts(site), offer.load(OFFERED, seconds)
    sent: Sent = spawn(load).get(timeout=seconds + 120)
    report.note("refused_by_broker", {hex(code): number for code, number in sent.refused.items()})
    until(lambda: counts(site).deliveries - before.deliveries >= sent.acknowledged, "all is in")
    time.sleep(1)
    after = Counts(*(a - b for a, b in zip(counts(site), before, strict=True)))
    stored = site.figure("SELECT count(*) FROM readings WHERE boot = %s", load.boot)
    distinct = site.figure(
        "SELECT count(*) FROM (SELECT DISTINCT device, seq FROM readings WHERE boot = %s) r",
        load.boot,
    )
    span = site.figure(
        "SELECT extract(epoch FROM max(committed_at) - min(received_from))::float8 FROM batches"
        " WHERE id IN (SELECT DISTINCT batch FROM readings WHERE boot = %s)",
        load.boot,
    )
    report.note("offered_messages_per_second", sent.published / sent.seconds)
    report.at_least("durable_messages_per_second", stored / span, 7_000)
    report.holds("nothing_lost", met=stored == sent.published == sent.acknowledged)
    report.holds("nothing_double", met=stored == distinct)
    report.holds(
        "ledger_exact",
        met=after == (sent.acknowledged, stored, 0, 0)
        and not site.figure("SELECT count(*) FROM ledger WHERE boot = %s AND holed", load.boot),
    )
    stop_gateways(site, gateways)


def delay(site: Site, report: Report, offer: Offer, gateways: int, seconds: float) -> None:
    """p99 from publish to COMMIT returned; a batch is announced on the bus after its COMMIT."""
    report.say(f"delay at 5,000 messages/s for {seconds:g} s")
    start_gateways(site, gateways)
    load = offer.load(5_000, seconds)
    sent: Sent = spawn(load).get(timeout=seconds + 120)
    stored = "SELECT count(*) FROM readings WHERE boot = %s"
    until(lambda: site.figure(stored, load.boot) >= sent.acknowledged, "all is in")
    time.sleep(1)
    committed = _announced(site)
    with site.connect() as connection:
        rows = connection.execute(
            "SELECT batch, extract(epoch FROM time)::float8 FROM readings WHERE boot = %s",
            (load.boot,),
        ).fetchall()
    delays = sorted(committed[batch] - moment for batch, moment in rows if batch in committed)
    report.holds("every_batch_was_announced", met=len(delays) == len(rows))
    report.below("delay_p99_seconds", delays[int(len(delays) * 0.99)], 1.0)
    report.note("delay_median_seconds", statistics.median(delays))
    report.note("delay_max_seconds", delays[-1])
    stop_gateways(site, gateways)


def _announced(site: Site) -> dict[int, float]:
    """When the bus heard of each batch: a moment after its COMMIT, in Unix seconds."""
    client = redis.Redis.from_url(site.stack.environment["HENGYANG_REDIS_URL"])
    entries: Any = client.xrange("hy:facts")
    client.close()
    found = {}
    for identity, fields in entries:
        text = fields.get(b"e", b"").decode()
        if '"batch":' in text:
            batch = int(text.partition('"batch":')[2].split(",")[0].rstrip("}"))
            found[batch] = int(identity.split(b"-")[0]) / 1000
    return found


def capacity(offer: Offer, seconds: float, count: Callable[[], int]) -> float:
    """Messages/s a consumer takes while more than it can take is offered."""
    handle = spawn(offer.load(OVERLOAD, seconds))
    time.sleep(2.5)  # the generator has started and the consumer is warm
    first, began = count(), time.monotonic()
    time.sleep(max(1.0, seconds - 3))
    taken, span = count() - first, time.monotonic() - began
    handle.get(timeout=seconds + 180)
    return taken / span


def compare(site: Site, report: Report, offer: Offer, seconds: float, rounds: int) -> None:
    """One gateway against a bare subscriber, in turn; then two gateways."""
    limits = settings(IngestSettings)
    bare, one, two = [], [], []
    for n in range(rounds):
        report.say(f"capacity, round {n + 1} of {rounds}")
        bare.append(_bare_capacity(site, offer, seconds, limits))
        one.append(_gateway_capacity(site, offer, seconds, 1))
        two.append(_gateway_capacity(site, offer, seconds, 2))
    report.note("bare_paho_messages_per_second", statistics.median(bare))
    report.note("one_gateway_messages_per_second", statistics.median(one))
    report.note("two_gateways_messages_per_second", statistics.median(two))
    ratio = statistics.median(one) / statistics.median(bare)
    report.at_least("one_gateway_to_bare_paho", ratio, 0.6)
    report.note("second_gateway_adds", statistics.median(two) / statistics.median(one) - 1)


def _bare_capacity(site: Site, offer: Offer, seconds: float, limits: IngestSettings) -> float:
    url = site.stack.environment["HENGYANG_MQTT_URL"]
    words = (limits.ingest_connections, limits.ingest_receive_maximum)
    log = site.log("bare")
    log.unlink(missing_ok=True)
    site.start("bare", (GATEWAY[0], "-m", "server.benches.bare", url, *map(str, words)))
    until(lambda: log.exists() and log.stat().st_size > 0, "the bare subscriber runs")
    rate = capacity(offer, seconds, lambda: int(site.tail("bare", 200).split()[-1]))
    site.kill("bare")
    return rate


def _gateway_capacity(site: Site, offer: Offer, seconds: float, gateways: int) -> float:
    start_gateways(site, gateways)
    rate = capacity(offer, seconds, lambda: counts(site).stored)
    until(lambda: _is_idle(site), "the gateways have taken all", 300)
    stop_gateways(site, gateways)
    _forget_gateways(site)
    return rate


def _is_idle(site: Site) -> bool:
    before = counts(site).deliveries
    time.sleep(2)
    return counts(site).deliveries == before


def _forget_gateways(site: Site) -> None:
    """Has the broker drop the sessions: a bare subscriber must get every message after this."""
    site.stack.stop("mosquitto")
    (site.stack.dir / "mosquitto" / "mosquitto.db").unlink(missing_ok=True)
    site.stack.start("mosquitto")
    with site.connect() as connection:
        connection.execute("DELETE FROM gateways")


def run(folder: Path, *, gateways: int = 2, seconds: float = 60, rounds: int = 3) -> None:
    """Measures all of it on servers of its own and ends the program with the report."""
    report = Report("ingest")
    site = Site(folder)
    try:
        report.say("starting servers")
        site.up()
        register_devices(site)
        offer = Offer(site)
        durable(site, report, offer, gateways, seconds)
        delay(site, report, offer, gateways, min(seconds, 20))
        _forget_gateways(site)
        compare(site, report, offer, 12, rounds)
    finally:
        site.remove()
    report.end()
