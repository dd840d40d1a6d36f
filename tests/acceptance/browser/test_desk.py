"""The desks before a whole system: a rule is made, a device passes it, people act on the alarm."""

import json
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from ingest import wire
from server.benches.site import HENGYANG, Site, until
from tests.acceptance.browser.conftest import log_in
from tests.acceptance.conftest import Api, enlisted, specs_of
from tests.acceptance.mouths import mouth

As = Callable[[str, str], Page]

DEVICE = "desk-manhole-0001"
RULE = "验收：电压过低"
DESKS = ("/alarms", "/silences", "/escalation", "/rules", "/rules/new")


@pytest.fixture(scope="module")
def device(site: Site, api: Api) -> str:
    """A registered device that has said nothing yet."""
    enlisted(site, specs_of("desk", manhole=2))
    return DEVICE


@pytest.fixture(scope="module")
def watched(site: Site, api: Api, device: str) -> Iterator[str]:
    """The device once its voltage has fallen below the limit of a rule that is in force."""
    rule = {
        "name": RULE,
        "condition": {
            "source": "threshold",
            "quantity": "battery_voltage",
            "op": "<=",
            "steps": [{"limit": 3.0, "clear": 3.2, "severity": "orange"}],
        },
        "target": {"devices": [device]},
        "title_zh": "{name}{quantity}{value}{unit}",
        "title_en": "{name}: {quantity} {value} {unit}",
        "storm": "none",
    }
    api._client.post("/api/v1/rules", json=rule).raise_for_status()
    site.start("rules", (*HENGYANG, "rules"))
    until(lambda: _says(site, device, 2.7) or _alarms(api), "an alarm is raised")
    yield device
    site.stop("rules")


def _says(site: Site, device: str, voltage: float) -> None:
    account, topic = site.load_account, wire.topic("sensor", device, "readings")
    boot = int(time.time() * 1000)
    said = {
        "boot": boot,
        "seq": 0,
        "time": datetime.now(UTC).isoformat(),
        "readings": {"battery_voltage": voltage},
    }
    with mouth(account, account.username or "", account.password or "") as load:
        load.say(topic, json.dumps(said).encode())
    time.sleep(2)


def _alarms(api: Api) -> list[dict[str, object]]:
    found: list[dict[str, object]] = api.get(f"/api/v1/alarms?device={DEVICE}").json()["items"]
    return found


def test_a_role_is_shown_only_what_it_may_do(device: str, as_user: As, base: str) -> None:
    page = as_user("inspector", f"/devices/{device}")
    expect(page.locator("article.device h2").first).to_be_visible()
    for act in ("下发命令", "进入检修", "修改"):
        expect(page.get_by_role("button", name=act)).to_have_count(0)
    expect(page.locator("nav.rail")).not_to_contain_text("规则")
    page.goto(f"{base}/rules/new")
    expect(page.locator("main")).to_contain_text("没有权限")


def test_a_limit_that_cannot_be_is_told_at_its_field(as_user: As) -> None:
    page = as_user("sysadmin", "/rules/new")
    page.get_by_role("textbox", name="名称").fill("不可能")
    page.get_by_role("combobox", name="指标").click()
    page.keyboard.type("电压")
    page.keyboard.press("Enter")
    page.get_by_role("textbox", name=re.compile("限值")).fill("99999")
    expect(page.get_by_role("alert")).to_contain_text("超出该指标的合理范围")
    expect(page.get_by_role("button", name="启用规则")).to_be_disabled()


def test_an_alarm_is_looked_at_acknowledged_and_told(watched: str, as_user: As) -> None:
    page = as_user("operator", f"/alarms?device={watched}")
    expect(page.locator("main tbody tr")).to_have_count(1)
    page.keyboard.press("j")
    page.keyboard.press("a")
    pane = page.locator("aside.pane")
    expect(pane).to_contain_text("橙色")
    expect(pane).to_contain_text("2.7")
    expect(pane).to_contain_text(RULE)
    expect(pane.get_by_label("怎样处置")).to_be_focused()
    page.keyboard.type("已派人到场查看")
    page.keyboard.press("Enter")
    expect(pane).to_contain_text("已确认")
    expect(pane.locator("ol.line")).to_contain_text("已派人到场查看")


def test_several_severities_are_chosen_and_stay_in_the_address(watched: str, as_user: As) -> None:
    page = as_user("operator", f"/alarms?device={watched}&state=all&severity=red")
    rows = page.locator("main tbody tr")
    expect(rows).to_have_count(0)
    severity = page.get_by_role("combobox", name="等级")
    page.locator(".el-select", has=severity).click()
    page.locator(".el-select-dropdown__item", has_text="橙色").click()
    expect(page).to_have_url(re.compile("severity=red(,|%2C)orange"))
    expect(rows).to_have_count(1)
    page.reload()
    expect(rows).to_have_count(1)


