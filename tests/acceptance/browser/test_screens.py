"""The screens before a whole system: what a person does, and what is then to be seen."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from server.benches.site import until
from tests.acceptance.browser.conftest import ADDRESSES, log_in
from tests.acceptance.conftest import Api

As = Callable[[str, str], Page]

LEDGER = re.compile(r"(送达|入库|重复|死信)")


def number(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def figures(page: Page) -> dict[str, int]:
    """The terms of the ledger's equation as they stand on the screen."""
    terms = page.locator(".equation .term").filter(has_text=LEDGER).all()
    parts = [term.locator("span").all_inner_texts()[:2] for term in terms]
    return {name.strip(): number(figure) for figure, name in parts}


def test_a_refused_log_in_says_what_to_do(page: Page, base: str) -> None:
    page.goto(f"{base}/devices?kind=sensor")
    log_in(page, "sysadmin", "not the password")
    expect(page.get_by_role("alert")).to_contain_text("用户名或密码不正确")


def test_a_log_in_leads_to_the_page_asked_for(as_user: As) -> None:
    page = as_user("operator", "/devices?kind=sensor")
    expect(page).to_have_url(re.compile(r"/devices\?kind=sensor$"))


def test_a_role_sees_no_more_than_it_may(as_user: As, base: str) -> None:
    page = as_user("inspector", "/")
    expect(page.locator("nav.rail .place")).to_have_text(["指挥大屏", "告警", "视频", "设备"])
    page.goto(f"{base}/system")
    expect(page.locator("main")).to_contain_text("没有权限")


def test_the_ledger_adds_up_and_is_the_servers(told: str, as_user: As, api: Api) -> None:
    page = as_user("sysadmin", "/system")
    expect(page.locator(".verdict")).to_contain_text("账平")
    seen = figures(page)
    assert seen["送达"] == seen["入库"] + seen["重复"] + seen["死信"]
    ledger = api.get("/api/v1/system/overview").json()["ledger"]
    assert 5 <= seen["送达"] <= ledger["deliveries"]
    assert min(seen["重复"], seen["死信"]) >= 1


def test_a_number_leads_to_what_it_counts(told: str, as_user: As, api: Api) -> None:
    page = as_user("sysadmin", "/system")
    row = page.locator("section[aria-label='设备状态'] tbody tr", has_text="传感器")
    # Whichever state it is: a device that has said three things is soon silent for too long.
    count = row.locator("td a:not(.none)").first
    expect(count).to_have_text(re.compile(r"[1-9]"), timeout=60_000)
    count.click()
    expect(page).to_have_url(re.compile(r"/devices\?kind=sensor&state=\w+$"))
    rows = page.locator("main tbody tr")

    def shows_them() -> bool:
        # Devices go on changing their state: both sides are asked until they agree.
        there = api.get(f"/api/v1/devices?{urlsplit(page.url).query}").json()
        page.wait_for_timeout(100)
        named = rows.filter(has_text="传感器").count()
        return named == rows.count() == len(there["items"])

    until(shows_them, "the list shows what the API has")


def test_a_dead_letter_is_discarded_with_a_reason_and_taken_back(told: str, as_user: As) -> None:
    page = as_user("sysadmin", f"/system/dead-letters?state=open&device_id={told}")
    expect(page.locator("main tbody tr")).to_have_count(1)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    drawer = page.locator("aside.pane")
    expect(drawer).to_contain_text("报文无法解码")
    expect(drawer.locator("pre")).to_have_text("{井盖")
    drawer.get_by_role("button", name="丢弃").click()
    page.keyboard.type("验收测试")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("没有符合条件的死信")
    page.get_by_role("button", name="撤销").click()
    expect(page.locator("main tbody tr")).to_have_count(1)


def test_a_replay_tells_what_became_of_it(told: str, as_user: As) -> None:
    page = as_user("sysadmin", f"/system/dead-letters?state=open&device_id={told}")
    page.locator("main tbody tr").first.click()
    page.locator("aside.pane").get_by_role("button", name="重放").click()
    expect(page.get_by_role("alert")).to_contain_text("重放后仍未入库：报文无法解码")


