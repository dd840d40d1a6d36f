"""One MQTT session of a gateway: persistent, shared subscription, acknowledged by hand."""

import socket
import time
from collections.abc import Callable, Sequence
from typing import Any, cast

from paho.mqtt.client import (
    Client,
    ConnectFlags,
    DisconnectFlags,
    MQTTv5,
)
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from center.logs import logger
from ingest.broker import (
    KEEPALIVE_SECONDS,
    SESSION_SECONDS,
    BrokerAddress,
    connect_properties,
    prepare,
)
from ingest.broker_socket import SievingSocket
from ingest.delivery import Delivery, Receipt
from ingest.publish_packets import MalformedPacket, Publish
from ingest.wire import DOWN_STREAMS, ROOT, STATUS_STREAM

log = logger(__name__)
# All of our topics, so that whatever the broker lets through is stored or explained. Status is
# the warden's (retained messages never reach a shared subscription); commands are our own words.
SHARED = f"$share/ingest/{ROOT}/#"
NOT_OURS = tuple(f"/{stream}" for stream in (STATUS_STREAM, *DOWN_STREAMS))
LEVELS = 4  # slashes in a topic of the wire; a longer or shorter one is nobody's
RECONNECT_SECONDS = (0.2, 0.5, 1, 2, 5)
DRAINED_SECONDS = 3.0  # an adopted session that was silent for this long is empty


class _Client(Client):
    """paho's client on a `SievingSocket`; pinned by the lock, covered by tests on a broker."""

    def _create_socket(self) -> Any:
        connected: Any = super()._create_socket()
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return SievingSocket(connected)


class Session:
    """Receives deliveries and sends acknowledgements; used by one thread only.

    `deliver` gets every message that is ours. `lost` is called with a reason whenever the broker
    may have forgotten messages, so that devices are asked for their newest numbers.

    An `adopted` session is that of a gateway which is no more: the broker went on giving it its
    share. It takes no new messages, hands over what waits, and is then deleted: `finished`.
    """

    def __init__(
        self,
        number: int,
        client_id: str,
        address: BrokerAddress,
        receive_maximum: int,
        deliver: Callable[[Delivery], None],
        lost: Callable[[str], None],
        *,
        adopted: bool = False,
    ) -> None:
        self.number = number
        self.client_id = client_id
        self.adopted = adopted
        self.finished = False
        self._unacknowledged = 0
        self._heard = 0.0
        # Counts sockets, not CONNACKs: a receipt of an older one is void from the moment a new one
        # is opened, else its PUBACK would go out under a packet identifier the broker gives anew.
        self.connection = 0
        self.connected = False
        self._was_connected = False
        self._address = address
        self._receive_maximum = receive_maximum
        self._deliver = deliver
        self._lost = lost
        self._attempt = 0
        self._due = 0.0
        client = _Client(
            CallbackAPIVersion.VERSION2, client_id=client_id, protocol=MQTTv5, manual_ack=True
        )
        prepare(client, client_id, address)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        self._client = client

    @property
    def socket(self) -> SievingSocket | None:
        """The connection's socket, None while there is none."""
        return cast(SievingSocket | None, self._client.socket())

    def keep_alive(self) -> None:
        """Pings, notices a dead connection, connects again when it is time; call each second."""
        if self.socket is not None:
            self._client.loop_misc()
            if self.adopted and self.connected:
                self._finish_if_drained()
        elif time.monotonic() >= self._due:
            self._open()

    def _finish_if_drained(self) -> None:
        if self._unacknowledged == 0 and time.monotonic() - self._heard > DRAINED_SECONDS:
            self.finished = True
            log.info("session_drained", client_id=self.client_id)
            self.close(forget=True)

    def _open(self) -> None:
        pause = RECONNECT_SECONDS[min(self._attempt, len(RECONNECT_SECONDS) - 1)]
        self._attempt += 1
        self._due = time.monotonic() + pause
        self.connection += 1
        try:
            self._client.connect(
                self._address.host,
                self._address.port,
                keepalive=KEEPALIVE_SECONDS,
                clean_start=False,
                properties=connect_properties(
                    receive_maximum=self._receive_maximum, session_seconds=SESSION_SECONDS
                ),
            )
        except OSError as error:
            log.warning("broker_unreachable", session=self.number, error=str(error))

    def read(self) -> None:
        """Handles all that has come."""
        sock = self.socket
        if sock is None:
            return
        sock.fill()
        try:
            self._take_all(sock)
        except MalformedPacket as error:
            log.error("broker_talks_nonsense", session=self.number, error=str(error))
            sock.give_up()
        if sock.ended:
            self._client.loop_read()
        elif self._client.want_write():
            self._client.loop_write()  # what callbacks have queued: they may not write themselves

    def _take_all(self, sock: SievingSocket) -> None:
        """PUBLISH is ours, every other packet is the client's, in the order they came."""
        received_us = time.time_ns() // 1000
        while True:
            for publish in sock.publishes():
                self._take(publish, received_us)
            if not sock.pending():
                return
            while sock.pending():
                self._client.loop_read()

    def acknowledge(self, mids: Sequence[int]) -> None:
        """Sends PUBACKs in one piece."""
        sock = self.socket
        if sock is not None:
            sock.acknowledge(mids)
            self._unacknowledged -= len(mids)

    def _take(self, publish: Publish, received_us: int) -> None:
        self._heard = time.monotonic()
        topic = publish.topic.decode("utf-8", "backslashreplace")
        receipt = None
        if publish.mid:
            receipt = Receipt(self.number, self.connection, publish.mid)
            self._unacknowledged += 1
        if topic.endswith(NOT_OURS) and topic.count("/") == LEVELS:
            if receipt is not None:
                self.acknowledge((publish.mid,))
            return
        self._deliver(Delivery(topic, publish.payload, publish.content_type, received_us, receipt))

    def leave(self) -> None:
        """Ends an adoption without emptying: what waits stays with the broker."""
        self.finished = True
        self.close()

    def close(self, *, forget: bool = False) -> None:
        """Leaves the broker; the session and what waits in it stay there unless forgotten."""
        properties = Properties(PacketTypes.DISCONNECT)  # type: ignore[no-untyped-call]  # of paho
        if forget:
            properties.SessionExpiryInterval = 0
        self._client.disconnect(properties=properties)
        if self.socket is not None:
            self._client.loop_write()

    def _on_connect(
        self,
        client: Client,
        _userdata: object,
        flags: ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            log.error("broker_refused", session=self.number, reason=str(reason))
            return
        self._attempt = 0
        was_connected, self._was_connected = self._was_connected, True
        log.info("broker_connected", session=self.number, session_present=flags.session_present)
        self._unacknowledged = 0
        self._heard = time.monotonic()
        if self.adopted:
            self.connected = True
            client.unsubscribe(SHARED)
            return
        client.subscribe(SHARED, qos=1)
        if not flags.session_present:
            self._lost("the broker did not know our session")
        elif was_connected:
            self._lost("the connection to the broker was lost")

    def _on_subscribe(
        self,
        _client: Client,
        _userdata: object,
        _mid: int,
        reasons: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        if any(reason.is_failure for reason in reasons):
            log.error(
                "subscription_refused", session=self.number, reasons=[str(r) for r in reasons]
            )
            return
        self.connected = True

    def _on_disconnect(
        self,
        _client: Client,
        _userdata: object,
        _flags: DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self.connected = False
        log.warning("broker_disconnected", session=self.number, reason=str(reason))
