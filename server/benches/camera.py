"""`hengyang bench camera`: what live cameras cost, how old a picture is, 2,000 cameras watched."""

import statistics
import time
from base64 import b64decode
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Any, NamedTuple

import numpy as np
import psutil

from deploy.stack.ports import HOST
from server.benches import burnt_in, camera_readers, camera_register
from server.benches.api import percentile
from server.benches.chromium import log_in, wall
from server.benches.live import start, token
from server.benches.report import Report
from server.benches.site import HENGYANG, Site, until
from simulators.fleet import describe
from simulators.hours import TRAFFIC, at_hour, local_hour
from simulators.scenario import parse
from simulators.world.orders import FRAMES
from simulators.world.reader import frames

LIVE, RECORDED = 8, 20
RATE = 10.0  # pictures a second of each
UNDER_WAY = 2_500  # vehicles in the world, whatever the hour
CORES, GLASS_SECONDS, STATES_SECONDS = 1.5, 1.5, 60.0
MOST_VEHICLES = 20_000  # that a scenario may have
SEED_SECONDS, FILMS_SECONDS = 900.0, 1200.0
SETTINGS = {"HENGYANG_VIDEO_CAMERA_NETWORKS": '["127.0.0.0/8"]'}


class Extent(NamedTuple):
    """How much is measured."""

    city: str
    recorded: int
    seconds: float  # of reading
    samples: int  # frames of the browser
    many: int  # cameras of the register


WHOLE = Extent("full", RECORDED, 60.0, 100, camera_register.MANY)
QUICK = {"extent": Extent("small", 3, 8.0, 20, 200)}

FLEET = """
name = "eyes"
title_zh = "摄像机"
title_en = "Cameras"
prefix = "bench"
seed = 430400

[[groups]]
model = "generic-camera"
count = {live}

[[groups]]
model = "generic-camera"
count = {recorded}
recorded = true

[world]
vehicles = {vehicles}
"""
# A part of each process's command line, and what it is.
PARTS = {"simulators.cameras.process": "cameras", "simulators.world.process": "world"}

# The upper left part of each frame as it is shown, in shades of grey, with the moment.
STRIPS = """
async ([width, height, samples]) => {
  const video = document.querySelector('video')
  const canvas = new OffscreenCanvas(width, height)
  const pen = canvas.getContext('2d', { willReadFrequently: true })
  const seen = []
  while (seen.length < samples) {
    await new Promise((shown) => video.requestVideoFrameCallback(shown))
    const now = Date.now()
    pen.drawImage(video, 0, 0, width, height, 0, 0, width, height)
    const { data } = pen.getImageData(0, 0, width, height)
    let grey = ''
    for (let at = 0; at < data.length; at += 4) grey += String.fromCharCode(data[at + 1])
    seen.push([now, btoa(grey)])
  }
  return seen
}
"""


def vehicles_at(moment: float) -> int:
    """What a scenario must say so that 2,500 vehicles are under way at this time of day."""
    return min(MOST_VEHICLES, round(UNDER_WAY / at_hour(TRAFFIC, local_hour(moment))))


def ages(seen: list[tuple[float, str]]) -> list[float]:
    """Seconds between the time burnt into each frame and its showing; unreadable ones left out."""
    width, height = burnt_in.STRIP
    found = []
    for shown, strip in seen:
        grey = np.frombuffer(b64decode(strip), np.uint8).reshape(height, width)
        stamp = burnt_in.read(grey)
        if stamp is not None:
            found.append(shown / 1000 - stamp)
    return found


class Meter:
    """Processor time of the simulators' processes by what they are."""

    def __init__(self, site: Site) -> None:
        record = site.stack.record("rtsp")
        assert record is not None
        self._families = {"fleet": site.pid("simulate"), "rtsp": record.pid}

    def seconds(self) -> dict[str, float]:
        """Used so far."""
        found: dict[str, float] = {}
        for name, pid in self._families.items():
            parent = psutil.Process(pid)
            for process in (parent, *parent.children(recursive=True)):
                with suppress(psutil.NoSuchProcess):  # who made the films has ended
                    line = " ".join(process.cmdline())
                    part = next((part for word, part in PARTS.items() if word in line), name)
                    times = process.cpu_times()
                    found[part] = found.get(part, 0.0) + times.user + times.system
        return found


def addresses(site: Site, scenario: str) -> Mapping[str, str]:
    """Device and address of each camera's stream; the live ones first."""
    url = site.stack.environment["HENGYANG_RTSP_URL"]
    return {spec.device_id: f"{url}/{spec.device_id}" for spec in describe(parse(scenario))}


