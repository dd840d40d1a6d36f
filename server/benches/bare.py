"""The measure of one ingest process: a bare paho subscriber that decodes and acknowledges."""

import sys
import threading
import time
from typing import Any

import msgspec
from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from ingest import wire
from ingest.broker import BrokerAddress, connect_properties, parse, prepare
from ingest.gateway import client_id
from ingest.orphans import gateway_name

TOPICS = f"$share/bare/{wire.ROOT}/#"


class Bare:
    """Some connections, a thread each, as paho's own loop runs them; nothing is stored."""

    def __init__(self, address: BrokerAddress, connections: int, receive_maximum: int) -> None:
        self.received = 0
        self._decoder = msgspec.json.Decoder(wire.Readings)
        self._clients = [self._client(n, address, receive_maximum) for n in range(connections)]

    def _client(self, number: int, address: BrokerAddress, receive_maximum: int) -> Client:
        name = client_id(gateway_name(1), number)  # it stands in for a gateway
        client = Client(
            CallbackAPIVersion.VERSION2, client_id=name, protocol=MQTTv5, manual_ack=True
        )
        prepare(client, name, address)
        client.on_connect = lambda c, *_: c.subscribe(TOPICS, qos=1)
        client.on_message = self._on_message
        client.connect(
            address.host,
            address.port,
            clean_start=True,
            properties=connect_properties(receive_maximum=receive_maximum, session_seconds=0),
        )
        client.loop_start()
        return client

    def _on_message(self, client: Client, _userdata: Any, message: MQTTMessage) -> None:
        self._decoder.decode(message.payload)
        client.ack(message.mid, message.qos)
        self.received += 1


def main() -> None:
    """`python -m server.benches.bare URL CONNECTIONS RECEIVE_MAXIMUM`: writes what it counts."""
    url, connections, receive_maximum = sys.argv[1:4]
    bare = Bare(parse(url), int(connections), int(receive_maximum))
    while threading.main_thread().is_alive():
        sys.stdout.write(f"{time.time()} {bare.received}\n")
        sys.stdout.flush()
        time.sleep(0.1)


if __name__ == "__main__":
    main()