def test_who_was_first_is_told_to_the_second(
    watched: str, as_user: As, api: Api, passwords: dict[str, str]
) -> None:
    page = as_user("operator", f"/alarms?device={watched}&state=all")
    page.locator("main tbody tr").first.click()
    page.locator("aside.pane").get_by_role("button", name="添加备注").click()
    [alarm, *_] = _alarms(api)
    # Somebody else changes it while the form stands open, and the page has looked again since.
    token = api._client.post(
        "/api/v1/auth/token", data={"username": "commander", "password": passwords["commander"]}
    ).raise_for_status()
    api._client.post(
        f"/api/v1/alarms/{alarm['id']}/notes",
        json={"note": "指挥长已知悉"},
        headers={
            "If-Match": f'"{alarm["version"]}"',
            "Authorization": f"Bearer {token.json()['access_token']}",
        },
    ).raise_for_status()
    expect(page.locator("aside.pane ol.line")).to_contain_text("指挥长已知悉")
    page.keyboard.type("晚到的备注")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("未执行")
    expect(page.get_by_role("alert")).to_contain_text("commander")


def test_a_silence_is_begun_and_taken_back(watched: str, as_user: As) -> None:
    page = as_user("operator", "/silences")
    page.get_by_role("button", name="新建静默").click()
    page.get_by_role("combobox", name="设备").last.click()
    page.keyboard.type(watched)
    page.locator(".el-select-dropdown__item", has_text=watched).first.click()
    page.get_by_label("原因").fill("验收施工")
    page.get_by_role("button", name="开始静默").click()
    row = page.locator("main tbody tr", has_text="验收施工")
    expect(row).to_contain_text("生效中")
    page.get_by_role("button", name="撤销").click()
    expect(row).to_contain_text("已结束")


def _draws(page: Page) -> Locator:
    page.get_by_role("button", name="在地图上画区域").click()
    sheet = page.locator(".area-dialog canvas.maplibregl-canvas")
    expect(sheet).to_be_visible()
    # Drawing begins once the map has its first style; the button waits for a first corner.
    expect(sheet).to_have_css("cursor", "crosshair")
    return sheet


def _clicks(page: Page, sheet: Locator, *places: tuple[float, float]) -> None:
    """Places in parts of the map's breadth and height."""
    count = page.locator(".area-dialog .size")
    for n, (x, y) in enumerate(places, start=1):
        box = sheet.bounding_box()
        assert box
        page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
        expect(count).to_contain_text(f"{n} 个角点")


def test_an_area_that_crosses_itself_is_told_before_it_is_sent(as_user: As) -> None:
    page = as_user("sysadmin", "/rules/new")
    sheet = _draws(page)
    _clicks(page, sheet, (0.3, 0.4), (0.6, 0.7), (0.6, 0.4), (0.3, 0.7))
    page.get_by_role("button", name="闭合").click()
    expect(page.get_by_role("alert")).to_contain_text("边线相交")
    expect(page.get_by_role("button", name="使用此区域")).to_be_disabled()
    # Taken away in figures: what is left is a triangle.
    page.locator(".area-dialog summary").click()
    page.get_by_role("button", name="删除第 4 个角点").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_role("button", name="使用此区域").click()
    expect(page.locator(".area .line")).to_contain_text("3 个角点")


def test_an_area_is_drawn_by_hand_silenced_and_seen(as_user: As, api: Api) -> None:
    page = as_user("operator", "/silences")
    page.get_by_role("button", name="新建静默").click()
    page.get_by_text("地图区域").click()
    sheet = _draws(page)
    _clicks(page, sheet, (0.3, 0.4), (0.6, 0.4), (0.6, 0.7), (0.7, 0.8))
    page.get_by_role("button", name="撤销一步").click()
    expect(page.locator(".area-dialog .size")).to_contain_text("3 个角点")
    page.keyboard.press("Escape")
    expect(page.locator(".area-dialog .size")).to_contain_text("0 个角点")
    _clicks(page, sheet, (0.3, 0.4), (0.6, 0.4), (0.6, 0.7))
    page.keyboard.press("Enter")
    page.get_by_role("button", name="使用此区域").click()
    page.get_by_label("原因").fill("按区域静默")
    page.get_by_role("button", name="开始静默").click()
    row = page.locator("main tbody tr", has_text="按区域静默")
    expect(row).to_contain_text("km²")
    [silence] = [
        one for one in api.get("/api/v1/silences").json()["items"] if one["reason"] == "按区域静默"
    ]
    assert len(silence["area"]["coordinates"][0]) == 4
    row.get_by_role("button", name="区域").click()
    expect(page.locator(".area-dialog canvas.maplibregl-canvas")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".area-dialog")).to_have_count(0)
    # Others raise alarms in this city too, perhaps right there.
    row.get_by_role("button", name="提前结束").click()
    expect(row).to_contain_text("已结束")


