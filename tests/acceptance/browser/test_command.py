"""The command screen before a whole system: an alarm from a device's word to its time line."""

import json
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect

from ingest import wire
from server.benches.site import HENGYANG, Site, until
from simulators.spec import DeviceSpec
from tests.acceptance.browser.conftest import log_in
from tests.acceptance.conftest import Api, enlisted
from tests.acceptance.mouths import mouth

As = Callable[[str, str], Page]

DEVICE = "cmd-level-0001"
DISTRICT, OTHER_DISTRICT = "430408", "430407"
PLACE = (112.5676, 26.8997)
WARDEN_OF_ANOTHER = "shigu"
FITS = """() => {
    const page = document.scrollingElement
    return page.scrollHeight <= innerHeight && page.scrollWidth <= innerWidth
}"""
AXE = Path(__file__).parents[3] / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULE = {
    "name": "试验水位超限",
    "condition": {
        "source": "threshold",
        "quantity": "water_level",
        "op": ">=",
        "steps": [{"limit": 0.9, "clear": 0.7, "severity": "orange"}],
    },
    "target": {"devices": [DEVICE]},
    "title_zh": "{name}水位{value}{unit}，超过{limit}{unit}",
    "title_en": "Water level at {name} {value} {unit}, beyond {limit} {unit}",
}


@pytest.fixture(scope="module")
def watched(site: Site, api: Api) -> Iterator[str]:
    """A sensor that a rule watches, and the processes that judge and carry events on."""
    spec = DeviceSpec(
        DEVICE, "sensor", "generic-water-level", "蒸水河试验水位站", DISTRICT,
        *PLACE, ("water_level",), 5.0, 5.0,
    )  # fmt: skip
    enlisted(site, [spec])
    answer = api._client.post("/api/v1/rules", json=RULE, headers={"Idempotency-Key": "cmd-rule-1"})
    assert answer.status_code == 201, answer.text
    site.start("worker", (*HENGYANG, "worker"))
    site.start("rules", (*HENGYANG, "rules"))
    until(lambda: "rules_loaded" in site.tail("rules"), "the rules are in charge", 240)
    yield DEVICE
    site.stop("rules")
    site.stop("worker")


@pytest.fixture(scope="module")
def neighbour(site: Site, api: Api, passwords: dict[str, str]) -> str:
    """The operator of another district."""
    passwords[WARDEN_OF_ANOTHER] = "Another-Long-Password-9"
    new = {
        "username": WARDEN_OF_ANOTHER,
        "display_name": "石鼓值班员",
        "password": passwords[WARDEN_OF_ANOTHER],
    }
    made = api._client.post("/api/v1/users", json=new, headers={"Idempotency-Key": "cmd-user-1"})
    made.raise_for_status()
    with site.connect() as owner:
        owner.execute(
            "WITH one AS (UPDATE users SET divisions = %s, must_change_password = false"
            " WHERE username = %s RETURNING id)"
            " INSERT INTO user_roles (user_id, role, duty)"
            " SELECT one.id, r.key, r.duty FROM one, roles r WHERE r.key = 'operator'",
            ([OTHER_DISTRICT], WARDEN_OF_ANOTHER),
        )
    return WARDEN_OF_ANOTHER


class Level:
    """What the sensor says, each time with the next number."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._boot = int(time.time())
        self._seq = -1

    def say(self, metres: float) -> None:
        self._seq += 1
        said = {
            "boot": self._boot,
            "seq": self._seq,
            "time": datetime.now(UTC).isoformat(),
            "readings": {"water_level": metres},
        }
        account = self._site.load_account
        with mouth(account, account.username or "", account.password or "") as load:
            load.say(wire.topic("sensor", DEVICE, "readings"), json.dumps(said).encode())


@pytest.fixture(scope="module")
def level(site: Site, watched: str) -> Level:
    return Level(site)


def cards(page: Page) -> Locator:
    return page.locator(".rail .card")


def alarms_of(api: Api, device: str) -> list[dict[str, Any]]:
    return list(api.get(f"/api/v1/alarms?device={device}").json()["items"])


def painted(page: Page, selector: str, property_: str, token: str) -> bool:
    """Whether the first such thing has the colour of the token."""
    script = """([selector, property, token]) => {
        const probe = document.body.appendChild(document.createElement('i'))
        probe.style.color = `var(${token})`
        const wanted = getComputedStyle(probe).color
        probe.remove()
        return getComputedStyle(document.querySelector(selector))[property] === wanted
    }"""
    return bool(page.evaluate(script, [selector, property_, token]))


def test_who_may_not_see_the_map_is_not_led_to_it(as_user: As, base: str) -> None:
    page = as_user("auditor", "/")
    expect(page).not_to_have_url(re.compile("/command"))
    page.goto(f"{base}/command")
    expect(page.locator("main")).to_contain_text("没有权限")


def test_an_operator_begins_at_the_command_screen_which_does_not_scroll(as_user: As) -> None:
    page = as_user("operator", "/")
    expect(page).to_have_url(re.compile(r"/command"))
    expect(page.locator(".city-map canvas").first).to_be_visible()
    for width, height in ((1366, 768), (1920, 1080)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(300)
        assert page.evaluate(FITS), (width, height)


def test_tiles_that_do_not_come_are_told_and_asked_for_again(as_user: As) -> None:
    page = as_user("operator", "/command")

    def away(route: Route) -> None:
        route.fulfill(status=503, body="{}", content_type="application/problem+json")

    page.route("**/gis/tiles/**", away)
    page.reload()
    notice = page.get_by_role("status").filter(has_text="未能取得")
    expect(notice).to_be_visible()
    with page.expect_request("**/gis/tiles/**"):
        notice.get_by_role("button", name="重试").click()
    expect(notice).to_be_visible()
    page.unroute("**/gis/tiles/**")
    # Nobody presses a button before a wall.
    expect(notice).to_be_hidden(timeout=60_000)


def of_the_station(page: Page) -> Locator:
    return cards(page).filter(has_text="蒸水河试验水位站")


def on_the_screen(page: Page, base: str, user: str, password: str) -> Page:
    """Another person's command screen, with its feed up."""
    page.goto(f"{base}/command")
    log_in(page, user, password)
    expect(page.locator(".strip .lamp")).to_have_text("实时")
    return page


