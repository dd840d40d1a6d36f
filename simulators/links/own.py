"""A device's own connection: one paho client, driven by the engine's selector."""

import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from random import Random
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ingest import wire
from simulators.device import Sending
from simulators.engine import READ, WRITE, Engine
from simulators.links.link import KEEPALIVE_SECONDS, SESSION_SECONDS, Backoff, Broker, Listener
from simulators.spec import DeviceSpec

CONNECT_SECONDS = 3.0
MISC_SECONDS = KEEPALIVE_SECONDS / 4


def _properties(packet: int, **values: Any) -> Properties:
    properties = Properties(packet)  # type: ignore[no-untyped-call]  # paho's own gap
    for name, value in values.items():
        setattr(properties, name, value)
    return properties


class OwnLink:
    """User name and client id are the device's id; the session outlives the connection."""

    def __init__(
        self,
        engine: Engine,
        broker: Broker,
        spec: DeviceSpec,
        password: str,
        listener: Listener,
        will: Callable[[], Sending],
        chance: Random,
    ) -> None:
        self.up = False
        self._engine = engine
        self._broker = broker
        self._listener = listener
        self._will = will
        self._backoff = Backoff(chance)
        self._filter = wire.topic(spec.kind, spec.device_id, "command")
        content = wire.MESSAGEPACK if spec.messagepack else wire.JSON
        self._content = _properties(PacketTypes.PUBLISH, ContentType=content)
        self._wanted = False
        self._planned = False
        self._subscribed = False
        self._full = False  # the socket takes no more for now
        self._sent: dict[int, Sending] = {}
        self._client = self._make(spec.device_id, password)

    def _make(self, device_id: str, password: str) -> Client:
        client = Client(CallbackAPIVersion.VERSION2, device_id, protocol=MQTTProtocolVersion.MQTTv5)
        client.username_pw_set(device_id, password)
        client.connect_timeout = CONNECT_SECONDS
        client.max_inflight_messages_set(0)  # the device keeps the window
        if self._broker.tls:
            client.tls_set_context(ssl.create_default_context())
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        client.on_message = self._on_message
        client.on_subscribe = self._on_subscribe
        client.on_socket_open = self._on_socket_open
        client.on_socket_close = self._on_socket_close
        client.on_socket_register_write = self._on_register_write
        client.on_socket_unregister_write = self._on_unregister_write
        return client

    # --- what the device asks for ------------------------------------------------------------

    def want(self, wanted: bool) -> None:
        if wanted == self._wanted:
            return
        self._wanted = wanted
        sock: Any = self._client.socket()  # a plain or TLS socket: we use no WebSockets
        if wanted and sock is None:
            self._plan(0.0)
        elif not wanted and sock is not None:
            # The broker sees the end of the stream without a DISCONNECT and sends the will.
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def room(self) -> bool:
        return self.up

    def publish(self, sending: Sending) -> None:
        info = self._client.publish(
            sending.topic, sending.payload, 1, sending.retain, self._content
        )
        self._sent[info.mid] = sending

    def close(self, last_word: Sending) -> None:
        self._wanted = False
        if self.up:
            self.publish(last_word)
        self._client.disconnect()

    # --- connecting --------------------------------------------------------------------------

    def _plan(self, seconds: float) -> None:
        if not self._planned:
            self._planned = True
            self._engine.after(seconds, self._open)

    def _open(self) -> None:
        self._planned = False
        if not self._wanted or self._client.socket() is not None:
            return
        will = self._will()
        self._client.will_set(will.topic, will.payload, 1, retain=True)
        try:
            self._client.connect(
                self._broker.host,
                self._broker.port,
                KEEPALIVE_SECONDS,
                clean_start=False,
                properties=_properties(PacketTypes.CONNECT, SessionExpiryInterval=SESSION_SECONDS),
            )
        except OSError:
            self._plan(self._backoff.pause())

    def _misc(self, sock: object) -> None:
        if self._is_current(sock):
            self._client.loop_misc()
            self._engine.after(MISC_SECONDS, partial(self._misc, sock))

    def _on_connect(
        self, client: Client, _data: Any, flags: ConnectFlags, code: ReasonCode, _props: Any
    ) -> None:
        if code.is_failure:
            return  # paho closes the socket and says so in on_disconnect
        if flags.session_present and self._subscribed:
            self._ready()
        else:
            client.subscribe(self._filter, 1)

    def _on_subscribe(
        self, _client: Client, _data: Any, _mid: int, codes: list[ReasonCode], _props: Any
    ) -> None:
        self._subscribed = not any(code.is_failure for code in codes)
        self._ready()

    def _ready(self) -> None:
        self.up = True
        self._backoff.reset()
        self._listener.link_up()

    def _on_disconnect(
        self, client: Client, _data: Any, _flags: Any, _code: Any, _props: Any
    ) -> None:
        # paho would repeat what was under way by itself; the device does, with everything else.
        client.drop_out_messages()
        self._sent.clear()
        was_up, self.up = self.up, False
        if was_up:
            self._listener.link_down()
        if self._wanted:
            self._plan(self._backoff.pause())

    # --- messages ----------------------------------------------------------------------------

    def _on_publish(
        self, _client: Client, _data: Any, mid: int, code: ReasonCode, _props: Any
    ) -> None:
        sending = self._sent.pop(mid, None)
        if sending is not None:
            self._listener.answered(sending, code.value)

    def _on_message(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        content = getattr(message.properties, "ContentType", wire.JSON)
        self._listener.heard(bytes(message.payload), content)

    # --- the selector ------------------------------------------------------------------------

    def _on_socket_open(self, _client: Client, _data: Any, sock: Any) -> None:
        self._full = False
        self._engine.watch(sock, self._on_ready)
        self._engine.after(MISC_SECONDS, partial(self._misc, sock))

    def _on_socket_close(self, _client: Client, _data: Any, sock: Any) -> None:
        self._engine.unwatch(sock)

    def _on_ready(self, events: int) -> None:
        if events & READ:
            self._client.loop_read()
        if events & WRITE:
            self._client.loop_write()

    def _on_register_write(self, _client: Client, _data: Any, sock: Any) -> None:
        # Most writes fit into the socket at once: trying first saves two calls of epoll each.
        self._engine.soon(partial(self._write, sock))

    def _write(self, sock: Any) -> None:
        if self._is_current(sock):
            self._client.loop_write()
        if self._is_current(sock) and self._client.want_write():
            self._full = True
            self._engine.rewatch(sock, self._on_ready, READ | WRITE)

    def _on_unregister_write(self, _client: Client, _data: Any, sock: Any) -> None:
        if self._full and self._is_current(sock):
            self._full = False
            self._engine.rewatch(sock, self._on_ready, READ)

    def _is_current(self, sock: object) -> bool:
        return self._client.socket() is sock
