"""The warden's own connection to the broker: plain subscriptions, and our words to devices."""

import threading
import time
from collections import deque
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from center.logs import logger
from ingest.broker import KEEPALIVE_SECONDS, BrokerAddress, connect_properties, new_client
from ingest.commands.handover import Outcome
from ingest.delivery import Delivery, Receipt
from ingest.warden.inbox import Inbox
from ingest.warden.status import Heard
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
# Of each kind; the broker gives no more status messages than it may have under way to us.
MOST_WAITING = 100_000
SESSION_SECONDS = 86_400  # what devices say of themselves while there is no warden, waits


class Link:
    """MQTT client with a thread of its own; safe to call from the warden's thread."""

    def __init__(self, address: BrokerAddress, name: str) -> None:
        self.statuses: Inbox[Heard] = Inbox(MOST_WAITING)
        # Devices that spoke of themselves just now, other than through a retained message.
        self.returned: Inbox[str] = Inbox(MOST_WAITING)
        self.outcomes: Inbox[Outcome] = Inbox(MOST_WAITING)
        self._said: dict[int, tuple[str, str]] = {}  # packet identifier: device, command
        self._answers: deque[tuple[int, int]] = deque()  # packet identifier, reason code
        self._started = False
        self.gauges: dict[str, str] = {}
        self.connections = 0
        self._address = address
        self._ready = threading.Event()
        client = new_client(name, address, manual_ack=True)
        client.max_queued_messages_set(10_000)
        client.reconnect_delay_set(1, 5)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        self._client = client

    def start(self) -> None:
        """Connects, and goes on connecting, in the background; does nothing where it does."""
        if self._started:
            return
        self._started = True
        # No clean start: what was not kept comes again. Retained messages come at each connection
        # all the same, because each subscribes anew.
        self._client.connect_async(
            self._address.host,
            self._address.port,
            keepalive=KEEPALIVE_SECONDS,
            clean_start=False,
            properties=connect_properties(receive_maximum=None, session_seconds=SESSION_SECONDS),
        )
        self._client.loop_start()

    def stop(self) -> None:
        """Leaves the broker, if it was started."""
        if not self._started:
            return
        self._started = False
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
        """Has a command sent; False when that is not possible now.

        What the broker says to it comes later, by `hear_answers`, in `outcomes`.
        """
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # of paho
        properties.ContentType = JSON
        properties.MessageExpiryInterval = max(1, expiry_seconds)
        payload = encode(Command(id=command_id, name=name, args=args, deadline=deadline))
        info = self._client.publish(
            topic(kind, device_id, "command"), payload, qos=1, properties=properties
        )
        if info.rc != 0:
            return False
        self._said[info.mid] = (device_id, command_id)
        return True

    def hear_answers(self) -> None:
        """Moves what the broker has answered to commands into `outcomes`."""
        # Only here, in the thread of `command`: an answer may be there before `publish` returns.
        for _ in range(len(self._answers)):
            mid, code = self._answers.popleft()
            said = self._said.pop(mid, None)
            if said is not None:
                self.outcomes.put(Outcome(*said, code))

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
        self.gauges.clear()

    def _on_publish(
        self, _c: Client, _u: object, mid: int, reason: ReasonCode, _p: Properties | None
    ) -> None:
        self._answers.append((mid, reason.value))

    def _on_message(self, _c: Client, _u: object, message: MQTTMessage) -> None:
        name = message.topic
        if name.startswith("$SYS/"):
            gauge = GAUGES.get(name)
            if gauge:
                self.gauges[gauge] = bytes(message.payload).decode("utf-8", "replace")
            return
        if not message.retain:
            self.returned.put(name.split("/")[3])
        properties: Any = message.properties
        delivery = Delivery(
            name,
            bytes(message.payload),
            getattr(properties, "ContentType", None),
            time.time_ns() // 1000,
            Receipt(0, self.connections, message.mid) if message.qos else None,
        )
        self.statuses.put(Heard(delivery, live=not message.retain))

    def kept(self, heard: Iterable[Heard]) -> None:
        """These are committed: they go, and the broker may forget them."""
        heard = list(heard)
        self.statuses.drop(heard)
        for delivery, _ in heard:
            receipt = delivery.receipt
            # One of an older connection comes again, perhaps under another packet identifier.
            if receipt is not None and receipt.connection == self.connections:
                self._client.ack(receipt.mid, 1)
