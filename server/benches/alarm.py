"""`hengyang bench alarm`: from a committed fact to its alarm on the screen; a storm as groups."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import redis

from deploy.stack.ports import free_ports
from server.benches.api import is_ready, percentile
from server.benches.ingest import (
    DEVICES,
    QUANTITIES,
    Offer,
    register_devices,
    start_gateways,
    start_others,
)
from server.benches.load import Load, spawn
from server.benches.rail import Seen, rail
from server.benches.report import Report
from server.benches.site import HENGYANG, RULES, Site, until

MESSAGES = 2_000  # a second, all of them watched
PROBES = 200  # devices whose level goes to and fro about the limit, three times in ten messages
PROBE_MESSAGES = 40  # a second
LIMIT, PROBE_LEVEL, STORM_LEVEL = 12.45, 12.0, 20.0
STORM_FACTS = 10_000
STORM_RATE = 5_000
MOST_GROUPS = 20
BAR_SECONDS = 1.0
QUICK = {"seconds": 10}

# The seed's rules sleep; one of the bench's own watches every device.
RULE = """
UPDATE rules SET enabled = true, value = jsonb_set(jsonb_set(value,
    '{condition,steps}', '[{"limit": %s, "clear": null, "severity": "red"}]'),
    '{condition,duration_seconds}', '0')
WHERE origin = 'water-level'
"""
# Each time an alarm was raised or cleared: when its fact was committed, and when it was judged.
ACTS = """
SELECT c.alarm, row_number() OVER (PARTITION BY c.alarm ORDER BY c.id) AS nth,
       extract(epoch FROM b.committed_at)::float8, extract(epoch FROM c.time)::float8
FROM alarm_acts c
JOIN alarms a ON a.id = c.alarm
LEFT JOIN readings r ON r.device = a.device AND r.boot = %s
    AND r.time = (c.detail ->> 'fact_time')::timestamptz
LEFT JOIN batches b ON b.id = r.batch
WHERE c.act IN ('raise', 'clear')
ORDER BY c.alarm, c.id
"""


class Act(NamedTuple):
    """An alarm raised or cleared; moments in Unix seconds, `committed` None where none fits."""

    alarm: int
    nth: int
    committed: float | None
    judged: float


def delays(
    site: Site, report: Report, offer: Offer, seen: Callable[[], Seen], seconds: float
) -> None:
    """Alarms come and go in a fleet that is well, at the city's full load."""
    report.say(f"{MESSAGES} messages/s, {PROBE_MESSAGES} of them about the limit, {seconds:g} s")
    whole = offer.load(MESSAGES - PROBE_MESSAGES, seconds + 4)
    main = replace(whole, devices=whole.devices[:-PROBES])
    few = offer.load(PROBE_MESSAGES, seconds)
    probes = replace(
        _at(few, PROBE_LEVEL),
        devices=few.devices[-PROBES:],
        connections=2,
        first_connection=main.connections,
    )
    watch = psutil.Process(site.pid("rules"))
    before, began = watch.cpu_times(), time.monotonic()
    handles = [spawn(main), spawn(probes)]
    sent = [handle.get(timeout=seconds + 120) for handle in handles]
    passed, after = time.monotonic() - began, watch.cpu_times()
    settle(site)
    published, longest = sum(s.published for s in sent), max(s.seconds for s in sent)
    report.note("messages_per_second", published / longest)
    used = after.user + after.system - before.user - before.system
    report.note("watch_share_of_a_core", used / passed)
    acts, heard = _acts(site, probes.boot), _heard(site)
    fit = [act for act in acts if act.committed is not None]
    report.note("alarms_raised_and_cleared", len(acts))
    report.holds("every_act_has_its_fact", met=bool(acts) and len(fit) == len(acts))
    told = sorted(
        heard[act.alarm, act.nth] - act.committed
        for act in acts
        if act.committed is not None and (act.alarm, act.nth) in heard
    )
    report.holds("every_act_was_told", met=len(told) == len(fit))
    judged = sorted(act.judged - act.committed for act in fit if act.committed is not None)
    report.note("fact_to_judgement_p99_ms", 1000 * percentile(judged, 0.99))
    report.note("fact_to_bus_p50_ms", 1000 * percentile(told, 0.5))
    report.below("fact_to_bus_p99_ms", 1000 * percentile(told, 0.99), 1000 * BAR_SECONDS)
    report.note("fact_to_bus_max_ms", 1000 * told[-1])
    _on_the_screen(report, fit, seen())


