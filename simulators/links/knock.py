"""Asking the broker, once, whether it knows a device."""

import socket
import ssl

from simulators.links import packets
from simulators.links.link import Broker

SECONDS = 3.0


def accepts(broker: Broker, device_id: str, password: str) -> bool:
    """Whether the broker lets the device in.

    Raises:
        OSError: there is no broker, or it does not speak MQTT 5.
    """
    # A client id of its own, so that a device that is connected stays so.
    hello = packets.connect(f"{device_id}-knock", device_id, password, 10, 0)
    with socket.create_connection(broker[:2], SECONDS) as plain:
        sock = _secured(plain, broker) if broker.tls else plain
        sock.sendall(hello)
        answer = sock.recv(256)
        if len(answer) < 4 or answer[0] != packets.CONNACK:
            raise ConnectionError(f"the broker answered {answer.hex() or 'nothing'}")
        accepted = answer[3] == 0
        if accepted:
            sock.sendall(packets.DISCONNECT_PACKET)
        return accepted


def _secured(plain: socket.socket, broker: Broker) -> ssl.SSLSocket:
    return ssl.create_default_context().wrap_socket(plain, server_hostname=broker.host)