def located_and_acknowledged(page: Page, card: Locator) -> None:
    """One click flies to the place; a key and a word acknowledge."""
    card.locator(".main").click()
    expect(page).to_have_url(re.compile(r"at=112\.56\d*(%2C|,)26\.89\d*(%2C|,)1[67]"))
    page.keyboard.press("a")
    page.keyboard.type("已派人现场查看")
    page.keyboard.press("Enter")
    expect(card).to_contain_text("已确认")


def test_an_alarm_from_the_sensors_word_to_the_time_line(
    level: Level,
    api: Api,
    as_user: As,
    neighbour: str,
    browser: Browser,
    base: str,
    passwords: dict[str, str],
) -> None:
    page = as_user("operator", "/command")
    expect(page.locator(".strip .lamp")).to_have_text("实时")
    expect(of_the_station(page)).to_have_count(0)
    elsewhere = browser.new_context()
    other = on_the_screen(elsewhere.new_page(), base, neighbour, passwords[neighbour])

    level.say(0.42)
    level.say(1.08)
    card = of_the_station(page)
    expect(card).to_have_count(1)
    expect(card).to_contain_text("橙")
    assert painted(page, ".card.orange", "borderLeftColor", "--hy-orange")
    expect(page.get_by_role("alert").filter(has_text="新告警")).to_contain_text("橙")
    located_and_acknowledged(page, card)

    level.say(0.51)
    expect(card).to_have_count(0)
    [alarm] = alarms_of(api, DEVICE)
    assert (alarm["state"], alarm["severity"]) == ("closed", "orange")
    page.goto(f"{base}/alarms/{alarm['id']}")
    expect(page.locator("main")).to_contain_text("已派人现场查看")

    # It never was on the other district's screen, and is not to be had there.
    expect(of_the_station(other)).to_have_count(0)
    other.goto(f"{base}/alarms/{alarm['id']}")
    expect(other.locator("main")).not_to_contain_text("已派人现场查看")
    elsewhere.close()


def test_an_auditor_reads_the_time_line(level: Level, api: Api, as_user: As) -> None:
    [alarm] = alarms_of(api, DEVICE)
    page = as_user("auditor", f"/alarms/{alarm['id']}")
    expect(page.locator("main")).to_contain_text("已派人现场查看")


def test_a_lost_line_makes_the_screen_grey_and_says_so(
    as_user: As, context: BrowserContext
) -> None:
    page = as_user("operator", "/command")
    expect(page.locator(".strip .lamp")).to_have_text("实时")
    context.set_offline(True)
    expect(page.locator(".strip.hy-stale")).to_be_visible(timeout=60_000)
    expect(page.locator(".strip .lamp")).not_to_have_text("实时")
    context.set_offline(False)
    expect(page.locator(".strip .lamp")).to_have_text("实时", timeout=60_000)


def test_words_find_a_device_and_open_it(watched: str, as_user: As) -> None:
    page = as_user("operator", "/command")
    page.keyboard.press("/")
    page.keyboard.type(DEVICE)
    option = page.get_by_role("option").filter(has_text="蒸水河试验水位站")
    expect(option).to_be_visible()
    page.keyboard.press("Enter")
    panel = page.locator("aside.over")
    expect(panel).to_contain_text("蒸水河试验水位站")
    expect(panel.locator("section[aria-label='最近报文']")).to_be_visible()
    expect(page).to_have_url(re.compile(f"device={DEVICE}"))
    page.reload()
    expect(panel).to_contain_text("蒸水河试验水位站")
    page.locator("body").press("Escape")
    expect(panel).to_be_hidden()


def test_a_layer_that_is_off_stays_off_after_a_reload(as_user: As) -> None:
    page = as_user("operator", "/command")
    page.get_by_role("button", name="图层与图例").click()  # folded where there is little room
    page.locator(".control").get_by_text("城市部件").click()
    expect(page).to_have_url(re.compile("off=components"))
    page.reload()
    box = page.get_by_role("checkbox", name="城市部件")
    expect(box).not_to_be_checked()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_checker_of_accessibility_finds_nothing_serious(
    language: str, watched: str, as_user: As
) -> None:
    page = as_user("operator", f"/command?device={DEVICE}")
    if language == "en":
        page.get_by_role("button", name="English").click()
    expect(page.locator("aside.over .panel").first).to_be_visible()
    page.evaluate(AXE.read_text())
    found = page.evaluate("async () => (await axe.run(document)).violations")
    serious = [
        (one["id"], [node["html"][:160] for node in one["nodes"]])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
    assert serious == []
