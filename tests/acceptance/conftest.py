"""Whole systems for acceptance tests: real servers and processes, shared where faults allow."""

import json
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from deploy.stack import LocalStack
from deploy.stack.ports import free_ports
from server.benches.loaded import QUICK
from server.benches.site import HENGYANG, InVain, Site, until
from simulators.fleet import describe
from simulators.scenario import Group, Scenario
from simulators.spec import DeviceSpec

GATEWAYS = 2
CAMERAS = {"HENGYANG_VIDEO_CAMERA_NETWORKS": '["127.0.0.0/8"]'}  # those of tests are here
API_SECONDS = 240.0  # its imports alone take a minute beside other work on two cores


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Function,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What the programs of the site said last stands beside a failure: their logs go with it."""
    report = yield
    site = item.funcargs.get("site")
    if report.failed and isinstance(site, Site):
        for file in sorted((site.folder / "log").glob("*.log")):
            report.sections.append((f"log of {file.stem}", site.tail(file.stem)))
    return report


@contextmanager
def fresh_site(stack: Callable[[Path], LocalStack] | None = None) -> Iterator[Site]:
    """Servers of their own, nothing in them and nothing beside them; afterwards nothing is left."""
    folder = Path(tempfile.mkdtemp(prefix="hengyang-acceptance-"))
    site = Site(folder, QUICK | CAMERAS, test=True, stack=stack(folder) if stack else None)
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


class Api:
    """The HTTP server of a site, as a user who is logged in sees it."""

    def __init__(self, site: Site) -> None:
        [port] = free_ports(1)
        site.start("api", (*HENGYANG, "api", "--port", str(port)))
        self._client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30)
        self._site = site

    def log_in(self) -> None:
        """Waits until it serves and signs in as the system's administrator."""
        try:
            until(self._is_ready, "the API is ready", API_SECONDS)
        except InVain as error:
            raise InVain(f"{error}; it said:\n{self._site.tail('api')}") from error
        passwords = json.loads((self._site.folder / "credentials.json").read_text())
        form = {"username": "sysadmin", "password": passwords["sysadmin"]}
        answer = self._client.post("/api/v1/auth/token", data=form).raise_for_status()
        self._client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def get(self, path: str) -> httpx.Response:
        """An answer that must be a good one."""
        return self._client.get(path).raise_for_status()

    def metrics(self) -> dict[str, float]:
        """Every sample of /metrics, by its name with its labels."""
        lines = self.get("/metrics").text.splitlines()
        pairs = (line.rpartition(" ") for line in lines if not line.startswith("#"))
        return {name: float(value) for name, _, value in pairs}

    def close(self) -> None:
        self._client.close()

    def _is_ready(self) -> bool:
        try:
            return self._client.get("/readyz").status_code == 200
        except httpx.TransportError:
            return False


@pytest.fixture(scope="session")
def api(site: Site) -> Iterator[Api]:
    """The HTTP server beside the whole system."""
    made = Api(site)
    try:
        made.log_in()
        yield made
    finally:
        made.close()
        site.stop("api")
