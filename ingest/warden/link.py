"""The warden's own connection to the broker: plain subscriptions, and our words to devices."""

import threading
import time
from collections import deque
from datetime import datetime
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from center.logs import logger
from ingest.broker import KEEPALIVE_SECONDS, BrokerAddress, connect_properties, new_client
from ingest.delivery import Delivery
from ingest.wire import JSON, ROOT, STATUS_STREAM, Command, encode, topic

log = logger(__name__)
STATUS = f"{ROOT}/+/+/{STATUS_STREAM}"
SYS = "$SYS/broker/#"
# What is told of the broker on the system page; the rest of $SYS is dropped.
GAUGES = {
    "$SYS/broker/clients/connected": "clients_connected",
    "$SYS/broker/store/messages/count": "messages_held",
    "$SYS/broker/store/messages/bytes": "bytes_held",
    "$SYS/broker/publish/messages/dropped": "messages_dropped",
    "$SYS/broker/version": "version",
}
MOST_WAITING = 100_000  # status messages; beyond it the oldest go, and a retained one returns


class Link:
    """MQTT client with a thread of its own; safe to call from the warden's thread."""

    def __init__(self, address: BrokerAddress, name: str) -> None:
        self.statuses: deque[Delivery] = deque(maxlen=MOST_WAITING)
        # Devices that spoke of themselves just now, other than through a retained message.
        self.returned: deque[str] = deque(maxlen=MOST_WAITING)
        self.gauges: dict[str, str] = {}
        self.connections = 0
        self._address = address
        self._ready = threading.Event()
        client = new_client(name, address)
        client.max_queued_messages_set(10_000)
        client.reconnect_delay_set(1, 5)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        self._client = client

    def start(self) -> None:
        """Connects, and goes on connecting, in the background."""
        # A clean start: retained messages then come at each connection, which is what we want.
        self._client.connect_async(
            self._address.host,
            self._address.port,
            keepalive=KEEPALIVE_SECONDS,
            clean_start=True,
            properties=connect_properties(receive_maximum=None, session_seconds=0),
        )
        self._client.loop_start()

    def stop(self) -> None:
        """Leaves the broker."""
        self._client.disconnect()
        self._client.loop_stop()

    @property
    def connected(self) -> bool:
        """Whether the broker is there."""
        return self._ready.is_set()

    def command(
        self,
        kind: str,
        device_id: str,
        command_id: str,
        name: str,
        args: dict[str, Any],
        deadline: datetime,
        expiry_seconds: int,
    ) -> bool:
        """Hands a command to the broker; False when it cannot take it now."""
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # of paho
        properties.ContentType = JSON
        properties.MessageExpiryInterval = max(1, expiry_seconds)
        payload = encode(Command(id=command_id, name=name, args=args, deadline=deadline))
        info = self._client.publish(
            topic(kind, device_id, "command"), payload, qos=1, properties=properties
        )
        return info.rc == 0

    def _on_connect(
        self,
        client: Client,
        _u: object,
        _f: ConnectFlags,
        reason: ReasonCode,
        _p: Properties | None,
    ) -> None:
        if reason.is_failure:
            log.error("broker_refused", reason=str(reason))
            return
        self.connections += 1
        client.subscribe([(STATUS, 1), (SYS, 0)])
        self._ready.set()
        log.info("broker_connected", connections=self.connections)

    def _on_disconnect(self, *_: object) -> None:
        self._ready.clear()

    def _on_message(self, _c: Client, _u: object, message: MQTTMessage) -> None:
        name = message.topic
        if name.startswith("$SYS/"):
            gauge = GAUGES.get(name)
            if gauge:
                self.gauges[gauge] = bytes(message.payload).decode("utf-8", "replace")
            return
        if not message.retain:
            self.returned.append(name.split("/")[3])
        properties: Any = message.properties
        self.statuses.append(
            Delivery(
                name,
                bytes(message.payload),
                getattr(properties, "ContentType", None),
                time.time_ns() // 1000,
            )
        )