def test_a_device_shows_its_values_in_the_citys_time(
    told: str, as_user: As, api: Api, tmp_path: Path
) -> None:
    page = as_user("analyst", f"/devices/{told}?quantity=battery_voltage&window=1h&bucket=raw")
    expect(page.locator("section[aria-label='最新值']")).to_contain_text("3.62 V")
    expect(page.locator("canvas")).to_be_visible()
    page.get_by_role("button", name="表格").click()
    expect(page.locator(".data-chart tbody tr")).to_have_count(3)
    with page.expect_download() as download:
        page.get_by_role("button", name="下载 CSV").click()
    file = tmp_path / "series.csv"
    download.value.save_as(file)
    [head, first, *_] = file.read_text("utf-8-sig").splitlines()
    assert head.startswith("时间（北京时间）,时间（UTC）,数值 (V)")
    local, utc, value = first.split(",")
    assert (int(local[11:13]) - int(utc[11:13])) % 24 == 8
    assert float(value) == pytest.approx(3.6)


def test_a_device_shows_its_last_messages_and_what_was_refused_among_them(
    told: str, as_user: As
) -> None:
    page = as_user("sysadmin", f"/devices/{told}")
    panel = page.locator("section[aria-label='最近报文']")
    expect(panel.locator("tbody tr")).to_have_count(4)
    expect(panel).to_contain_text("3.62 V")
    panel.get_by_role("link", name="未入库：报文无法解码").click()
    expect(page.locator("aside.pane")).to_contain_text("报文无法解码")


def test_a_lost_line_is_told_and_what_stays_on_the_screen_turns_stale(
    told: str, as_user: As, context: BrowserContext
) -> None:
    page = as_user("sysadmin", "/system")
    expect(page.locator(".verdict")).to_be_visible()
    context.set_offline(True)
    expect(page.get_by_role("alert").first).to_contain_text("连接中断")
    expect(page.locator("section[aria-label='报文账本']")).to_contain_text("数据已陈旧")
    context.set_offline(False)
    expect(page.locator("section[aria-label='报文账本']")).to_contain_text("实时")


def test_a_second_tab_is_let_in_and_leaves_with_the_first(
    told: str, as_user: As, context: BrowserContext, base: str
) -> None:
    page = as_user("operator", "/devices")
    second = context.new_page()
    second.goto(f"{base}/system")
    expect(second.locator(".verdict")).to_be_visible()
    page.get_by_role("button", name="用户菜单").click()
    page.get_by_text("退出登录").click()
    for left in (page, second):
        expect(left).to_have_url(re.compile("/login"))


def test_every_page_is_framed_in_the_other_language(told: str, as_user: As, base: str) -> None:
    page = as_user("sysadmin", "/system")
    page.get_by_role("button", name="English").click()
    for address in ADDRESSES:
        page.goto(base + address)
        expect(page.locator("main section").first).to_be_visible()
        chinese = re.findall(r"[\u4e00-\u9fff]+", page.locator("nav.rail").inner_text())
        assert chinese == []
    expect(page).to_have_title(re.compile("Digital Hengyang"))


def test_a_phone_never_scrolls_sideways(
    told: str, browser: Browser, base: str, passwords: dict[str, str]
) -> None:
    context = browser.new_context(
        viewport={"width": 360, "height": 800}, is_mobile=True, has_touch=True
    )
    page = context.new_page()
    page.goto(f"{base}/system")
    log_in(page, "sysadmin", passwords["sysadmin"])
    expect(page.locator("nav.rail")).to_be_visible()
    for address in (*ADDRESSES, f"/devices/{told}"):
        page.goto(base + address)
        expect(page.locator("main section").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == 360, address
    context.close()


def test_nothing_is_asked_of_any_other_server(as_user: As, page: Page, base: str) -> None:
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    as_user("sysadmin", "/system")
    expect(page.locator(".verdict")).to_be_visible()
    assert asked - {""} == {urlsplit(base).netloc}
