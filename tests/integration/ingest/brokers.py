"""A Mosquitto of one test: its configuration, its life and its death are the test's."""

import socket
from collections.abc import Sequence
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from deploy.stack.ports import HOST, free_ports
from deploy.stack.processes import Record
from deploy.stack.rootfs import ensure_rootfs, rootfs_dir
from deploy.stack.sandbox import Sandbox
from deploy.stack.server import DATA
from ingest.broker import BrokerAddress
from tests.integration.patience import wait_for


class OwnBroker:
    """Listens on `port`, and with TLS on `tls_port` where certificate and key lie in `folder`."""

    def __init__(self, folder: Path, *lines: str) -> None:
        ensure_rootfs()
        self.port, self.tls_port = free_ports(2)
        self._folder = folder
        self._record: Record | None = None
        own = [
            f"listener {self.port} {HOST}",
            *self._tls_lines(),
            "allow_anonymous true",
            "max_queued_messages 1000000",
            "log_dest stderr",
            *lines,
        ]
        (folder / "mosquitto.conf").write_text("".join(f"{line}\n" for line in own))

    def _tls_lines(self) -> Sequence[str]:
        if not (self._folder / "server.key").exists():
            return ()
        return (
            f"listener {self.tls_port} {HOST}",
            f"certfile {DATA}/server.crt",
            f"keyfile {DATA}/server.key",
        )

    def start(self) -> None:
        """Starts it and waits until it listens."""
        sandbox = Sandbox(rootfs_dir(), "mosquitto", {self._folder: DATA})
        argv = ["mosquitto", "-c", f"{DATA}/mosquitto.conf"]
        self._record = sandbox.spawn(argv, self._folder / "mosquitto.log", attached=True)
        wait_for(self._listens)

    def kill(self) -> None:
        """Ends it by SIGKILL: it writes nothing, and without persistence it knows nothing later."""
        if self._record is not None:
            self._record.signal(9)
            assert self._record.wait_gone(30)
            self._record = None

    def _listens(self) -> bool:
        try:
            socket.create_connection((HOST, self.port), timeout=1).close()
        except OSError:
            return False
        return True

    @property
    def address(self) -> BrokerAddress:
        """Where a gateway finds it."""
        return BrokerAddress(HOST, self.port, "ingest", "word", tls=False)

    @property
    def tls_address(self) -> BrokerAddress:
        """The same with TLS; by the name in the certificate."""
        return BrokerAddress("localhost", self.tls_port, "ingest", "word", tls=True)


class Publisher:
    """A client that publishes at QoS 1 and knows what the broker answered."""

    def __init__(self, broker: OwnBroker, client_id: str = "publisher") -> None:
        self.codes: list[int] = []
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id, protocol=mqtt.MQTTv5)
        client.max_inflight_messages_set(1000)
        client.on_publish = lambda *a: self.codes.append(a[3].value)
        client.connect(HOST, broker.port)
        client.loop_start()
        self._client = client
        wait_for(client.is_connected)

    def send(self, topic: str, *payloads: bytes, qos: int = 1, retain: bool = False) -> None:
        """Publishes and waits for every answer."""
        count = len(self.codes) + len(payloads)
        for payload in payloads:
            self._client.publish(topic, payload, qos=qos, retain=retain)
        wait_for(lambda: len(self.codes) >= count)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def session_present(broker: OwnBroker, client_id: str) -> bool:
    """Whether the broker keeps a session of that name; it is left as it was."""
    present: list[bool] = []
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id, protocol=mqtt.MQTTv5)
    client.on_connect = lambda *a: present.append(a[2].session_present)
    properties = mqtt.Properties(mqtt.PacketTypes.CONNECT)
    properties.SessionExpiryInterval = 600
    client.connect(HOST, broker.port, clean_start=False, properties=properties)

    def answered() -> bool:
        client.loop(0.05)
        return bool(present)

    wait_for(answered)
    client.disconnect()
    return present[0]