def under_way(folder: Path) -> int:
    """Vehicles in the world now."""
    world = folder / "simulators" / "eyes" / "world"
    return len(next(frames(world / FRAMES, Event())).vehicles)


def cost(site: Site, report: Report, streams: Mapping[str, str], seconds: float) -> None:
    """Cores of simulators and readers while all streams are read, and what was truly read."""
    meter = Meter(site)
    readers = camera_readers.Readers(streams, seconds)
    report.note("streams_read", readers.await_begin())
    began, before = time.monotonic(), meter.seconds()
    time.sleep(0.9 * seconds)
    passed, after = time.monotonic() - began, meter.seconds()
    read = readers.result()
    cores = {name: (after[name] - before.get(name, 0.0)) / passed for name in after}
    cores["readers"] = read.cpu_seconds / read.seconds
    for name, used in cores.items():
        report.note(f"cores_{name}", used)
    report.below("cores_in_all", sum(cores.values()), CORES)
    rates = [count / read.seconds for count in read.pictures.values()]
    report.at_least("live_pictures_a_second_slowest", min(rates[:LIVE]), 0.95 * RATE)
    report.at_least("recorded_pictures_a_second_slowest", min(rates[LIVE:]), 0.95 * RATE)


def glass(site: Site, report: Report, port: int, camera: str, samples: int) -> None:
    """How old pictures of a live camera are when a browser shows them."""
    with wall() as context:
        page: Any = context.new_page()
        page.goto(f"http://{HOST}:{port}/video?on={camera}&wall=1")
        log_in(site, page)
        page.wait_for_selector(".tile[data-phase='playing']", timeout=120_000)
        found = sorted(ages(page.evaluate(STRIPS, [*burnt_in.STRIP, samples])))
    report.at_least("glass_to_glass_frames_read", len(found), samples * 0.8)
    if found:
        report.below("glass_to_glass_median_seconds", statistics.median(found), GLASS_SECONDS)
        report.note("glass_to_glass_p95_seconds", percentile(found, 0.95))


def register(site: Site, report: Report, port: int, streams: list[str], many: int) -> None:
    """How long workers need for the states of a large register in which a fifth is bad."""
    report.say(f"enlisting {many} cameras")
    site.enlist(camera_register.specs(many))
    with camera_register.bad_cameras() as (mute, babbler):
        odd = ("even", "odd")

        def address(number: int) -> str:
            kind = camera_register.kind_of(number)
            if kind == "silent":
                return f"rtsp://127.0.0.1:{mute}/{odd[number // 10 % 2]}-{number}"
            if kind == "rubbish":
                return f"rtsp://127.0.0.1:{babbler}/{number}"
            return streams[number % len(streams)]

        base = f"http://{HOST}:{port}"
        camera_register.set_cameras(base, token(site, port, "sysadmin"), address, many)
        report.say("watching them")
        site.start("video", (*HENGYANG, "video"))
        found = camera_register.follow(site, 2 * STATES_SECONDS, many)
    report.note("sound_cameras_online_after_seconds", found["sound"])
    worst = [seconds if seconds is not None else float("inf") for seconds in found.values()]
    report.below("all_states_right_after_seconds", max(worst), STATES_SECONDS)


def run(folder: Path, *, extent: Extent = WHOLE) -> None:
    """Measures on a store of its own and ends the program with the report."""
    report = Report("camera")
    if folder.exists():
        Site(folder).remove()  # a run that was killed has left it half filled
    site = Site(folder, SETTINGS | {"HENGYANG_CITY": extent.city})
    try:
        report.say("starting servers")
        site.up(SEED_SECONDS)
        port = start(site)
        vehicles = vehicles_at(time.time())
        scenario = FLEET.format(live=LIVE, recorded=extent.recorded, vehicles=vehicles)
        file = folder / "eyes.toml"
        file.write_text(scenario, "utf-8")
        site.start("simulate", (*HENGYANG, "simulate", str(file)))
        streams = addresses(site, scenario)
        _await_films(site, report, extent.recorded)
        report.say(f"reading {len(streams)} streams for {extent.seconds:g} s")
        report.note("vehicles_under_way", under_way(folder))
        cost(site, report, streams, extent.seconds)
        site.start("video", (*HENGYANG, "video"))
        report.say("looking at a live picture")
        glass(site, report, port, next(iter(streams)), extent.samples)
        site.stop("video")
        register(site, report, port, list(streams.values()), extent.many)
    finally:
        site.remove()
    report.end()


def _await_films(site: Site, report: Report, count: int) -> None:
    report.say("waiting for the films")
    films = site.folder / "simulators" / "films"
    until(lambda: len(list(films.glob("*.ts"))) == count, "films are made", FILMS_SECONDS)
