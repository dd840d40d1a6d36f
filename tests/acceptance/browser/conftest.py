"""Debian's Chromium before the built pages, served by the API of a whole system."""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from ingest import wire
from server.benches.site import Site, until
from tests.acceptance.conftest import Api, enlisted, specs_of
from tests.acceptance.mouths import mouth

DEVICE = "web-manhole-0001"
# Maps need WebGL: the processor draws it.
FLAGS = (
    "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
    "--disable-background-networking",
)  # fmt: skip
DESK = (1366, 768)
ADDRESSES = ("/system", "/devices", "/system/dead-letters", "/system/gaps")

expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests; each has a context of its own."""
    program = shutil.which("chromium")
    assert program, "Debian's package chromium is missing; deploy/setup.sh test installs it"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def base(api: Api) -> str:
    """Where the pages are."""
    return str(api._client.base_url).rstrip("/")


@pytest.fixture(scope="session")
def passwords(site: Site, api: Api) -> dict[str, str]:
    """By user name."""
    found: dict[str, str] = json.loads((site.folder / "credentials.json").read_text())
    return found


@pytest.fixture(scope="session")
def told(site: Site, api: Api) -> str:
    """A device that has said three things, one of them twice, and one that nobody understands."""
    enlisted(site, specs_of("web", manhole=2))
    account, topic = site.load_account, wire.topic("sensor", DEVICE, "readings")
    boot = int(time.time())
    with mouth(account, account.username or "", account.password or "") as load:
        for seq in (0, 1, 2, 2):
            load.say(topic, _reading(boot, seq))
        load.say(topic, "{井盖".encode())
    until(lambda: api.get(f"/api/v1/devices/{DEVICE}/latest").json()["values"], "it is stored")
    until(lambda: api.get(f"/api/v1/dead-letters?device_id={DEVICE}").json()["items"], "a letter")
    return DEVICE


def _reading(boot: int, seq: int) -> bytes:
    # The same number is said twice with the same words: a duplicate, not a conflict.
    time_of_day = datetime.fromtimestamp(boot + seq - 3, UTC).isoformat()
    readings = {"battery_voltage": 3.6 + seq / 100}
    return json.dumps(
        {"boot": boot, "seq": seq, "time": time_of_day, "readings": readings}
    ).encode()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser in another zone than the city: its times must be the city's all the same."""
    width, height = DESK
    made = browser.new_context(
        viewport={"width": width, "height": height}, timezone_id="America/New_York"
    )
    made.set_default_timeout(30_000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def as_user(page: Page, base: str, passwords: dict[str, str]) -> Callable[[str, str], Page]:
    """Logs in on the way to an address: `as_user("sysadmin", "/devices")`."""

    def enter(user: str, address: str) -> Page:
        page.goto(base + address)
        log_in(page, user, passwords[user])
        expect(page.locator("nav.rail")).to_be_visible()
        return page

    return enter


def log_in(page: Page, user: str, password: str) -> None:
    page.locator("#username").fill(user)
    page.locator("#password").fill(password)
    page.keyboard.press("Enter")
