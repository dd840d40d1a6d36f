"""Who is asked for its newest number, and what counts as asked: the broker's word decides."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import paho.mqtt.client as mqtt
import psycopg
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from center.clock import now
from center.settings import MqttSettings
from deploy.stack.ports import HOST
from ingest import wire
from ingest.commands import repository
from ingest.ledger.gaps import follow
from ingest.warden import duties, reports, resends
from ingest.warden.link import Link
from ingest.warden.warden import Office
from tests.integration.databases import Database
from tests.integration.ingest.brokers import OwnBroker
from tests.integration.ingest.test_gaps import age
from tests.integration.ingest.writing import LIMITS, enrol, pen, recent
from tests.integration.patience import wait_for


class Device:
    """A device that listens to its commands."""

    def __init__(self, broker: OwnBroker, device_id: str) -> None:
        self.heard: list[wire.Command] = []
        subscribed: list[int] = []
        client = mqtt.Client(CallbackAPIVersion.VERSION2, device_id, protocol=mqtt.MQTTv5)
        client.on_message = lambda *a: self.heard.append(
            msgspec.json.decode(a[2].payload, type=wire.Command)
        )
        client.on_subscribe = lambda *a: subscribed.append(a[2])
        client.connect(HOST, broker.port)
        client.loop_start()
        client.subscribe(wire.topic("sensor", device_id, "command"), 1)
        wait_for(lambda: bool(subscribed))
        self._client = client

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


class Desk:
    """The warden's office on a real broker, its duties in the hands of a test."""

    def __init__(self, database: Database, broker: OwnBroker) -> None:
        self.connection = psycopg.connect(database.ingest, autocommit=True)
        link = Link(broker.address, "warden")
        self.office = Office(link, LIMITS, MqttSettings(mqtt_url="mqtt://127.0.0.1"))
        link.start()
        wait_for(lambda: link.connected)

    def settle(self, count: int) -> None:
        """Waits for the broker's answers to so many commands, and hears them."""

        def answered() -> bool:
            self.office.link.hear_answers()
            return len(self.office.link.outcomes) >= count

        wait_for(answered)
        duties.settle_commands(self.connection, self.office)()

    def notice(self) -> None:
        done = reports.note_reconnection(self.connection, self.office)
        assert done is not None
        done()

    def come_back(self, device_id: str) -> None:
        self.office.link.returned.put(device_id)
        done = reports.hear_returned(self.connection, self.office)
        assert done is not None
        done()

    def ask(self) -> None:
        reports.ask_for_reports(self.connection, self.office)

    def ask_later(self) -> None:
        """As when the pause between two looks is over."""
        self.office.next_look = now()
        self.ask()

    def close(self) -> None:
        self.office.link.stop()
        self.connection.close()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[OwnBroker]:
    made = OwnBroker(tmp_path)
    made.start()
    yield made
    made.kill()


@pytest.fixture
def desk(database: Database, broker: OwnBroker) -> Iterator[Desk]:
    made = Desk(database, broker)
    yield made
    made.close()


def known(owner: psycopg.Connection, device: int, will_state: str | None, heard: str) -> None:
    """What the register's neighbours say of a device: its own word, and when it was last heard."""
    if will_state:
        owner.execute(
            "INSERT INTO device_status (device, will_state, will_at)"
            " VALUES (%s, %s, now() - interval '3 days')",
            [device, will_state],
        )
    owner.execute(
        "INSERT INTO ledger (device, boot, committed, added, first_seen, last_seen)"
        " VALUES (%s, 1, '{[0,1)}', '{}', now() - interval '9 days', now() - %s::interval)",
        [device, heard],
    )


def heard_now(owner: psycopg.Connection, device: int, later: str = "0 s") -> None:
    owner.execute(
        "UPDATE ledger SET last_seen = now() + %s::interval WHERE device = %s", [later, device]
    )


