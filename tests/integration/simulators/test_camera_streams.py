"""Simulated cameras on the real RTSP server, read back as any client would."""

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from itertools import islice, pairwise
from pathlib import Path

import av
import cv2
import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from deploy.stack import LocalStack
from simulators.cameras import loops
from simulators.cameras.crew import Crew
from simulators.cameras.mounts import Mounts
from simulators.cameras.plan import Camera, Plan, main_name
from simulators.cameras.stream import Sender
from tests.integration.simulators.fleets import until
from tests.unit.simulators.cameras.streetside import POSE, frame, streets, streets_file, vehicle

pytestmark = pytest.mark.timeout(120)
Picture = NDArray[np.uint8]


@pytest.fixture(scope="module")
def rtsp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    stack = LocalStack(tmp_path_factory.mktemp("var"), test=True, attached=True)
    stack.start("rtsp")
    yield stack
    stack.down()


@pytest.fixture(scope="module")
def crew(rtsp: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crew]:
    """One live camera with two streams and one recorded."""
    folder = tmp_path_factory.mktemp("cameras")
    cameras = (
        Camera("live", "解放大道路口", POSE, large=True),
        Camera("tape", "蒸湘北路路口", POSE, 320, 180, recorded=True),
    )
    control = rtsp.environment["HENGYANG_RTSP_CONTROL_SOCKET"]
    plan = Plan(control, str(folder / "tapes"), 7, cameras, streets_file(folder))
    made = Crew(folder, msgspec.structs.replace(plan, frames=str(folder / "frames.sock")))
    until(lambda: made.beat.streaming == 3)
    yield made
    made.close()


def opened(
    rtsp: LocalStack, name: str, password: str | None = None, seconds: float = 8
) -> av.container.InputContainer:
    url = rtsp.environment["HENGYANG_RTSP_URL"]
    if password is not None:
        url = f"rtsp://reader:{password}@{url.rpartition('@')[2]}"
    return av.open(f"{url}/{name}", options={"rtsp_transport": "tcp"}, timeout=seconds)


def pictures(rtsp: LocalStack, name: str, count: int) -> list[Picture]:
    with opened(rtsp, name) as container:
        return [f.to_ndarray(format="bgr24") for f in islice(container.decode(video=0), count)]


def test_a_wrong_password_is_refused(rtsp: LocalStack, crew: Crew) -> None:
    with pytest.raises(av.HTTPUnauthorizedError):
        opened(rtsp, "live", "wrong")


def test_a_camera_that_is_none_is_not_found(rtsp: LocalStack, crew: Crew) -> None:
    with pytest.raises(av.HTTPNotFoundError):
        opened(rtsp, "nobody")


def test_live_pictures_come_ten_a_second_with_the_time_going_on(
    rtsp: LocalStack, crew: Crew
) -> None:
    seen = pictures(rtsp, "live", 25)
    assert {picture.shape for picture in seen} == {(360, 640, 3)}
    times = [picture[:28, :260] for picture in seen]
    changed = [cv2.absdiff(a, b).max() > 60 for a, b in pairwise(times)]
    assert all(changed)
    began = crew.beat.shown
    until(lambda: crew.beat.shown >= began + 20)


def test_the_main_stream_is_larger_and_has_its_rate_only_while_it_is_read(
    rtsp: LocalStack, crew: Crew
) -> None:
    def rate() -> float:
        began, before = time.monotonic(), crew.beat.shown
        time.sleep(4)  # a rate is measured over a while
        return (crew.beat.shown - before) / (time.monotonic() - began)

    with opened(rtsp, main_name("live")) as container:
        decoded = container.decode(video=0)
        assert {f.to_ndarray(format="bgr24").shape for f in islice(decoded, 25)} == {(720, 1280, 3)}
    until(lambda: rate() < 25)  # 10 of each stream, but one of this


def test_a_recorded_camera_plays_beside_it(rtsp: LocalStack, crew: Crew) -> None:
    seen = pictures(rtsp, "tape", 30)
    assert {picture.shape for picture in seen} == {(180, 320, 3)}
    assert cv2.absdiff(seen[0][20:160], seen[-1][20:160]).max() > 60  # vehicles move


