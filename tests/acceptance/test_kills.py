"""Whatever is killed under load, every message is stored exactly once afterwards."""

import random
import signal
import time
from collections.abc import Iterator

import psutil
import pytest

from server.benches import scoring
from server.benches.loaded import Loaded, mixed
from server.benches.site import GATEWAY, WARDEN, Site, until
from tests.acceptance.conftest import Api

AWAY_SECONDS = 60.0  # of PostgreSQL, in the longest absence
MOST_GROWTH_BYTES = 64 << 20
chance = random.Random(20261122)


@pytest.fixture(scope="module")
def loaded(site: Site) -> Iterator[Loaded]:
    """Sixty sensors, vehicles and e-police under way."""
    with Loaded(site, mixed(sensors=60)) as fleet:
        until(lambda: stored(site) > 100, "the first messages are stored")
        yield fleet


@pytest.fixture
def load(loaded: Loaded) -> Loaded:
    """The fleet publishes; nothing has ended by itself."""
    assert [
        name for name in ("gateway-1", "gateway-2", "warden") if not loaded.site.runs(name)
    ] == []
    loaded.fleet.resume()
    goes_on(loaded)
    return loaded


def stored(site: Site) -> int:
    return int(site.figure("SELECT coalesce(sum(stored), 0) FROM counters"))


def goes_on(load: Loaded, messages: int = 300) -> None:
    """A while, measured in messages and not in seconds."""
    made = load.made
    until(lambda: load.made >= made + messages, f"{messages} more messages are made")


def at_some_moment(load: Loaded) -> None:
    """Somewhere inside the work: batches, acknowledgements and deliveries are under way."""
    goes_on(load, 100)
    time.sleep(chance.uniform(0.0, 0.3))  # no verdict: only where the blow falls


def test_nothing_is_lost_or_double_when_gateways_are_killed_in_turn(load: Loaded) -> None:
    for name in ("gateway-1", "gateway-2", "gateway-1"):
        at_some_moment(load)
        load.site.kill(name)
        goes_on(load, 100)
        load.site.start(name, GATEWAY)
    told = load.settle()
    assert len(told.made) > 500


def test_nothing_is_lost_or_double_when_all_gateways_are_killed_at_once(load: Loaded) -> None:
    at_some_moment(load)
    for name in ("gateway-1", "gateway-2"):
        load.site.signal(name, signal.SIGKILL)
    for name in ("gateway-1", "gateway-2"):
        load.site.kill(name)
    goes_on(load, 600)
    load.site.start("gateway-1", GATEWAY)
    load.site.start("gateway-2", GATEWAY)
    load.settle()


def test_what_a_killed_broker_forgot_is_sent_again(load: Loaded) -> None:
    at_some_moment(load)
    load.site.stack.kill("mosquitto")
    load.site.stack.start("mosquitto")
    goes_on(load)
    load.settle()


@pytest.mark.parametrize("saved", [True, False], ids=["since its save", "with all sessions"])
def test_what_a_killed_broker_forgot_at_the_very_end_is_reported_and_sent_again(
    saved: bool, load: Loaded
) -> None:
    """Nothing comes after the loss that would show a hole: only a report of devices can tell."""
    site = load.site
    load.settle()
    load.fleet.resume()
    for name in ("gateway-1", "gateway-2"):
        site.kill(name)  # so that all of it lies in the broker's memory
    goes_on(load)
    load.fleet.pause()
    until(lambda: load.fleet.snapshot().backlog == 0, "the broker acknowledged everything")
    site.stack.kill("mosquitto")
    assert load.score()[1] != []
    if not saved:
        (site.stack.dir / "mosquitto/mosquitto.db").unlink(missing_ok=True)
    moment = site.figure("SELECT now()")
    for name in ("gateway-1", "gateway-2"):
        site.start(name, GATEWAY)
    held = "SELECT count(*) FROM gateways WHERE held_at > %s"
    until(lambda: site.figure(held, moment) == 2, "both gateways wait for the broker")
    site.stack.start("mosquitto")  # devices come back later than we do
    load.settle()
    assert site.figure("SELECT count(*) FROM gaps WHERE state = 'healed'") > 0


def test_ingest_goes_on_without_redis(load: Loaded) -> None:
    at_some_moment(load)
    load.site.stack.kill("redis")
    before = stored(load.site)
    until(lambda: stored(load.site) > before + 300, "messages are stored without Redis")
    load.site.stack.start("redis")
    goes_on(load)
    load.settle()


def test_nothing_is_lost_or_double_when_the_database_is_killed(load: Loaded) -> None:
    for _ in range(2):
        at_some_moment(load)
        load.site.stack.kill("postgres")
        load.site.stack.start("postgres")
    goes_on(load)
    load.settle()


def test_messages_wait_at_the_broker_while_the_database_is_away(load: Loaded) -> None:
    site = load.site
    at_some_moment(load)
    sizes = {name: anonymous(site, name) for name in ("gateway-1", "gateway-2", "warden")}
    site.stack.kill("postgres")
    delivered = load.delivered
    away = time.monotonic() + AWAY_SECONDS
    until(lambda: time.monotonic() > away, "the database was away long enough")
    assert load.delivered > delivered + 1000, "the broker went on taking messages"
    for name, size in sizes.items():
        assert site.runs(name)
        assert anonymous(site, name) - size < MOST_GROWTH_BYTES
    site.stack.start("postgres")
    load.settle()
    assert all(site.runs(name) for name in sizes), "an absence of the database ends nobody"


def anonymous(site: Site, name: str) -> int:
    """Bytes of memory that are the process's alone."""
    return int(psutil.Process(site.pid(name)).memory_full_info().uss)


def test_the_share_of_a_gateway_that_ended_for_good_is_stored_by_the_other(load: Loaded) -> None:
    at_some_moment(load)
    assert load.site.stop("gateway-2") == 0
    goes_on(load, 600)
    load.settle(60)
    load.fleet.resume()
    goes_on(load, 600)
    load.settle(60)
    load.site.start("gateway-2", GATEWAY)


def test_another_warden_takes_over_when_one_is_killed(load: Loaded) -> None:
    load.site.start("warden-2", WARDEN)
    load.site.kill("warden")
    load.site.stack.kill("mosquitto")
    load.site.stack.start("mosquitto")
    goes_on(load)
    load.settle()
    load.site.stop("warden-2")
    load.site.start("warden", WARDEN)


def test_the_api_tells_the_same_figures_as_the_rows(load: Loaded, api: Api) -> None:
    at_some_moment(load)
    load.site.kill("gateway-1")
    load.site.start("gateway-1", GATEWAY)
    load.settle()
    with load.site.connect() as connection:
        store = scoring.read(connection)
    ledger = api.get("/api/v1/system/overview").json()["ledger"]
    assert {name: ledger[name] for name in scoring.COUNTS} == store.counters
    assert ledger["stored"] == store.facts.total()
    assert ledger["dead_letters"] == store.buried.total()
    assert ledger["gaps"] == {"open": 0, "healed": store.gaps.get("healed", 0), "lost": 0}
    shown = api.metrics()
    for outcome, count in (("stored", "stored"), ("duplicate", "duplicates")):
        name = f'hengyang_messages_total{{outcome="{outcome}"}}'
        assert shown[name] == store.counters[count]
    assert shown['hengyang_messages_total{outcome="dead_letter"}'] == store.buried.total()
    for state in ("open", "healed", "lost"):
        assert shown[f'hengyang_gaps_total{{state="{state}"}}'] == ledger["gaps"][state]
