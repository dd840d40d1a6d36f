"""Fleets at the broker of a test, and somebody who listens to them."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import msgspec
from paho.mqtt.client import MQTT_CLEAN_START_FIRST_ONLY, Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from center.clock import now
from deploy.stack import LocalStack
from ingest import wire
from ingest.devices.broker_files import passwd
from ingest.devices.credentials import hash_credential
from simulators.fleet import describe
from simulators.links.knock import accepts
from simulators.links.link import Broker
from simulators.scenario import Scenario
from simulators.witness import digest

PATIENCE = 60.0  # generous: a wait ends when what is waited for has come


def until(true: Callable[[], Any], seconds: float = PATIENCE) -> None:
    """Wait until it holds; fail if it does not in time."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def broker_of(stack: LocalStack) -> Broker:
    """Where devices sign in by themselves."""
    return Broker.of(stack.environment["HENGYANG_MQTT_URL"])._replace(username=None, password=None)


def admit(stack: LocalStack, scenario: Scenario) -> dict[str, str]:
    """Tell the broker the devices of a scenario; gives their passwords.

    Accounts of earlier tests stay: the broker does not bear it when one with a session changes.
    """
    secrets = {spec.device_id: f"secret of {spec.device_id}" for spec in describe(scenario)}
    file = stack.dir / "mosquitto" / "files" / "passwd"
    before = file.read_text()
    known = {line.partition(":")[0] for line in before.splitlines()}
    new = ((name, hash_credential(secret)) for name, secret in secrets.items() if name not in known)
    file.write_text(passwd(before, new))
    record = stack.record("mosquitto")
    assert record is not None
    record.signal(signal.SIGHUP)
    last, secret = list(secrets.items())[-1]
    until(lambda: accepts(broker_of(stack), last, secret))
    return secrets


@dataclass
class Listener:
    """What the centre's account hears. A persistent session, so that a restart loses nothing."""

    client: Client
    heard: list[MQTTMessage] = field(default_factory=list)

    def of(self, *streams: str) -> list[MQTTMessage]:
        return [m for m in list(self.heard) if m.topic.rsplit("/", 1)[1] in streams]

    def numbered(self) -> dict[tuple[str, int, int], str]:
        """Digest of each numbered message heard, by device, boot and seq; the undamaged ones."""
        return dict(self.keyed())

    def keyed(self) -> list[tuple[tuple[str, int, int], str]]:
        """The same with its repeats."""
        found = []
        for message in self.of(*wire.UPWARD):
            head = header(message.payload)
            if head is not None:
                device = message.topic.split("/")[3]
                found.append(((device, head["boot"], head["seq"]), digest(message.payload)))
        return found

    def command(self, kind: str, device_id: str, name: str, **args: Any) -> str:
        """Give a command; its id is what the answer will carry."""
        command = wire.Command(
            id=f"{name}-{time.monotonic_ns()}",
            name=name,
            args=args,
            deadline=now() + timedelta(minutes=5),
        )
        topic = wire.topic(kind, device_id, "command")
        self.client.publish(topic, wire.encode(command), 1).wait_for_publish(PATIENCE)
        return command.id

    def events(self, name: str) -> list[wire.Event]:
        decoded = (msgspec.json.decode(m.payload, type=wire.Event) for m in self.of("event"))
        return [event for event in decoded if event.name == name]

    def answer(self, command: str) -> wire.Event:
        until(lambda: any(e.command == command for e in self.events(wire.EVENT_ANSWER)))
        return next(e for e in self.events(wire.EVENT_ANSWER) if e.command == command)


def header(payload: bytes) -> dict[str, Any] | None:
    """Boot and seq of a payload in either encoding; None where it is damaged."""
    for decode in (msgspec.json.decode, msgspec.msgpack.decode):
        try:
            found = decode(payload)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
        if isinstance(found, dict) and isinstance(found.get("boot"), int):
            return found
    return None


@contextmanager
def listening(stack: LocalStack, *streams: str) -> Iterator[Listener]:
    """Listens to the streams (all, if none is named) as the account `ingest`."""
    address = Broker.of(stack.environment["HENGYANG_MQTT_URL"])
    client = Client(CallbackAPIVersion.VERSION2, address.username or "", protocol=MQTTv5)
    client.username_pw_set(address.username, address.password)
    listener = Listener(client)
    client.on_message = lambda _client, _data, message: listener.heard.append(message)
    subscribed: list[int] = []
    client.on_subscribe = lambda *_: subscribed.append(1)
    wanted = streams or (*wire.UPWARD, wire.STATUS_STREAM)
    topics = [(wire.topic("+", "+", stream), 1) for stream in wanted]
    client.on_connect = lambda *_: client.subscribe(topics)
    session = Properties(PacketTypes.CONNECT)
    session.SessionExpiryInterval = 300
    # Clean at first: the session of the test before has the same name.
    client.connect(
        address.host, address.port, clean_start=MQTT_CLEAN_START_FIRST_ONLY, properties=session
    )
    client.reconnect_delay_set(1, 1)
    client.loop_start()
    try:
        until(lambda: subscribed)
        yield listener
    finally:
        client.disconnect()
        client.loop_stop()
