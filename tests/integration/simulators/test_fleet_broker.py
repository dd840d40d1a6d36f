"""The fleet at a real broker: nothing lost, whatever happens to the connection."""

import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from deploy.stack import LocalStack
from ingest import wire
from simulators.faults import Fault
from simulators.links.link import Broker
from simulators.run import Fleet, Options
from simulators.scenario import Scenario, load
from simulators.witness import Told
from tests.integration.simulators.fleets import admit, broker_of, listening, until


def hurried(scenario: Scenario) -> Scenario:
    """The same devices, speaking ten times as often."""
    pace = {"generic-vehicle": 0.1, "generic-epolice": 0.1}
    groups = [
        msgspec.structs.replace(g, interval_seconds=pace.get(g.model, 0.2), peak_per_hour=36_000.0)
        for g in scenario.groups
    ]
    return msgspec.structs.replace(scenario, groups=tuple(groups))


BRISK = hurried(load("tests/scenarios/brisk.toml"))
LAMP = "br-lamp-0001"


@pytest.fixture
def fleets(stack: LocalStack, tmp_path: Path) -> Iterator["Fleets"]:
    """Makes fleets and ends those that still run."""
    made = Fleets(stack, tmp_path)
    yield made
    made.end()


class Fleets:
    def __init__(self, stack: LocalStack, folder: Path) -> None:
        self.stack = stack
        self.truth = folder / "truth.jsonl"
        self._running: list[Fleet] = []

    def start(self, scenario: Scenario = BRISK, **options: Any) -> Fleet:
        credentials = admit(self.stack, scenario)
        chosen = Options(credentials=credentials, truth=self.truth, **options)
        return self.launch(scenario, broker_of(self.stack), chosen)

    def start_concentrator(self, scenario: Scenario = BRISK, **options: Any) -> Fleet:
        broker = Broker.of(self.stack.environment["HENGYANG_MQTT_LOAD_URL"])
        return self.launch(
            scenario, broker, Options(truth=self.truth, concentrator=True, **options)
        )

    def launch(self, scenario: Scenario, broker: Broker, options: Options) -> Fleet:
        fleet = Fleet(scenario, broker, options)
        self._running.append(fleet)
        fleet.start()
        return fleet

    def end(self) -> None:
        for fleet in self._running:
            fleet.stop(0.0)

    def finish(self, fleet: Fleet) -> Told:
        """End it in peace and read its truth."""
        self._running.remove(fleet)
        assert fleet.stop(60.0)
        return Told.read(self.truth)


def connected(fleet: Fleet) -> bool:
    looked = fleet.snapshot()
    return looked.connected == looked.devices


def test_a_device_with_a_wrong_password_stays_outside(stack: LocalStack, fleets: Fleets) -> None:
    credentials = admit(stack, BRISK) | {LAMP: "wrong"}
    fleet = fleets.launch(BRISK, broker_of(stack), Options(credentials=credentials))
    until(lambda: fleet.snapshot().connected == len(credentials) - 1)
    until(lambda: fleet.snapshot().figures["made"] > 100)
    assert fleet.snapshot().connected == len(credentials) - 1


def test_without_subscribers_every_message_is_kept_until_there_is_one(
    stack: LocalStack, fleets: Fleets
) -> None:
    fleet = fleets.start()
    until(lambda: fleet.snapshot().figures["refused"] > 20)
    assert fleet.snapshot().figures["delivered"] == 0
    with listening(stack, *wire.UPWARD) as listener:
        until(lambda: fleet.snapshot().figures["delivered"] > 200)
        told = fleets.finish(fleet)
        until(lambda: len(listener.numbered()) >= len(told.made))
        assert listener.numbered() == told.made
    assert told.undelivered == set()


@pytest.mark.parametrize("start", [Fleets.start, Fleets.start_concentrator])
def test_a_fleet_without_faults_delivers_each_message_exactly_once(
    stack: LocalStack, fleets: Fleets, start: Any
) -> None:
    with listening(stack, *wire.UPWARD) as listener:
        fleet = start(fleets)
        until(lambda: fleet.snapshot().figures["delivered"] > 150)
        told = fleets.finish(fleet)
        until(lambda: len(listener.keyed()) >= len(told.made))
        heard = listener.keyed()
        assert dict(heard) == told.made
        assert max(Counter(key for key, _ in heard).values()) == 1
    assert set(told.streams.values()) == {"readings", "position", "pass"}


def test_nothing_is_lost_when_the_broker_is_killed(stack: LocalStack, fleets: Fleets) -> None:
    """The broker forgets what it held for the listener; the fleet loses nothing of its own."""
    with listening(stack, *wire.UPWARD) as listener:
        fleet = fleets.start()
        until(lambda: fleet.snapshot().figures["delivered"] > 100)
        stack.kill("mosquitto", signal.SIGKILL)
        made = fleet.snapshot().figures["made"]
        until(lambda: fleet.snapshot().figures["made"] > made + 50)
        assert fleet.snapshot().connected == 0
        stack.start("mosquitto")
        until(lambda: connected(fleet))
        until(listener.client.is_connected)
        told = fleets.finish(fleet)
    assert told.undelivered == set()
    assert told.dropped == set()


