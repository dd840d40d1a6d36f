"""One client that says to the broker exactly what a test wants said."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from simulators.links.link import Broker

SECONDS = 60.0
NOT_AUTHORISED = 0x87


class Mouth:
    """Publishes at QoS 1 and gives the broker's answer."""

    def __init__(
        self, broker: Broker, username: str, password: str, client_id: str | None = None
    ) -> None:
        self._answers: dict[int, int] = {}
        self._came = threading.Condition()
        named = client_id or f"mouth-{username}"
        self._client = Client(CallbackAPIVersion.VERSION2, named, protocol=MQTTv5)
        self._client.username_pw_set(username, password)
        self._client.on_connect = lambda _c, _u, _f, reason, _p: self._note(0, reason.value)
        self._client.on_publish = lambda _c, _u, mid, reason, _p: self._note(mid, reason.value)
        self._client.connect(broker.host, broker.port)
        self._client.loop_start()

    @property
    def admission(self) -> int:
        """What the broker answered to the first word."""
        return self._await(0)

    def say(self, topic: str, payload: bytes, content_type: str | None = None) -> int:
        """The reason code of the PUBACK: 0, or why the broker refused."""
        properties: Any = Properties(PacketTypes.PUBLISH)
        if content_type is not None:
            properties.ContentType = content_type
        return self._await(self._client.publish(topic, payload, 1, properties=properties).mid)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _note(self, number: int, code: int) -> None:
        with self._came:
            self._answers[number] = code
            self._came.notify_all()

    def _await(self, number: int) -> int:
        with self._came:
            assert self._came.wait_for(lambda: number in self._answers, SECONDS), "no answer"
            return self._answers.pop(number)


@contextmanager
def mouth(broker: Broker, username: str, password: str) -> Iterator[Mouth]:
    """A connected client."""
    made = Mouth(broker, username, password)
    try:
        assert made.admission == 0
        yield made
    finally:
        made.close()
