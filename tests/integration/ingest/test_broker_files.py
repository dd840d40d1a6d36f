"""The real broker lets in whom the register knows, and nobody else."""

import os
import socket
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
import psycopg
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from center.settings import MqttSettings, settings
from ingest.devices import desk
from ingest.devices.broker_files import publish_broker_files
from ingest.devices.kept_sessions import ANSWER_SECONDS, AT_ONCE

NOT_AUTHORISED = 0x87
DEVICE = {"name": "站", "model": "generic-water-level", "division": "430408"}


class Visitor:
    """An MQTT 5 client that tells what the broker says to it."""

    def __init__(self, port: int, user: str, password: str) -> None:
        self.refused: int | None = None
        self.acknowledged: list[int] = []
        self.heard: list[str] = []
        self.gone = False
        client = mqtt.Client(CallbackAPIVersion.VERSION2, user, protocol=mqtt.MQTTv5)
        client.username_pw_set(user, password)
        client.on_connect = lambda *a: setattr(self, "refused", a[3].value)
        client.on_publish = lambda *a: self.acknowledged.append(a[3].value)
        client.on_message = lambda *a: self.heard.append(a[2].topic)
        client.on_disconnect = lambda *_: setattr(self, "gone", True)
        client.connect("127.0.0.1", port)
        self.client = client
        self.wait(lambda: self.refused is not None)

    def wait(self, done) -> bool:
        until = time.monotonic() + 20
        while not done() and time.monotonic() < until:
            self.client.loop(0.05)
        return bool(done())

    def subscribe(self, topic: str) -> None:
        """Returns once the broker has answered, whatever it says."""
        answered: list[int] = []
        self.client.on_subscribe = lambda *a: answered.append(a[2])
        self.client.subscribe(topic, 1)
        assert self.wait(lambda: answered)

    def publish(self, topic: str) -> int:
        count = len(self.acknowledged)
        self.client.publish(topic, b"{}", qos=1)
        assert self.wait(lambda: len(self.acknowledged) > count)
        return self.acknowledged[-1]


@pytest.fixture
def port(stack) -> int:
    return stack.ports.mosquitto


@pytest.fixture
def publish(database) -> Iterator:
    """Publishes the broker's files as the warden does; afterwards only the services remain."""
    with psycopg.connect(database.ingest, autocommit=True) as connection:
        yield lambda **options: publish_broker_files(connection, settings(MqttSettings), **options)
    with psycopg.connect(database.admin, autocommit=True) as connection:
        connection.execute("UPDATE devices SET enabled = false")
        publish_broker_files(connection, settings(MqttSettings))


def let_in(port: int, user: str, password: str, wanted: int = 0) -> Visitor:
    """The broker re-reads its files in its own time after the signal."""
    until = time.monotonic() + 20
    while True:
        visitor = Visitor(port, user, password)
        if visitor.refused == wanted or time.monotonic() > until:
            assert visitor.refused == wanted
            return visitor


def test_whom_the_register_does_not_know_the_broker_refuses(publish, port):
    publish()
    assert Visitor(port, "WL-0001", "anything").refused == NOT_AUTHORISED
    secret = desk.add(device_id="WL-0001", **DEVICE)
    assert publish()
    let_in(port, "WL-0001", secret)
    assert Visitor(port, "WL-0001", "wrong").refused == NOT_AUTHORISED


def test_a_device_speaks_for_itself_alone(publish, port):
    secret = desk.add(device_id="WL-0001", **DEVICE)
    publish()
    visitor = let_in(port, "WL-0001", secret)
    for topic in ("hy/v1/sensor/WL-0002/readings", "hy/v1/sensor/WL-0001/command", "other",
                  "hy/v1/sensor/WL-0001/readings/more"):  # fmt: skip
        assert visitor.publish(topic) == NOT_AUTHORISED, topic
    assert visitor.publish("hy/v1/sensor/WL-0001/readings") in {0, 0x10}
    service = urlsplit(settings(MqttSettings).mqtt_url)
    centre = let_in(port, "ingest", service.password)
    for topic in ("hy/v1/sensor/WL-0002/command", "hy/v1/sensor/WL-0001/command"):
        visitor.subscribe(topic)
        centre.publish(topic)
    assert visitor.wait(lambda: "hy/v1/sensor/WL-0001/command" in visitor.heard)
    assert visitor.heard == ["hy/v1/sensor/WL-0001/command"]


def test_an_old_credential_ends_also_for_who_is_connected(publish, port):
    old = desk.add(device_id="WL-0001", **DEVICE)
    publish()
    visitor = let_in(port, "WL-0001", old)
    new = desk.rotate("WL-0001")
    assert publish()
    assert visitor.wait(lambda: visitor.gone)
    let_in(port, "WL-0001", new)
    assert Visitor(port, "WL-0001", old).refused == NOT_AUTHORISED


