"""Asking the broker, once, whether it knows a device."""

import socket
import ssl

from simulators.links import packets
from simulators.links.link import SESSION_SECONDS, Broker

SECONDS = 3.0


def accepts(broker: Broker, device_id: str, password: str) -> bool:
    """Whether the broker lets the device in; one that is connected has to connect again.

    Raises:
        OSError: there is no broker, or it does not speak MQTT 5.
    """
    # The broker knows a device by its user name alone, so this is the device itself to it: the
    # session stays as it is, with the commands that wait in it.
    hello = packets.resume(device_id, device_id, password, 10, SESSION_SECONDS)
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
