"""`hengyang simulate` and `hengyang fleet` as a person uses them."""

import json
import math
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import msgspec
import psycopg
import pytest

from center.settings import MqttSettings, settings
from deploy.stack import LocalStack
from ingest import wire
from ingest.devices.broker_files import publish_broker_files
from simulators.control import ControlFailed, Order, give
from simulators.faults import Fault
from tests.integration.databases import Database
from tests.integration.simulators.fleets import Listener, listening, until

HENGYANG = Path(sys.executable).with_name("hengyang")
BRISK = "tests/scenarios/brisk.toml"


def hengyang(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([HENGYANG, *words], capture_output=True, text=True, check=False)


@contextmanager
def simulating(log: Path, database: Database, *words: str) -> Iterator["subprocess.Popen[bytes]"]:
    """The command at work; the test keeps the broker's files as the warden would."""
    with log.open("wb") as output:
        process = subprocess.Popen([HENGYANG, "simulate", *words], stdout=output, stderr=output)
    try:
        with psycopg.connect(database.admin, autocommit=True) as connection:

            def begun() -> bool:
                assert process.poll() is None, log.read_text()
                publish_broker_files(connection, settings(MqttSettings))
                return "devices" in log.read_text()

            until(begun)
        yield process
    finally:
        process.kill()
        process.wait()


def boots(listener: Listener) -> dict[str, set[int]]:
    """The boots that each device has spoken in."""
    found: dict[str, set[int]] = {}
    for device, boot, _ in listener.numbered():
        found.setdefault(device, set()).add(boot)
    return found


def test_a_scenario_that_is_none_is_said_in_one_line(database: Database) -> None:
    done = hengyang("simulate", "nowhere")
    assert done.returncode == 1
    assert "no scenario 'nowhere'; there are calm, city, demo, faults, load, storm" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_orders_to_a_fleet_that_does_not_run_are_refused(database: Database) -> None:
    done = hengyang("fleet", "pause", "--scenario", "calm")
    assert done.returncode == 1
    assert "no fleet listens" in done.stderr


def test_devices_are_enlisted_run_end_cleanly_and_go_on_with_new_boots(
    stack: LocalStack, database: Database, tmp_path: Path
) -> None:
    log = tmp_path / "simulate.log"
    with listening(stack, *wire.UPWARD) as listener:
        with simulating(log, database, BRISK) as process:
            until(lambda: len(listener.numbered()) > 60)
            again = hengyang("simulate", BRISK)
            assert (again.returncode, "runs already" in again.stderr) == (1, True)
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
        assert log.read_text().endswith("simulate: ended\n")
        first = boots(listener)
        assert {len(seen) for seen in first.values()} == {1}
        with simulating(log, database, BRISK):
            until(lambda: sum(len(seen) == 2 for seen in boots(listener).values()) > 10)
    for device, seen in boots(listener).items():
        assert sorted(seen)[: len(first.get(device, ()))] == sorted(first.get(device, ()))
        assert max(seen) - min(seen) == len(seen) - 1


def test_a_running_fleet_can_be_looked_at_paused_and_made_to_fail(
    stack: LocalStack, database: Database, tmp_path: Path
) -> None:
    socket = tmp_path / "simulators" / "brisk" / "control.sock"
    fault = Fault(name="skew", share=1.0)
    with listening(stack), simulating(tmp_path / "log", database, BRISK, "--kind", "sensor"):
        until(socket.exists)
        assert give(socket, Order(do="pause")).snapshot["paused"] is True
        caught_up = hengyang("fleet", "speed", "50", "--scenario", "brisk")
        assert caught_up.stdout == "fleet: catching up at 50 times the clock\n"
        until(lambda: not give(socket, Order(do="look")).snapshot["catching_up"])
        with pytest.raises(ControlFailed, match="at the present"):
            give(socket, Order(do="speed", speed=5))
        give(socket, Order(do="pause"))
        assert give(socket, Order(do="resume")).snapshot["paused"] is False
        with pytest.raises(ControlFailed, match="name of a fault"):
            give(socket, Order(do="heal"))
        struck = give(socket, Order(do="inject", fault=fault))
        assert (struck.detail, struck.snapshot["faults"]) == ("skew on at 19 devices", {"skew": 19})
        assert give(socket, Order(do="inject", fault=fault, devices=["br-lamp-0001"])).detail == (
            "skew on at 1 devices"
        )
        healed = hengyang("fleet", "heal", "skew", "--scenario", "brisk")
        assert healed.stdout == "fleet: skew off\n"


def test_a_second_simulator_with_the_same_identities_takes_them_over_and_mixes_nothing(
    stack: LocalStack, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Another folder: it knows neither the numbers nor the credentials of the first one.
    socket = tmp_path / "simulators" / "calm" / "control.sock"
    words = ("calm", "--kind", "sensor")
    with (
        listening(stack, *wire.UPWARD) as listener,
        simulating(tmp_path / "first.log", database, *words),
    ):
        until(lambda: len({device for device, *_ in listener.numbered()}) == 19)
        monkeypatch.setenv("HENGYANG_VAR_DIR", str(tmp_path / "other"))
        with simulating(tmp_path / "second.log", database, *words) as second:
            until(lambda: all(len(seen) > 1 for seen in boots(listener).values()))
            until(lambda: give(socket, Order(do="look")).snapshot["connected"] == 0)
            # The first one is out, says so, and keeps what it measures.
            until(lambda: give(socket, Order(do="look")).snapshot["backlog"] > 0)
            second.send_signal(signal.SIGTERM)
            assert second.wait(30) == 0
    assert all(len(seen) == 2 for seen in boots(listener).values())
    contents: dict[tuple[str, int, int], set[str]] = {}
    for key, content in listener.keyed():
        contents.setdefault(key, set()).add(content)
    assert {len(some) for some in contents.values()} == {1}  # no number has been used twice


def test_a_fault_that_is_none_is_refused_before_anybody_is_asked(database: Database) -> None:
    done = hengyang("fleet", "fault", "fire")
    assert done.returncode == 1
    assert "fire" in done.stderr


def test_the_wires_document_is_printed_as_it_is_committed() -> None:
    committed = Path(__file__).parents[3] / "docs" / "asyncapi.json"
    assert hengyang("asyncapi").stdout == committed.read_text("utf-8")


CAMERAS = {"ey-camera-0001", "ey-camera-0002"}
EYES = """
name = "eyes"
title_zh = "眼"
title_en = "Eyes"
prefix = "ey"
seed = 1
[[groups]]
model = "generic-camera"
count = 2
interval_seconds = 0.5
"""


def brightness(url: str) -> float:
    """Of the first picture that comes, below the time; not a number while none does."""
    try:
        with av.open(url, options={"rtsp_transport": "tcp"}, timeout=8) as container:
            return float(next(container.decode(video=0)).to_ndarray(format="gray")[40:320].mean())
    except av.FFmpegError:
        return math.nan


def test_cameras_are_registered_speak_over_mqtt_and_show_pictures_and_faults(
    stack: LocalStack, database: Database, tmp_path: Path
) -> None:
    (tmp_path / "eyes.toml").write_text(EYES)
    socket = tmp_path / "simulators" / "eyes" / "control.sock"
    url = f"{stack.environment['HENGYANG_RTSP_URL']}/ey-camera-0002"
    log = tmp_path / "log"
    with (
        listening(stack, *wire.UPWARD) as listener,
        simulating(log, database, str(tmp_path / "eyes.toml")) as process,
    ):
        until(lambda: {device for device, *_ in listener.numbered()} == CAMERAS)
        until(lambda: brightness(url) > 60)
        fault = Fault(name="black", every_seconds=0.01, seconds=200)
        struck = give(socket, Order(do="inject", fault=fault, devices=["ey-camera-0002"]))
        assert struck.detail == "black on at 1 devices"
        until(lambda: brightness(url) < 30)
        hengyang("fleet", "heal", "black", "--scenario", "eyes")
        until(lambda: brightness(url) > 60)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    with psycopg.connect(database.admin) as connection:
        rows = connection.execute("SELECT device_id, camera_number, division_code FROM devices")
        numbers = {device: (number, division) for device, number, division in rows}
    assert set(numbers) == CAMERAS
    assert all(number[:6] == division[:6] for number, division in numbers.values())


WORLD = """
name = "moving"
title_zh = "路上"
title_en = "On the road"
prefix = "mv"
seed = 7

[world]
vehicles = 3000

[[groups]]
model = "generic-epolice"
count = 12

[[groups]]
model = "generic-vehicle"
count = 3

[[groups]]
model = "generic-signal"
count = 2
"""


def test_passings_are_heard(stack: LocalStack, database: Database, tmp_path: Path) -> None:
    scenario = tmp_path / "moving.toml"
    scenario.write_text(WORLD, "utf-8")
    log = tmp_path / "simulate.log"
    with listening(stack, *wire.UPWARD) as listener:
        with simulating(log, database, str(scenario)) as process:
            # At night a tenth of the vehicles is under way.
            until(lambda: len(listener.of("pass")) > 30 and len(listener.of("readings")) > 3, 300)
            signals = [message.topic.split("/")[3] for message in listener.of("readings")]
            asked = listener.command("signal", signals[0], "signal_hold", phase=1, seconds=60)
            assert listener.answer(asked).ok is True
            process.send_signal(signal.SIGTERM)
            assert process.wait(40) == 0
        truth = tmp_path / "simulators" / "moving" / "world" / "truth" / "passings.jsonl"
        rows = [json.loads(line) for line in truth.read_text("utf-8").splitlines()[1:]]
        true = {(r["site"], r["plate"], r["lane"], r["time"]) for r in rows if r["plate"]}

        def heard() -> set[tuple[str, str, int, float]]:
            told = [
                (message.topic.split("/")[3], msgspec.json.decode(message.payload, type=wire.Pass))
                for message in listener.of("pass")
            ]
            return {(s, p.plate, p.lane, round(p.time.timestamp(), 3)) for s, p in told}

        assert len(true) > 20
        until(lambda: heard() == true, 10)
    assert {m.topic.split("/")[3] for m in listener.of("position")} == {
        "mv-car-0001", "mv-car-0002", "mv-car-0003",
    }  # fmt: skip
    assert "a world with" in log.read_text()