def test_a_retired_device_is_locked_out(publish, port):
    secret = desk.add(device_id="WL-0001", **DEVICE)
    publish()
    visitor = let_in(port, "WL-0001", secret)
    desk.retire("WL-0001", "拆除")
    assert publish()
    assert visitor.wait(lambda: visitor.gone)
    let_in(port, "WL-0001", secret, NOT_AUTHORISED)


def test_a_device_named_like_a_gateways_session_stays_in_the_register_and_outside(publish, owner):
    secret = desk.add(device_id="WL-0001", **DEVICE)
    owner.execute("UPDATE devices SET device_id = 'ingest-1-0'")
    publish()
    assert owner.execute("SELECT device_id FROM devices").fetchall() == [("ingest-1-0",)]
    kept = (settings(MqttSettings).mqtt_files_dir / "passwd").read_text().splitlines()
    assert sum(line.startswith("ingest-1-0:") for line in kept) == 1
    assert Visitor(urlsplit(settings(MqttSettings).mqtt_url).port, "ingest-1-0", secret).refused


def test_files_are_written_only_when_they_change_and_stay_secret(publish):
    desk.add(device_id="WL-0001", **DEVICE)
    passwd = settings(MqttSettings).mqtt_files_dir / "passwd"
    assert publish()
    before = passwd.stat()
    assert not publish()
    assert not publish(always_signal=True)
    assert passwd.stat().st_ino == before.st_ino
    desk.rotate("WL-0001")
    assert publish()
    assert passwd.stat().st_ino != before.st_ino
    assert stat.S_IMODE(passwd.stat().st_mode) == 0o600


def test_without_the_services_accounts_nothing_is_written(publish, tmp_path, database):
    with psycopg.connect(database.ingest) as connection:
        config = settings(MqttSettings).model_copy(update={"mqtt_files_dir": tmp_path})
        assert not publish_broker_files(connection, config)
    assert list(tmp_path.iterdir()) == []


def test_a_stale_process_number_is_not_signalled(database, tmp_path):
    (tmp_path / "passwd.service").write_text("ingest:x\n")
    (tmp_path / "acl.service").write_text("user ingest\n")
    (tmp_path / "pid").write_text(str(os.getpid()))
    files = {"mqtt_files_dir": Path(tmp_path), "mqtt_pid_file": tmp_path / "pid"}
    with psycopg.connect(database.ingest) as connection:
        config = settings(MqttSettings).model_copy(update=files)
        assert publish_broker_files(connection, config)  # SIGHUP would end this test
    assert (tmp_path / "passwd").read_text() == "ingest:x\n"


def test_the_session_kept_for_an_account_ends_with_its_password(publish, port):
    old = desk.add(device_id="WL-0001", **DEVICE)
    publish()
    let_in(port, "WL-0001", old).client.disconnect()

    def session_is_kept(secret: str) -> bool:
        """Connects as a device that comes back does, once the broker knows its password."""
        until = time.monotonic() + 20
        while time.monotonic() < until:
            answers: list[tuple[bool, bool]] = []
            client = mqtt.Client(CallbackAPIVersion.VERSION2, "WL-0001", protocol=mqtt.MQTTv5)
            client.username_pw_set("WL-0001", secret)
            client.on_connect = lambda *a, to=answers: to.append(
                (not a[3].is_failure, a[2].session_present)
            )
            kept = mqtt.Properties(mqtt.PacketTypes.CONNECT)
            kept.SessionExpiryInterval = 3600
            client.connect("127.0.0.1", port, clean_start=False, properties=kept)
            while not answers and time.monotonic() < until:
                client.loop(0.05)
            client.disconnect()
            client.loop(0.05)
            if answers and answers[0][0]:
                return answers[0][1]
        raise AssertionError("the broker does not let the device in")

    session_is_kept(old)
    assert session_is_kept(old)
    new = desk.rotate("WL-0001")
    publish()
    assert not session_is_kept(new)


def test_a_broker_that_never_answers_holds_up_nobody_for_long(database, tmp_path):
    """Accepts connections and says nothing: each session takes its whole time to give up."""
    with socket.create_server(("127.0.0.1", 0), backlog=1000) as mute, \
            psycopg.connect(database.ingest) as connection:  # fmt: skip
        config = MqttSettings(
            mqtt_url=f"mqtt://ingest:x@127.0.0.1:{mute.getsockname()[1]}",
            mqtt_files_dir=tmp_path,
            mqtt_pid_file=None,
        )
        (tmp_path / "passwd.service").write_text("ingest:x\n")
        leaving = [f"D-{n}:x\n" for n in range(2 * AT_ONCE)]
        (tmp_path / "passwd").write_text("ingest:x\n" + "".join(leaving))
        began = time.monotonic()
        assert publish_broker_files(connection, config)
        assert time.monotonic() - began < len(leaving) * ANSWER_SECONDS / 4
    assert (tmp_path / "passwd").read_text() == "ingest:x\n"