@pytest.mark.parametrize("start", [Fleets.start, Fleets.start_concentrator])
def test_with_every_fault_on_each_message_comes_or_is_told_as_damaged(
    stack: LocalStack, fleets: Fleets, start: Any
) -> None:
    with listening(stack, *wire.UPWARD) as listener:
        fleet = start(fleets, hurried(load("faults")))
        for name in ("corrupt", "duplicate", "late"):
            fleet.inject(Fault(name=name, probability=0.3, seconds=2.0))
        until(lambda: fleet.snapshot().figures["delivered"] > 400)
        fleet.inject(Fault(name="drop_out", every_seconds=1.0, seconds=1.0))
        until(lambda: fleet.snapshot().faults.get("drop_out", 0) > 10)
        told = fleets.finish(fleet)
        delivered = sum(told.delivered.values()) + len(told.damaged)
        until(lambda: len(listener.of(*wire.UPWARD)) >= delivered)
        heard = listener.numbered()
    assert {key: heard[key] for key in told.delivered} == {
        key: told.made[key] for key in told.delivered
    }
    damaged = {(line.device, line.boot, line.seq) for line in told.damaged}
    assert told.undelivered - told.dropped <= damaged
    assert damaged


def test_a_drop_out_shows_as_offline_by_the_last_will_and_ends(
    stack: LocalStack, fleets: Fleets
) -> None:
    with listening(stack) as listener:

        def states() -> list[str]:
            heard = [m for m in listener.of("status") if m.topic.split("/")[3] == LAMP]
            return [msgspec.json.decode(m.payload, type=wire.Status).state for m in heard]

        fleet = fleets.start()
        until(lambda: states()[-1:] == ["online"])
        before = len(states())
        fleet.inject(Fault(name="drop_out", every_seconds=0.05, seconds=1.0), [LAMP])
        until(lambda: "offline" in states()[before:])
        fleet.heal("drop_out")
        until(lambda: states()[-1:] == ["online"] and len(states()) >= before + 2)
        fleets.finish(fleet)
        until(lambda: states()[-1:] == ["offline"])


def test_what_the_centre_missed_is_sent_again_byte_for_byte(
    stack: LocalStack, fleets: Fleets
) -> None:
    with listening(stack) as listener:
        fleets.start()
        until(lambda: sum(key[0] == LAMP for key in listener.numbered()) > 3)
        boot = next(key[1] for key in listener.numbered() if key[0] == LAMP)
        command = listener.command("sensor", LAMP, "resend", boot=boot, ranges=[[0, 1], [3, 3]])
        answer = listener.answer(command)
        assert (answer.ok, answer.detail) == (True, "3 of 3 sent again")
        heard = listener.keyed()
    times = Counter(key for key, _ in heard)
    assert [times[LAMP, boot, seq] for seq in (0, 1, 2, 3)] == [2, 2, 1, 2]
    assert len({shown for key, shown in heard if key == (LAMP, boot, 0)}) == 1


def test_a_report_tells_the_newest_numbers_and_a_reboot_begins_a_new_boot(
    stack: LocalStack, fleets: Fleets
) -> None:
    with listening(stack) as listener:
        fleet = fleets.start()
        until(lambda: connected(fleet))
        assert listener.answer(listener.command("sensor", LAMP, "reboot")).ok
        until(lambda: any(key[:2] == (LAMP, 2) for key in listener.numbered()))
        assert listener.answer(listener.command("sensor", LAMP, "report")).ok
        (report,) = listener.events(wire.EVENT_REPORT)
        known = listener.numbered()
        for announced in report.announce:
            assert (LAMP, announced.boot, announced.last) in known
        assert {announced.boot for announced in report.announce} == {1, 2}


def test_a_concentrator_passes_commands_to_its_devices(stack: LocalStack, fleets: Fleets) -> None:
    with listening(stack) as listener:
        fleet = fleets.start_concentrator()
        until(lambda: connected(fleet))
        answer = listener.answer(listener.command("sensor", LAMP, "message", text="你好"))
        assert answer.ok


def test_a_paused_fleet_delivers_what_it_has_says_nothing_new_and_goes_on_in_the_present(
    stack: LocalStack, fleets: Fleets
) -> None:
    with listening(stack, *wire.UPWARD):
        fleet = fleets.start()
        until(lambda: connected(fleet))
        fleet.inject(Fault(name="drop_out", every_seconds=0.05, seconds=900.0), [LAMP])
        until(lambda: not connected(fleet) and fleet.snapshot().backlog > 5)
        fleet.heal("drop_out")
        fleet.pause()
        until(lambda: connected(fleet) and not fleet.snapshot().backlog)
        made = fleet.snapshot().figures["made"]
        assert fleet.snapshot().paused
        assert fleet.snapshot().figures["made"] == made
        fleet.resume()
        until(lambda: fleet.snapshot().figures["made"] > made + 20)


def test_history_is_filled_fast_and_then_lived(stack: LocalStack, fleets: Fleets) -> None:
    with listening(stack, *wire.UPWARD):
        fleet = fleets.start(start=time.time() - 120.0, speed=40.0)
        assert fleet.snapshot().catching_up
        until(lambda: not fleet.snapshot().catching_up)
        told = fleets.finish(fleet)
    assert told.undelivered == told.dropped == set()
    assert len(told.made) > 1000
