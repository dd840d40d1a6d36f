"""What every page stands on: sessions that outlive faults, honest ages, ways back, big targets."""

import re
import time
from collections.abc import Callable, Iterator

import pyotp
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from ingest import wire
from server.benches.site import Site, until
from tests.acceptance.browser.conftest import ADDRESSES, log_in
from tests.acceptance.conftest import Api, enlisted, specs_of
from tests.acceptance.mouths import mouth

As = Callable[[str, str], Page]

API = "**/api/**"
TOUCH = 48  # px on a phone
CONTROLS = (
    "button, .el-input__wrapper, .el-select__wrapper, .el-radio-button__inner, .el-checkbox, "
    ".place, .back"
)


def gone(route: Route) -> None:
    route.abort()


def starting(route: Route) -> None:
    route.fulfill(status=502, body="<html>Bad Gateway</html>", content_type="text/html")


def busy(route: Route) -> None:
    route.fulfill(status=429, body="{}", headers={"Retry-After": "1"})


def wears(page: Page, selector: str, token: str) -> bool:
    """Whether the first such thing has exactly the colour of the token."""
    script = """([selector, token]) => {
        const probe = document.body.appendChild(document.createElement('i'))
        probe.style.color = `var(${token})`
        const wanted = getComputedStyle(probe).color
        probe.remove()
        return getComputedStyle(document.querySelector(selector)).color === wanted
    }"""
    return bool(page.evaluate(script, [selector, token]))