def test_what_the_world_tells_is_seen(rtsp: LocalStack, crew: Crew) -> None:
    empty = pictures(rtsp, "live", 1)[0][40:320]
    path = Path(crew._folder / "frames.sock")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        listening.settimeout(10)
        world, _ = listening.accept()
        for ago in (1, 0):
            told = frame(time.time() - ago, vehicle(east=0.0, speed=0.0, length=9.0, height=3.0))
            data = msgspec.msgpack.encode(told)
            world.sendall(len(data).to_bytes(4, "big") + data)
        until(lambda: (cv2.absdiff(pictures(rtsp, "live", 1)[0][40:320], empty) > 60).sum() > 500)
        world.close()


def test_a_frozen_camera_repeats_its_picture_and_a_healed_one_does_not(
    rtsp: LocalStack, crew: Crew
) -> None:
    def moving() -> bool:
        seen = pictures(rtsp, "live", 12)
        return any(cv2.absdiff(seen[4], other).max() > 60 for other in seen[5:])

    crew.flaw("live", "freeze", 60)
    until(lambda: not moving())
    crew.flaw("live", "freeze", 0)
    until(moving)


def test_a_picture_fault_on_command_is_in_the_stream(rtsp: LocalStack, crew: Crew) -> None:
    crew.flaw("live", "black", 60)
    until(lambda: pictures(rtsp, "live", 1)[0][40:320].mean() < 30)
    crew.flaw("live", "black", 0)
    until(lambda: pictures(rtsp, "live", 1)[0][40:320].mean() > 60)


def test_a_camera_without_signal_stops_and_the_other_does_not(rtsp: LocalStack, crew: Crew) -> None:
    with opened(rtsp, "live", seconds=3) as container:
        decoded = container.decode(video=0)
        next(decoded)
        crew.flaw("live", "loss", 60)
        with pytest.raises((av.FFmpegError, StopIteration)):
            until(lambda: next(decoded) is None)
    assert len(pictures(rtsp, "tape", 5)) == 5
    crew.flaw("live", "loss", 0)
    assert len(pictures(rtsp, "live", 5)) == 5


def test_after_the_server_was_killed_all_cameras_come_back(rtsp: LocalStack, crew: Crew) -> None:
    rtsp.kill("rtsp")
    until(lambda: crew.beat.streaming == 0)
    rtsp.start("rtsp")
    until(lambda: crew.beat.streaming == 3)
    assert len(pictures(rtsp, "live", 5)) == 5
    assert crew.starts == 1


def test_cameras_whose_process_was_killed_come_back_with_their_faults(
    rtsp: LocalStack, crew: Crew
) -> None:
    crew.flaw("live", "black", 60)
    os.kill(crew.pid, signal.SIGKILL)
    until(lambda: crew.starts == 2 and crew.beat.streaming == 3)
    assert pictures(rtsp, "live", 1)[0][40:320].mean() < 30
    crew.flaw("live", "black", 0)


def test_a_camera_that_changes_its_size_is_read_on(rtsp: LocalStack) -> None:
    mounts = Mounts(Path(rtsp.environment["HENGYANG_RTSP_CONTROL_SOCKET"]))
    small, done = threading.Event(), threading.Event()

    def feed(port: int) -> None:
        with Sender(port, 20) as sender:
            while not done.wait(0.05):
                shape = (180, 320, 3) if small.is_set() else (360, 640, 3)
                sender.send(np.full(shape, 90, np.uint8))

    feeder = threading.Thread(target=feed, args=(mounts.mount("changing"),))
    feeder.start()
    try:
        with opened(rtsp, "changing") as container:
            decoded = container.decode(video=0)
            assert next(decoded).width == 640
            small.set()
            until(lambda: next(decoded).width == 320)
    finally:
        done.set()
        feeder.join()
        mounts.close()


def test_a_recording_goes_on_at_its_end_without_a_break(tmp_path: Path) -> None:
    camera = Camera("tape", "蒸湘北路路口", POSE, 320, 180, recorded=True)
    file = loops.recording_file(tmp_path, camera, streets(), 7)
    loops.record(file, camera, streets(), 7)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as heard:
        heard.bind(("127.0.0.1", 0))
        heard.settimeout(5)
        loop = loops.Loop(file, heard.getsockname()[1])
        stamps = []
        for _ in range(loops.SECONDS * loops.RATE + 30):
            loop.send()
            stamps.append(_last_stamp(heard))
        loop.close()
    steps = np.diff(np.array(stamps, np.uint32))
    assert (steps == loops.CLOCK // loops.RATE).all()


def _last_stamp(heard: socket.socket) -> int:
    """The time stamp of the picture that has just come, up to its last packet (RFC 3550)."""
    while True:
        packet = heard.recv(2048)
        if packet[1] & 0x80:  # the marker bit
            return int.from_bytes(packet[4:8], "big")
