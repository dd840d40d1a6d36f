"""What a Mosquitto tells of itself under $SYS."""

import time
from dataclasses import dataclass

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

WAIT_SECONDS = 8.0
TOPICS = {
    "$SYS/broker/clients/connected": "clients",
    "$SYS/broker/store/messages/bytes": "stored_bytes",
    "$SYS/broker/publish/messages/dropped": "dropped",
}


@dataclass(frozen=True)
class BrokerFigures:
    """Clients connected now, bytes of messages held now, messages dropped since its start."""

    clients: int
    stored_bytes: int
    dropped: int


def figures(client: Client, host: str, port: int) -> BrokerFigures:
    """Ask through an MQTT 5 client that has its credentials and TLS.

    Raises OSError if the broker cannot be reached, refuses us or says nothing.
    """
    found: dict[str, int] = {}
    refused: list[str] = []

    def connected(
        client: Client,
        _data: object,
        _flags: ConnectFlags,
        reason: ReasonCode,
        _: Properties | None,
    ) -> None:
        if reason.is_failure:
            refused.append(str(reason))
        client.subscribe([(topic, 0) for topic in TOPICS])

    def received(_client: Client, _data: object, message: MQTTMessage) -> None:
        found[TOPICS[message.topic]] = int(message.payload)

    client.on_connect, client.on_message = connected, received
    client.connect(host, port)
    deadline = time.monotonic() + WAIT_SECONDS
    while len(found) < len(TOPICS) and not refused and time.monotonic() < deadline:
        client.loop(0.5)
    client.disconnect()
    if refused:
        raise ConnectionError(f"the broker refused us: {refused[0]}")
    if "clients" not in found:
        raise ConnectionError("the broker publishes no figures under $SYS")
    return BrokerFigures(**{name: found.get(name, 0) for name in TOPICS.values()})