@pytest.mark.parametrize("address", ["/", "/nothing"])
def test_who_asks_for_no_page_in_particular_gets_the_first_of_the_role(
    as_user: As, address: str
) -> None:
    page = as_user("operator", address)
    expect(page).to_have_url(re.compile(r"/command"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.parametrize("fault", [gone, starting, busy])
def test_a_reload_while_the_server_is_away_keeps_the_session_and_the_page(
    fault: Callable[[Route], None], told: str, as_user: As, base: str
) -> None:
    address = f"/devices?q={told}"
    page = as_user("operator", address)
    page.route(API, fault)
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("暂时无法打开页面")
    assert page.url == base + address
    page.unroute(API)
    expect(page.locator("main tbody tr")).to_have_count(1)
    assert page.url == base + address


def test_only_a_refused_session_leads_to_the_log_in(as_user: As) -> None:
    page = as_user("operator", "/devices")
    refusal = '{"code": "session_ended", "detail": "This session has ended: log in again."}'
    page.route(API, lambda route: route.fulfill(status=401, body=refusal))
    page.reload()
    expect(page).to_have_url(re.compile(r"/login\?next=/devices&reason=expired$"))


def test_the_log_in_page_sends_on_who_is_logged_in(as_user: As, base: str) -> None:
    page = as_user("operator", "/devices")
    page.goto(f"{base}/login?next=/devices?kind=sensor")
    expect(page).to_have_url(re.compile(r"/devices\?kind=sensor$"))


def test_what_is_asked_by_the_clock_is_no_use_of_the_session(as_user: As) -> None:
    page = as_user("sysadmin", "/system")
    for _ in range(2):
        with page.expect_request("**/system/overview") as asked:
            pass
        assert asked.value.headers.get("x-background") == "1"


def test_what_is_old_wears_no_colour(told: str, as_user: As, context: BrowserContext) -> None:
    page = as_user("sysadmin", "/system")
    expect(page.locator(".verdict.good")).to_be_visible()
    assert wears(page, ".verdict .el-icon", "--hy-green")
    context.set_offline(True)
    expect(page.locator(".verdict.old")).to_contain_text(re.compile(r"账平 · \d+ 秒前"))
    for thing in (".verdict .el-icon", ".equation .figure", ".freshness .el-icon"):
        assert wears(page, thing, "--hy-stale"), thing


def test_a_server_without_its_database_is_no_lost_line(as_user: As) -> None:
    page = as_user("sysadmin", "/system")
    expect(page.locator(".verdict")).to_be_visible()
    page.route(
        API,
        lambda route: route.fulfill(
            status=503,
            body='{"code": "unavailable", "status": 503, "detail": "away"}',
            content_type="application/problem+json",
        ),
    )
    expect(page.locator(".lamp")).to_have_text("数据库不可用")
    expect(page.locator(".fault")).to_contain_text("服务器有应答")
    page.unroute(API)
    expect(page.locator(".lamp")).to_have_text("已连接")


def test_a_chart_outlives_a_lost_line_and_tells_its_age(
    told: str, as_user: As, context: BrowserContext
) -> None:
    page = as_user("analyst", f"/devices/{told}?quantity=battery_voltage&window=1h&bucket=raw")
    series = page.locator("section", has=page.locator("canvas"))
    expect(series).to_contain_text("实时")
    context.set_offline(True)
    expect(series).to_contain_text("数据已陈旧", timeout=60_000)
    expect(page.locator("canvas")).to_be_visible()


@pytest.fixture
def plain_again(site: Site, api: Api) -> Iterator[str]:
    """A user whose second factor is taken away again, so that others log in as before."""
    yield "department"
    with site.connect() as owner:
        owner.execute(
            "UPDATE users SET totp_secret = NULL, totp_confirmed = false WHERE username = %s",
            ("department",),
        )


def code_of(dialog_text: str, moment: float) -> str:
    found = re.search(r"\b[A-Z2-7]{32}\b", dialog_text)
    assert found, dialog_text
    return pyotp.TOTP(found[0]).at(int(moment))


def test_a_person_moves_to_another_authenticator(
    plain_again: str, as_user: As, passwords: dict[str, str]
) -> None:
    page = as_user(plain_again, "/devices")
    dialog = page.get_by_role("dialog")

    def open_dialog() -> None:
        page.get_by_role("button", name="用户菜单").click()
        page.get_by_role("menuitem", name="动态验证码").click()

    def enrol(moment: float) -> None:
        expect(dialog.locator("code")).to_be_visible()
        dialog.locator("#totp-code").fill(code_of(dialog.inner_text(), moment))
        dialog.get_by_role("button", name="启用").click()
        expect(dialog).to_be_hidden()

    open_dialog()
    dialog.locator("#totp-password").fill(passwords[plain_again])
    dialog.get_by_role("button", name="下一步").click()
    expect(dialog.locator("code")).to_be_visible()
    dialog.locator("#totp-code").fill("000000")
    dialog.get_by_role("button", name="启用").click()
    expect(dialog.get_by_role("alert")).to_contain_text("验证码不正确")
    # No two codes of one half minute are taken from one person: the second is the one to come.
    enrol(time.time())
    open_dialog()
    dialog.locator("#totp-password").fill("not the password")
    dialog.get_by_role("button", name="换一个验证器").click()
    expect(dialog.get_by_role("alert")).to_contain_text("当前密码不正确")
    dialog.locator("#totp-password").fill(passwords[plain_again])
    dialog.get_by_role("button", name="换一个验证器").click()
    enrol(time.time() + 30)


def test_a_weak_password_is_told_in_the_readers_language(
    as_user: As, passwords: dict[str, str]
) -> None:
    page = as_user("commander", "/devices")
    page.get_by_role("button", name="用户菜单").click()
    page.get_by_role("menuitem", name="修改密码").click()
    expect(page.locator(".rules").first).to_contain_text("至少 12 个字符")

    def choose(password: str) -> None:
        page.locator("#current").fill(passwords["commander"])
        page.locator("#wanted").fill(password)
        page.locator("#again").fill(password)
        page.get_by_role("button", name="保存新密码").click()

    choose("Sh0rt!")
    expect(page.get_by_role("alert")).to_contain_text("至少需要 12 个字符")
    choose(passwords["commander"])
    expect(page.get_by_role("alert")).to_contain_text("最近用过")
    choose("Another-Long-Password-7")
    expect(page).to_have_url(re.compile(r"/devices$"))
    passwords["commander"] = "Another-Long-Password-7"


@pytest.fixture(scope="session")
def many(site: Site, api: Api) -> str:
    """Words that find more devices than one page shows."""
    enlisted(site, specs_of("many", manhole=60))
    return "many-manhole"


def test_pages_lead_back_after_a_reload(many: str, as_user: As) -> None:
    page = as_user("operator", f"/devices?q={many}")
    rows = page.locator("main tbody tr")
    expect(rows).to_have_count(50)
    first = rows.first.inner_text()
    page.get_by_role("button", name="下一页").click()
    expect(rows).to_have_count(10)
    page.reload()
    page.get_by_role("button", name="上一页").click()
    expect(rows).to_have_count(50)
    assert rows.first.inner_text() == first
    expect(page.get_by_role("button", name="上一页")).to_be_disabled()


def test_one_comes_back_to_the_row_one_left(many: str, as_user: As) -> None:
    page = as_user("operator", f"/devices?q={many}")
    page.get_by_role("button", name="下一页").click()
    expect(page.locator("main tbody tr")).to_have_count(10)
    for key in ("j", "j", "j"):
        page.keyboard.press(key)
    name = page.locator("tr:focus a").inner_text()
    address = page.url
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(name)
    expect(page).to_have_title(re.compile(re.escape(name)))
    page.locator(".back").click()
    expect(page.locator("tr:focus")).to_contain_text(name)
    assert page.url == address
    expect(page.get_by_role("button", name="上一页")).to_be_enabled()


def test_an_unusable_filter_is_told_and_can_be_cleared(as_user: As) -> None:
    page = as_user("operator", "/devices?division=x")
    expect(page.get_by_role("alert")).to_contain_text("查询条件无效")
    page.locator("main").get_by_role("button", name="清除筛选").first.click()
    expect(page).to_have_url(re.compile(r"/devices$"))
    expect(page.locator("main tbody tr").first).to_be_visible()


@pytest.fixture(scope="session")
def two_letters(told: str, site: Site, api: Api) -> str:
    """A device two of whose messages nobody understands."""
    device, account = told.replace("0001", "0002"), site.load_account
    with mouth(account, account.username or "", account.password or "") as load:
        for words in ("{井", "{盖"):
            load.say(wire.topic("sensor", device, "readings"), words.encode())
    url = f"/api/v1/dead-letters?device_id={device}"
    until(lambda: len(api.get(url).json()["items"]) == 2, "two letters")
    return device


@pytest.mark.parametrize("width", [1366, 1024])
def test_letters_are_stepped_through_while_one_is_open(
    width: int, two_letters: str, as_user: As
) -> None:
    page = as_user("sysadmin", f"/system/dead-letters?device_id={two_letters}")
    page.set_viewport_size({"width": width, "height": 768})
    expect(page.locator("main tbody tr")).to_have_count(2)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    shown = page.locator("pre")
    first = shown.inner_text()
    page.keyboard.press("j")
    expect(shown).not_to_have_text(first)
    page.keyboard.press("k")
    expect(shown).to_have_text(first)
    page.keyboard.press("Escape")
    expect(shown).to_be_hidden()


def test_a_page_of_an_older_build_is_loaded_anew_once_and_then_told(as_user: As) -> None:
    page = as_user("sysadmin", "/devices")
    loads: list[str] = []
    page.on("domcontentloaded", lambda loaded: loads.append(loaded.url))
    page.route("**/assets/GapsPage*.js", lambda route: route.fulfill(status=404))
    page.locator("nav.rail").get_by_text("缺口").click()
    expect(page.get_by_role("alert")).to_contain_text("页面已更新，请刷新")
    assert len(loads) == 1
    page.unroute("**/assets/GapsPage*.js")
    page.get_by_role("button", name="刷新").click()
    expect(page.locator("h1")).to_have_text("缺口")


def test_a_page_that_cannot_come_says_so_and_comes_later(
    as_user: As, context: BrowserContext
) -> None:
    page = as_user("sysadmin", "/devices")
    context.set_offline(True)
    page.locator("nav.rail").get_by_text("缺口").click()
    notice = page.get_by_role("alert").filter(has_text="页面未能打开")
    expect(notice).to_be_visible()
    context.set_offline(False)
    notice.get_by_role("button", name="重试").click()
    expect(page.locator("h1")).to_have_text("缺口")


def test_the_keyboard_begins_at_the_name_of_a_new_page(as_user: As) -> None:
    page = as_user("sysadmin", "/devices")
    page.locator("nav.rail").get_by_text("缺口").click()
    expect(page.locator("h1")).to_have_text("缺口")
    expect(page.locator("h1")).to_be_focused()
    page.get_by_role("button", name="English").click()
    expect(page).to_have_title("Gaps · Digital Hengyang")


def test_a_log_in_says_which_field_is_empty(page: Page, base: str) -> None:
    page.goto(f"{base}/login")
    page.get_by_role("button", name="登录").click()
    expect(page.locator("form")).to_contain_text("请输入用户名")
    expect(page.locator("#username")).to_be_focused()


def test_every_control_of_a_phone_is_big_enough_for_a_glove(
    two_letters: str, told: str, browser: Browser, base: str, passwords: dict[str, str]
) -> None:
    context = browser.new_context(
        viewport={"width": 360, "height": 800}, is_mobile=True, has_touch=True
    )
    page = context.new_page()
    page.goto(f"{base}/system")
    expect(page.locator("#username")).to_be_visible()
    assert small(page) == []
    log_in(page, "sysadmin", passwords["sysadmin"])
    expect(page.locator("nav.rail")).to_be_visible()
    letters = f"/system/dead-letters?device_id={two_letters}&state=open&reason=not_decodable"
    for address in (*ADDRESSES, letters, f"/devices/{told}?quantity=battery_voltage"):
        page.goto(base + address)
        expect(page.locator("main section").first).to_be_visible()
        expect(page.locator(".el-skeleton")).to_have_count(0)
        assert small(page) == [], address
    page.goto(base + letters)
    page.locator("main tbody tr").first.click()
    expect(page.get_by_role("dialog").locator("pre")).to_be_visible()
    time.sleep(0.5)  # the drawer slides in
    assert small(page) == []
    context.close()


def small(page: Page) -> list[str]:
    """Controls that are to be seen and lower than a finger in a glove needs."""
    script = """([selector, least]) => [...document.querySelectorAll(selector)]
        .filter((one) => one.checkVisibility() && one.getBoundingClientRect().width > 0)
        .filter((one) => one.getBoundingClientRect().height < least - 0.5)
        .map((one) => `${one.className} ${one.getBoundingClientRect().height} ${one.textContent}`)
    """
    return list(page.evaluate(script, [CONTROLS, TOUCH]))
