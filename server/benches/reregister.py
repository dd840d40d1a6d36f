"""`hengyang bench register`: 25,000 devices known, 2,000 connected that all come back at once."""

import resource
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

from server.benches.report import Report
from server.benches.site import GATEWAY, Site, until
from simulators.fleet import describe
from simulators.run import Fleet, Options
from simulators.scenario import Group, Scenario

KNOWN, CONNECTED = 25_000, 2_000
MINUTE = 60.0
READY_BAR_SECONDS = 10.0
PATIENCE = 300.0
PREFIX = "cr"
QUICK = {"known": 3_000, "connected": 200}


class Crowd:
    """Connected devices, each with a connection of its own, among many more that are only known."""

    def __init__(self, site: Site, scenario: Scenario, credentials: Mapping[str, str]) -> None:
        _many_sockets(2 * len(credentials))
        self._site = site
        self._size = len(credentials)
        self._fleet = Fleet(scenario, site.broker, Options(credentials, site.folder / PREFIX))

    def __enter__(self) -> Self:
        self._fleet.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._fleet.stop()

    @property
    def connected(self) -> int:
        """How many have their connection."""
        return self._fleet.snapshot().connected

    def heard_since(self, moment: float) -> int:
        """How many had a message committed after a moment, in epoch seconds of our clock."""
        return int(
            self._site.figure(
                "SELECT count(DISTINCT l.device) FROM ledger l JOIN devices d ON d.id = l.device"
                " WHERE d.device_id LIKE %s AND l.last_seen > to_timestamp(%s)",
                f"{PREFIX}-%",
                moment,
            )
        )


def states(site: Site) -> dict[str, str]:
    """State of each device of the crowd's prefix, by id."""
    with site.connect() as connection:
        rows = connection.execute(
            "SELECT d.device_id, coalesce(s.state, 'unknown') FROM devices d"
            " LEFT JOIN device_status s ON s.device = d.id WHERE d.device_id LIKE %s",
            (f"{PREFIX}-%",),
        ).fetchall()
    return dict(rows)


def are_right(site: Site, present: Mapping[str, str], known: int) -> bool:
    """Whether exactly the connected devices are online and nothing is said of all others."""
    seen = states(site)
    told = Counter(seen.values()) == Counter(online=len(present), unknown=known - len(present))
    return told and all(seen[device_id] == "online" for device_id in present)


def wrong_turns(site: Site, since: float) -> dict[str, str]:
    """Devices of the crowd that were called late or away after a moment, in epoch seconds.

    All of them are there or coming back: each such word was wrong, however soon it was taken back.
    """
    with site.connect() as connection:
        rows = connection.execute(
            "SELECT payload ->> 'device_id', payload ->> 'state' FROM outbox"
            " WHERE event LIKE 'device_state.changed/%%' AND emitted_at > to_timestamp(%s)"
            " AND payload ->> 'device_id' LIKE %s"
            " AND payload ->> 'state' NOT IN ('online', 'maintenance')",
            (since, f"{PREFIX}-%"),
        ).fetchall()
    return dict(rows)


def scenario(known: int) -> Scenario:
    """All devices of the crowd, one message each in ten seconds."""
    groups = (Group("generic-manhole", known, 10.0),)
    return Scenario("crowd", "重新上线", "Back again", PREFIX, 11, groups)


def run(folder: Path, known: int = KNOWN, connected: int = CONNECTED) -> None:
    """Measures on servers of its own in `folder` and ends with one line of JSON."""
    report = Report("register")
    site = Site(folder, {})
    try:
        site.up()
        _measure(site, report, known, connected)
    finally:
        site.remove()
    report.end()


def _measure(site: Site, report: Report, known: int, connected: int) -> None:
    report.say(f"{known:,} devices are enrolled")
    began = time.monotonic()
    credentials = site.enlist(describe(scenario(known)))
    report.note("enrol_seconds", time.monotonic() - began)
    report.below("broker_knows_all_seconds", _seconds_until_known(site, credentials), 10.0)
    present = dict(list(credentials.items())[:connected])
    with Crowd(site, scenario(known), present) as crowd:
        report.say(f"{connected:,} devices connect")
        until(lambda: are_right(site, present, known), "states are right at first", PATIENCE)
        report.say("the broker is killed and starts again; all devices come back")
        began, moment = time.monotonic(), time.time()
        site.stack.kill("mosquitto")
        site.stack.start("mosquitto")
        site.await_accounts(credentials)
        ready = time.monotonic() - began
        report.below("broker_ready_seconds", ready, READY_BAR_SECONDS)
        until(lambda: crowd.connected == connected, "all are back", PATIENCE)
        report.below("all_back_seconds", time.monotonic() - began, MINUTE)
        until(lambda: crowd.heard_since(moment) == connected, "all have spoken", PATIENCE)
        until(lambda: are_right(site, present, known), "states are right again", PATIENCE)
        report.below("states_right_seconds", time.monotonic() - began, MINUTE + READY_BAR_SECONDS)
        report.below("register_ready_seconds", _seconds_until_stored(site), READY_BAR_SECONDS)
        wrong = wrong_turns(site, moment)
        report.note("wrong_states", len(wrong))
        report.holds("states_right", met=not wrong and are_right(site, present, known))


def _seconds_until_known(site: Site, credentials: Mapping[str, str]) -> float:
    """From the start of ingest until the broker lets the newest device in."""
    began = time.monotonic()
    site.start_ingest()
    site.await_accounts(credentials)
    return time.monotonic() - began


def _seconds_until_stored(site: Site) -> float:
    """From the start of a gateway, which reads the whole register, to its first new fact."""
    site.kill("gateway-1")
    stored = site.figure("SELECT sum(stored) FROM counters")
    began = time.monotonic()
    site.start("gateway-1", GATEWAY)
    until(lambda: site.figure("SELECT sum(stored) FROM counters") > stored, "a fact is stored")
    return time.monotonic() - began


def _many_sockets(wanted: int) -> None:
    """The usual soft limit of 1,024 open files is too low for a crowd."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, wanted + 1024)), hard))