def _on_the_screen(report: Report, acts: list[Act], seen: Seen) -> None:
    """What changed twice between two deltas is on the screen as it was the second time alone."""
    shown = sorted(
        seen[act.alarm, int(act.judged * 1000)] - act.committed
        for act in acts
        if act.committed is not None and (act.alarm, int(act.judged * 1000)) in seen
    )
    report.at_least("acts_seen_on_the_screen", len(shown), 0.9 * len(acts))
    if shown:
        report.note("fact_to_screen_p50_ms", 1000 * percentile(shown, 0.5))
        report.below("fact_to_screen_p99_ms", 1000 * percentile(shown, 0.99), 1000 * BAR_SECONDS)
        report.note("fact_to_screen_max_ms", 1000 * shown[-1])


def storm(site: Site, report: Report, offer: Offer) -> None:
    """The whole fleet passes the limit at once, twice told."""
    report.say(f"a storm of {STORM_FACTS} facts")
    before = site.figure("SELECT count(*) FROM alarms")
    load = _at(offer.load(STORM_RATE, STORM_FACTS / STORM_RATE), STORM_LEVEL)
    spawn(load).get(timeout=120)
    began = time.monotonic()
    settle(site)
    report.note("storm_settled_seconds_after_the_last_fact", time.monotonic() - began)
    raised = site.figure("SELECT count(*) FROM alarms") - before
    stored = "SELECT count(*) FROM readings WHERE boot = %s"
    report.note("storm_facts", site.figure(stored, load.boot))
    report.note("storm_alarms", raised)
    open_ones = site.figure("SELECT count(*) FROM alarms WHERE state = 'raised'")
    report.holds("every_device_has_its_alarm", met=open_ones == DEVICES)
    rows = "SELECT count(DISTINCT coalesce(group_id, -id)) FROM alarms WHERE state = 'raised'"
    report.below("storm_rows_on_the_rail", site.figure(rows), MOST_GROUPS + 1)


def settle(site: Site) -> None:
    """All that is committed is judged, and all that came of it is on the bus."""
    judged = "SELECT w.commit_no = m.commit_no FROM rule_watch w, commit_watermark m"
    sent = "SELECT coalesce(max(o.position), 0) <= max(h.sent) FROM outbox o, outbox_head h"
    time.sleep(1)
    until(lambda: site.figure(judged), "all facts are judged", 180)
    until(lambda: site.figure(sent), "all events are sent", 180)


def _at(load: Load, level: float) -> Load:
    (first, _), *others = QUANTITIES
    return replace(load, quantities=((first, level), *others))


def _acts(site: Site, boot: int) -> list[Act]:
    with site.connect() as connection:
        return [Act(*row) for row in connection.execute(ACTS, (boot,))]


def _heard(site: Site) -> dict[tuple[int, int], float]:
    """When the bus had the nth raising or clearing of an alarm, in Unix seconds."""
    client = redis.Redis.from_url(site.stack.environment["HENGYANG_REDIS_URL"])
    entries: Any = client.xrange("hy:alarms")
    client.close()
    found: dict[tuple[int, int], float] = {}
    counted: dict[int, int] = {}
    for identity, fields in entries:
        if b"e" not in fields:
            continue
        event = json.loads(fields[b"e"])
        if event["what"] in {"raised", "cleared"}:
            nth = counted[event["alarm"]] = counted.get(event["alarm"], 0) + 1
            found[event["alarm"], nth] = int(identity.split(b"-")[0]) / 1000
    return found


def run(folder: Path, *, seconds: float = 60) -> None:
    """Measures on servers of its own and ends the program with the report."""
    report = Report("alarm")
    if folder.exists():
        Site(folder).remove()  # of a run that was killed
    site = Site(folder)
    try:
        report.say("starting servers")
        site.up()
        register_devices(site)
        with site.connect() as connection:
            connection.execute("UPDATE rules SET enabled = false")
            connection.execute(RULE % LIMIT)
        start_others(site)
        start_gateways(site, 1)
        site.start("rules", RULES)
        heart = "SELECT (detail ->> 'in_charge')::bool FROM processes WHERE kind = 'rules'"
        until(lambda: site.figure(heart), "the watch is in charge")
        (port,) = free_ports(1)
        site.start("api", (*HENGYANG, "api", "--port", str(port)))
        until(lambda: is_ready(port), "the API is ready")
        offer = Offer(site)
        with rail(site, port) as seen:
            delays(site, report, offer, seen, seconds)
        storm(site, report, offer)
    finally:
        site.remove()
    report.end()
