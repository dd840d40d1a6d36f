"""`hengyang bench scenarios`: the alarms of `calm` and `storm`, held against what they expect."""

import time
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from deploy.stack.ports import free_ports
from server.benches.alarm import settle
from server.benches.api import is_ready
from server.benches.report import Report
from server.benches.site import HENGYANG, RULES, Site, until
from simulators.control import ControlFailed, Order, give
from simulators.scenario import Scenario, load

DAY_HOURS = 24.0
CAMERAS = {"HENGYANG_VIDEO_CAMERA_NETWORKS": '["127.0.0.0/8"]'}  # those of the site are here
START_SECONDS = 240.0  # to register devices and to build a world
DAY_SECONDS = 1200.0  # for a day on a busy machine
AFTER_SECONDS = 150.0  # what is off line for two minutes is an alarm
QUICK = {"hours": 1.0}

# Of each alarm of a fleet its rule and the gravest that it has been.
RAISED = """
SELECT coalesce(r.origin, a.kind) AS rule,
       (SELECT c.detail ->> 'severity' FROM alarm_acts c
        WHERE c.alarm = a.id AND c.detail ? 'severity'
        ORDER BY array_position(ARRAY['red', 'orange', 'yellow', 'blue'], c.detail ->> 'severity')
        LIMIT 1) AS severity,
       a.device_id
FROM alarms a LEFT JOIN rules r ON r.id = a.rule_id
WHERE a.id > %s ORDER BY a.id
"""


class Raised(NamedTuple):
    """One alarm."""

    rule: str
    severity: str
    device_id: str


def expected(scenario: Scenario) -> Counter[tuple[str, str]]:
    """How many alarms of each rule and severity a scenario raises."""
    return Counter({(row.rule, row.severity): row.count for row in scenario.expect or ()})


def judge(report: Report, scenario: Scenario, raised: list[Raised]) -> None:
    """What is there, what is missing and what nobody expected."""
    found = Counter((alarm.rule, alarm.severity) for alarm in raised)
    wanted, name = expected(scenario), scenario.name
    report.note(f"{name}_alarms", _told(found))
    report.note(f"{name}_missing", _told(wanted - found))
    report.note(f"{name}_extra", _told(found - wanted))
    for rule, severity in found - wanted:
        who = [alarm.device_id for alarm in raised if alarm[:2] == (rule, severity)]
        report.say(f"not expected: {rule} {severity} of {', '.join(who[:20])}")
    report.holds(f"{name}_raises_what_it_should_and_none_else", met=found == wanted)


def _told(counts: Counter[tuple[str, str]]) -> dict[str, int]:
    return {f"{rule} {severity}": count for (rule, severity), count in sorted(counts.items())}


class Run:
    """A scenario at work on a site, and the alarms since it began."""

    def __init__(self, site: Site, name: str, *words: str) -> None:
        self.site, self.name = site, name
        self._last = site.figure("SELECT coalesce(max(id), 0) FROM alarms")
        site.start(name, (*HENGYANG, "simulate", name, *words))
        until(self._is_there, f"{name} is at work", START_SECONDS)

    def look(self) -> dict[str, Any]:
        """The figures of the fleet; empty while it does not answer."""
        socket = self.site.folder / "simulators" / self.name / "control.sock"
        try:
            return give(socket, Order(do="look")).snapshot
        except ControlFailed:
            return {}

    def raised(self) -> list[Raised]:
        """All alarms of it so far."""
        with self.site.connect() as connection:
            return [Raised(*row) for row in connection.execute(RAISED, (self._last,))]

    def end(self) -> None:
        self.site.stop(self.name)

    def _is_there(self) -> bool:
        if not self.site.runs(self.name):
            raise AssertionError(f"{self.name} has ended:\n{self.site.tail(self.name)}")
        looked = self.look()
        return bool(looked) and looked["connected"] == looked["devices"]


def calm(site: Site, report: Report, hours: float) -> None:
    """A simulated day up to the present, and a little more in which somebody may be missed."""
    report.say(f"calm: {hours:g} hours")
    began = time.monotonic()
    run = Run(site, "calm", "--history-hours", str(hours))
    until(lambda: not run.look().get("catching_up", True), "the day is over", DAY_SECONDS)
    report.note("calm_seconds_of_the_day", time.monotonic() - began)
    time.sleep(AFTER_SECONDS)
    settle(site)
    report.note("calm_messages", run.look()["figures"]["delivered"])
    report.note("calm_hours_judged", site.figure(
        "SELECT extract(epoch FROM max(time) - min(time))::float8 / 3600 FROM readings"
    ))  # fmt: skip
    judge(report, load("calm"), run.raised())
    run.end()


def storm(site: Site, report: Report) -> None:
    """All its events, and until their last facts are judged."""
    scenario = load("storm")
    report.say(f"storm: {scenario.ends_after_seconds:g} seconds")
    run = Run(site, "storm")
    seen: list[str] = []
    deadline = time.monotonic() + scenario.ends_after_seconds
    while time.monotonic() < deadline:
        time.sleep(10)
        for event in run.look().get("events", ()):
            if event["title_en"] not in seen:
                seen.append(event["title_en"])
                report.say(f"storm: {event['title_en']}")
    report.holds("storm_events_seen", met=len(seen) == len(scenario.events))
    settle(site)
    report.note("storm_messages", run.look()["figures"]["delivered"])
    judge(report, scenario, run.raised())
    run.end()


def run(folder: Path, *, hours: float = DAY_HOURS) -> None:
    """Measures on servers of its own and ends the program with the report."""
    report = Report("scenarios")
    if folder.exists():
        Site(folder).remove()  # of a run that was killed
    (port,) = free_ports(1)
    site = Site(folder, CAMERAS | {"HENGYANG_API_PORT": str(port)})
    try:
        report.say("starting servers")
        site.up()
        site.start_ingest()
        site.start("worker", (*HENGYANG, "worker"))
        site.start("rules", RULES)
        site.start("video", (*HENGYANG, "video"))
        site.start("api", (*HENGYANG, "api"))  # takes the pictures of the sites
        until(lambda: is_ready(port), "the API is ready", START_SECONDS)
        calm(site, report, hours)
        # Devices that are gone are off line: that is no alarm of the storm.
        with site.connect() as connection:
            connection.execute("UPDATE devices SET enabled = false")
        storm(site, report)
    finally:
        site.remove()
    report.end()
