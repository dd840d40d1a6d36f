"""Whole systems for acceptance tests: real servers and processes, shared where faults allow."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.stack import LocalStack
from server.benches.loaded import QUICK
from server.benches.site import Site, until
from simulators.fleet import describe
from simulators.scenario import Group, Scenario
from simulators.spec import DeviceSpec

GATEWAYS = 2


@contextmanager
def fresh_site(stack: Callable[[Path], LocalStack] | None = None) -> Iterator[Site]:
    """Servers of their own, nothing in them and nothing beside them; afterwards nothing is left."""
    folder = Path(tempfile.mkdtemp(prefix="hengyang-acceptance-"))
    site = Site(folder, QUICK, test=True, stack=stack(folder) if stack else None)
    try:
        yield site
    finally:
        site.down()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """A whole system: servers, two gateways and the warden. A test leaves all of it running."""
    with fresh_site() as made:
        made.up()
        made.start_ingest(GATEWAYS)
        working = "SELECT count(*) FROM gateways"
        until(lambda: made.figure(working) == GATEWAYS, "all gateways are at work")
        yield made


def specs_of(prefix: str, every: float = 5.0, **counts: int) -> list[DeviceSpec]:
    """Rows of devices: `specs_of("bad", manhole=2)` gives bad-manhole-0001 and -0002."""
    return describe(scenario_of(prefix, every, **counts))


def scenario_of(prefix: str, every: float = 5.0, **counts: int) -> Scenario:
    """Devices of some models that report so often."""
    groups = tuple(Group(f"generic-{model}", count, every) for model, count in counts.items())
    return Scenario("test", "试验", "Test", prefix, 11, groups)


def enlisted(site: Site, specs: list[DeviceSpec]) -> Mapping[str, str]:
    """Credentials of registered devices whom the broker knows."""
    credentials = site.enlist(specs)
    site.await_accounts(credentials)
    return credentials