def test_an_area_is_drawn_by_the_keyboard_alone(as_user: As) -> None:
    page = as_user("sysadmin", "/rules/new")
    sheet = _draws(page)
    sheet.focus()
    count = page.locator(".area-dialog .size")
    for n, moves in enumerate(([], ["ArrowRight"], ["ArrowDown"]), start=1):
        for key in moves:
            # A fine step does not glide: the cross stands where the corner will be.
            for _ in range(8):
                page.keyboard.press(f"Shift+{key}")
        page.keyboard.press("Space")
        expect(count).to_contain_text(f"{n} 个角点")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="使用此区域")).to_be_enabled()


def test_a_device_is_registered_and_its_credential_shown_once(as_user: As) -> None:
    page = as_user("sysadmin", "/devices")
    page.get_by_role("button", name="登记设备").click()
    page.locator("#device-id").fill("desk-new-0001")
    page.locator("#name").fill("验收井盖")
    page.get_by_role("combobox", name="型号").click()
    page.keyboard.type("manhole")
    page.keyboard.press("Enter")
    page.get_by_role("combobox", name="区划").last.click()
    page.locator(".el-select-dropdown__item", has_text="蒸湘区").last.click()
    page.locator(".el-dialog").get_by_role("button", name="登记设备").click()
    secret = page.locator(".el-dialog code")
    expect(secret).to_have_text(re.compile(r"\S{40,}"))
    page.get_by_role("button", name="已保存，关闭").click()
    expect(page).to_have_url(re.compile("/devices/desk-new-0001$"))
    expect(secret).to_have_count(0)


def test_maintenance_is_begun_with_a_reason_and_undone(device: str, as_user: As) -> None:
    page = as_user("sysadmin", f"/devices/{device}")
    page.get_by_role("button", name="进入检修").click()
    page.get_by_label("检修内容").fill("更换电池")
    page.locator(".el-dialog").get_by_role("button", name="进入检修").click()
    facts = page.locator("section[aria-label='设备信息']")
    expect(facts).to_contain_text("更换电池")
    page.get_by_role("button", name="撤销").click()
    expect(facts).not_to_contain_text("更换电池")


def test_a_command_that_nobody_answers_times_out(device: str, as_user: As) -> None:
    page = as_user("sysadmin", f"/devices/{device}")
    page.get_by_role("button", name="下发命令").click()
    page.locator(".el-dialog").get_by_role("button", name="下发命令").click()
    commands = page.locator("section[aria-label='下发的命令']")
    expect(commands).to_contain_text("立即上报")
    expect(commands).to_contain_text(re.compile("待发送|已发送|已完成|超时"))


def test_a_file_is_tried_before_it_is_taken(as_user: As, tmp_path: Path) -> None:
    file = tmp_path / "devices.csv"
    file.write_text(
        "device_id,name,model,division\n"
        "desk-file-0001,甲,generic-manhole,430408\n"
        "desk-file-0002,乙,no-such-model,430408\n"
    )
    page = as_user("sysadmin", "/devices/enrolments")
    page.locator("input[type=file]").set_input_files(file)
    expect(page.locator("main tbody tr")).to_have_count(2)
    expect(page.locator("main tbody tr").first).to_contain_text("no-such-model")
    page.get_by_text("有一行不合格就全部不登记").click()
    page.get_by_role("button", name=re.compile("登记 1 台")).click()
    expect(page.get_by_role("button", name="下载凭证")).to_be_visible()


def test_a_phone_never_scrolls_sideways(
    watched: str, browser: Browser, base: str, passwords: dict[str, str]
) -> None:
    context = browser.new_context(
        viewport={"width": 360, "height": 800}, is_mobile=True, has_touch=True
    )
    page = context.new_page()
    page.goto(f"{base}/alarms")
    log_in(page, "sysadmin", passwords["sysadmin"])
    expect(page.locator("nav.rail")).to_be_visible()
    for address in DESKS:
        page.goto(base + address)
        expect(page.locator("main section").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == 360, address
    context.close()


def test_a_list_begins_in_the_first_screen_of_a_phone(
    watched: str, browser: Browser, base: str, passwords: dict[str, str]
) -> None:
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True
    )
    page = context.new_page()
    page.goto(f"{base}/alarms?state=all&device={watched}")
    log_in(page, "sysadmin", passwords["sysadmin"])
    row = page.locator("main tbody tr").first
    expect(row).to_be_visible()
    box = row.bounding_box()
    assert box
    assert box["y"] < 740 / 2
    opener = page.get_by_role("button", name="筛选 (2)")
    expect(page.get_by_role("combobox", name="告警级别")).to_be_hidden()
    opener.tap()
    expect(opener).to_have_attribute("aria-expanded", "true")
    expect(page.locator(".fold .el-select").first).to_be_visible()
    context.close()
