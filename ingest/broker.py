"""Signing in to the broker: address, TLS and MQTT 5 options in one place."""

import ssl
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from center.errors import Invalid

KEEPALIVE_SECONDS = 20
SESSION_SECONDS = 7 * 86400  # how long the broker keeps what came while we were away
DEFAULT_PORTS = {"mqtt": 1883, "mqtts": 8883}


class BrokerAddress(NamedTuple):
    """A parsed `mqtt://user:password@host:port` or `mqtts://...`."""

    host: str
    port: int
    username: str
    password: str
    tls: bool


def parse(url: str) -> BrokerAddress:
    """Takes an address apart.

    Raises:
        Invalid: the scheme is neither mqtt nor mqtts, or there is no host.
    """
    parts = urlsplit(url)
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise Invalid("The broker's address must look like mqtt://user:password@host:port.")
    return BrokerAddress(
        parts.hostname,
        parts.port or DEFAULT_PORTS[parts.scheme],
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        parts.scheme == "mqtts",
    )


def prepare(client: Client, name: str, address: BrokerAddress) -> None:
    """Credentials and TLS of a client that is about to connect.

    The user name is the client id, as the broker has it of everybody: no device can then take a
    session of ours over (docs/decisions/0024).
    """
    client.username_pw_set(name, address.password)
    if address.tls:
        client.tls_set(cert_reqs=ssl.CERT_REQUIRED)


def new_client(client_id: str, address: BrokerAddress, *, manual_ack: bool = False) -> Client:
    """A plain MQTT 5 client, ready to connect."""
    client = Client(
        CallbackAPIVersion.VERSION2, client_id=client_id, protocol=MQTTv5, manual_ack=manual_ack
    )
    prepare(client, client_id, address)
    return client


def connect_properties(*, receive_maximum: int | None, session_seconds: int) -> Properties:
    """How much we take unacknowledged, and how long the broker keeps our session."""
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # of paho
    properties.SessionExpiryInterval = session_seconds
    if receive_maximum is not None:
        properties.ReceiveMaximum = receive_maximum
    return properties