def test_who_is_there_is_asked_and_who_is_not_when_it_is_heard_again(
    desk: Desk, broker: OwnBroker, owner: psycopg.Connection
) -> None:
    quiet = enrol(owner, "QUIET")  # on line by its word, silent for two days
    minutely = enrol(owner, "MINUTELY")  # no word; heard within five of its intervals
    gone = enrol(owner, "GONE")
    known(owner, quiet, "online", "2 days")
    known(owner, minutely, None, "4 min")
    known(owner, gone, "offline", "2 days")
    devices = [Device(broker, name) for name in ("QUIET", "MINUTELY", "GONE")]
    desk.notice()
    desk.ask()
    desk.settle(2)
    wait_for(lambda: [len(device.heard) for device in devices] == [1, 1, 0])
    heard_now(owner, gone)
    desk.ask_later()
    desk.settle(1)
    wait_for(lambda: [len(device.heard) for device in devices] == [1, 1, 1])
    assert {device.heard[0].name for device in devices} == {wire.COMMAND_REPORT}
    desk.ask_later()
    for device in devices:
        device.close()
    assert [len(device.heard) for device in devices] == [1, 1, 1]


def test_whom_nobody_heard_for_is_asked_again_once_it_speaks(
    desk: Desk, broker: OwnBroker, owner: psycopg.Connection
) -> None:
    number = enrol(owner, "D-1")
    known(owner, number, "online", "1 min")
    desk.notice()
    desk.ask()
    desk.settle(1)  # no matching subscribers
    done = owner.execute("SELECT done_at IS NOT NULL FROM report_requests").fetchone()
    assert done == (True,)
    device = Device(broker, "D-1")
    heard_now(owner, number, later="10 min")
    desk.ask_later()
    wait_for(lambda: len(device.heard) == 1)
    device.close()


def test_who_comes_back_by_its_own_word_is_asked_again_at_once(
    desk: Desk, broker: OwnBroker, owner: psycopg.Connection
) -> None:
    known(owner, enrol(owner, "D-1"), "online", "1 min")
    desk.notice()
    desk.ask()
    desk.settle(1)
    device = Device(broker, "D-1")
    desk.come_back("D-1")
    desk.ask()
    wait_for(lambda: len(device.heard) == 1)
    device.close()


def command(owner: psycopg.Connection) -> tuple[object, ...]:
    row = owner.execute("SELECT state, attempts, sent_at IS NOT NULL, detail FROM commands")
    return row.fetchone() or ()


def test_a_command_is_sent_when_the_broker_says_so(
    desk: Desk, broker: OwnBroker, owner: psycopg.Connection
) -> None:
    number = enrol(owner, "D-1")
    repository.enqueue(desk.connection, "reboot", [(number, {})], "test", reports.OPEN)
    duties.send_commands(desk.connection, desk.office)
    assert command(owner) == ("queued", 0, False, None)
    desk.settle(1)
    assert command(owner) == ("queued", 0, False, "the device has no connection")
    duties.send_commands(desk.connection, desk.office)
    assert command(owner)[1] == 0  # not before its pause is over, or the device is back
    device = Device(broker, "D-1")
    desk.come_back("D-1")
    duties.send_commands(desk.connection, desk.office)
    desk.settle(1)
    assert command(owner) == ("sent", 1, True, None)
    wait_for(lambda: [said.name for said in device.heard] == ["reboot"])
    device.close()


def test_only_a_question_that_the_broker_took_counts_as_an_attempt(
    desk: Desk, broker: OwnBroker, owner: psycopg.Connection, database: Database
) -> None:
    enrol(owner, "D-1")
    with pen(database.ingest) as writer:
        writer.write(recent(), recent(seq=2))
    follow(desk.connection, LIMITS)
    age(owner, LIMITS.gap_grace_seconds)
    follow(desk.connection, LIMITS)
    attempts = "SELECT attempts, requested_at IS NOT NULL FROM gaps"
    resends.ask_again(desk.connection, desk.office)
    desk.settle(1)
    assert owner.execute(attempts).fetchone() == (0, True)
    device = Device(broker, "D-1")
    age(owner, LIMITS.gap_resend_seconds)
    resends.ask_again(desk.connection, desk.office)
    desk.settle(1)
    assert owner.execute(attempts).fetchone() == (1, True)
    wait_for(lambda: [said.args for said in device.heard] == [{"boot": 1, "ranges": [[1, 1]]}])
    device.close()
