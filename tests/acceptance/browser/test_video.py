"""Cameras before a whole system: the picture in a browser, its age, and what is said of it."""

import statistics
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from server.benches.site import HENGYANG, Site, until
from tests.acceptance.browser.conftest import log_in
from tests.acceptance.conftest import Api
from tests.integration.video.clips import Clip, Encoder, clip
from tests.integration.video.rtsp import Mount, Server, serving

As = Callable[[str, str], Page]
WIDTH, HEIGHT, BITS, BLOCK = 640, 360, 32, 20
SAMPLES = 40

# Reads the burnt-in time of each frame as it is shown; gives how old each was, in ms.
READ = """async ([bits, block, samples]) => {
  const video = document.querySelector('video')
  const canvas = new OffscreenCanvas(bits * block, block)
  const pen = canvas.getContext('2d', { willReadFrequently: true })
  const ages = []
  while (ages.length < samples) {
    await new Promise((shown) => video.requestVideoFrameCallback(shown))
    const now = Date.now()
    pen.drawImage(video, 0, 0, bits * block, block, 0, 0, bits * block, block)
    const { data } = pen.getImageData(0, block / 2, bits * block, 1)
    let stamp = 0
    for (let bit = 0; bit < bits; bit += 1) {
      stamp = stamp * 2 + (data[(bit * block + block / 2) * 4] > 127 ? 1 : 0)
    }
    ages.push((now - stamp) % 2 ** bits)
  }
  return ages
}"""


class Clock:
    """A camera that films the time: 32 bits of its milliseconds as black and white blocks."""

    def __init__(self) -> None:
        self._encoder = Encoder("h264", WIDTH, HEIGHT)

    def frame(self) -> tuple[bytes, ...]:
        stamp = int(time.time() * 1000) % 2**BITS
        picture = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
        for bit in range(BITS):
            shade = 235 if stamp >> (BITS - 1 - bit) & 1 else 16
            picture[:BLOCK, bit * BLOCK : (bit + 1) * BLOCK] = shade
        return self._encoder.encode(picture)


@pytest.fixture(scope="module")
def cameras() -> Iterator[Server]:
    with serving() as made:
        yield made


@pytest.fixture(scope="module")
def clock(site: Site, api: Api, cameras: Server) -> Iterator[Mount]:
    """CAM-clock films the time; a worker watches it and two others."""
    film: Clip = clip("h264", WIDTH, HEIGHT)
    mounts = {name: cameras.mount(name, clip=film) for name in ("clock", "street", "dead")}
    mounts["clock"].live = Clock().frame
    mounts["dead"].mode = "closed"
    for number, name in enumerate(mounts):
        device = {
            "device_id": f"CAM-{name}",
            "name": f"解放大道{name}",
            "model": "generic-camera",
            "division": "430408",
            "place": {"type": "Point", "coordinates": [112.59 + number / 1000, 26.9]},
            "expected_interval_seconds": None,
        }
        api._client.post(
            "/api/v1/devices", json=device, headers={"Idempotency-Key": f"camera-{name}"}
        ).raise_for_status()
        body = {
            "main": {"address": cameras.address(name)},
            "heading_deg": 40 + 90 * number,
            "fov_deg": 70,
            "range_m": 90,
            "snapshot_seconds": 5,
        }
        api._client.put(
            f"/api/v1/cameras/CAM-{name}", json=body, headers={"If-Match": '"0"'}
        ).raise_for_status()
    site.start("video", (*HENGYANG, "video"))

    def states() -> dict[str, str]:
        items = api.get("/api/v1/cameras?q=CAM-").json()["items"]
        return {item["device_id"]: item["state"] for item in items}

    until(lambda: states().get("CAM-clock") == "online", "the camera is watched", 120)
    until(lambda: states().get("CAM-dead") == "refused", "the dead one is told of", 120)
    yield mounts["clock"]
    site.stop("video")


def tile(page: Page, phase: str) -> None:
    expect(page.locator(f".tile[data-phase='{phase}']")).to_have_count(1, timeout=60_000)


def test_who_may_not_watch_is_told_so(clock: Mount, as_user: As) -> None:
    page = as_user("analyst", "/video?on=CAM-clock&wall=1")
    expect(page.locator(".tile")).to_contain_text("没有观看权限")
    expect(page.locator(".list")).to_contain_text("解放大道clock")


def test_the_picture_is_less_than_a_second_and_a_half_old(clock: Mount, as_user: As) -> None:
    page = as_user("operator", "/video?on=CAM-clock&wall=1")
    tile(page, "playing")
    ages = page.evaluate(READ, [BITS, BLOCK, SAMPLES])
    print(f"glass to glass: median {statistics.median(ages):.0f} ms, worst {max(ages):.0f} ms")
    assert 0 < statistics.median(ages) < 1500


def test_a_camera_that_dies_says_why_and_comes_back(clock: Mount, as_user: As) -> None:
    page = as_user("operator", "/video?on=CAM-clock&wall=1")
    tile(page, "playing")
    clock.mode = "closed"
    try:
        expect(page.locator(".tile")).to_contain_text("拒绝连接", timeout=60_000)
    finally:
        clock.mode = "ok"
    tile(page, "playing")
    assert page.evaluate(READ, [BITS, BLOCK, 5])


def test_a_click_puts_a_camera_on_the_wall_and_the_address_keeps_it(
    clock: Mount, as_user: As
) -> None:
    page = as_user("operator", "/video")
    page.locator(".camera", has_text="解放大道clock").click()
    page.locator(".camera", has_text="解放大道street").click()
    page.locator(".camera", has_text="解放大道dead").click()
    expect(page.locator(".tile[data-phase='playing']")).to_have_count(2, timeout=60_000)
    expect(page.locator(".tile[data-phase='off']")).to_contain_text("拒绝连接")
    page.reload()
    expect(page.locator(".tile")).to_have_count(3)


def test_the_page_of_a_camera_shows_picture_state_and_snapshots(clock: Mount, as_user: As) -> None:
    page = as_user("operator", "/devices/CAM-clock")
    tile(page, "playing")
    panel = page.locator("section[aria-label='实时画面']")
    expect(panel).to_contain_text("在线")
    expect(panel.locator("img").first).to_be_visible(timeout=60_000)


def test_another_language_is_complete(
    clock: Mount, context: BrowserContext, base: str, passwords: dict[str, str]
) -> None:
    page = context.new_page()
    page.add_init_script("localStorage.setItem('hengyang.language', 'en')")
    page.goto(f"{base}/video?on=CAM-dead&wall=1")
    log_in(page, "operator", passwords["operator"])
    tile(page, "off")
