"""A device that comes under the client id of another takes nothing over."""

import socket
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec
import pytest

from ingest import wire
from server.benches.site import GATEWAY, Site, until
from simulators.links import packets
from simulators.links.knock import accepts
from simulators.links.link import Broker
from tests.acceptance.conftest import enlisted, specs_of
from tests.acceptance.mouths import Mouth, mouth

INTRUDER, OTHER = "tk-manhole-0001", "tk-manhole-0002"
READINGS = {"battery_voltage": 3.6}
COMMANDS = wire.topic("sensor", OTHER, "command")
GATEWAYS = ("gateway-1", "gateway-2")
SESSIONS = ("ingest-1-0", "ingest-1-1", "ingest-2-0", "ingest-2-1")


@pytest.fixture(scope="module")
def credentials(site: Site) -> Mapping[str, str]:
    return enlisted(site, specs_of("tk", manhole=2))


def intrude(broker: Broker, credentials: Mapping[str, str], client_id: str) -> int:
    """What the broker answers to a clean start under a foreign client id."""
    made = Mouth(broker, INTRUDER, credentials[INTRUDER], client_id)
    try:
        return made.admission
    finally:
        made.close()


def speak(site: Site, credentials: Mapping[str, str], boot: int, messages: int) -> None:
    topic = wire.topic("sensor", OTHER, "readings")
    with mouth(site.broker, OTHER, credentials[OTHER]) as device:
        for seq in range(messages):
            body = {"boot": boot, "seq": seq, "time": datetime.now(UTC), "readings": READINGS}
            assert device.say(topic, msgspec.json.encode(body)) == 0


def stored(site: Site, boot: int) -> int:
    """Of this device alone: others of the same site have boots of the same number."""
    count = (
        "SELECT count(*) FROM readings r JOIN devices d ON d.id = r.device"
        " WHERE d.device_id = %s AND r.boot = %s"
    )
    return int(site.figure(count, OTHER, boot))


def come_back(broker: Broker, secret: str) -> list[packets.Packet]:
    """The other device goes on with its session: what it hears until it has subscribed."""
    hello = packets.resume(OTHER, OTHER, secret, 60, 3600)
    heard: list[packets.Packet] = []
    reader = packets.Reader()
    with socket.create_connection(broker[:2], 10) as sock:
        sock.sendall(hello + packets.subscribe(1, COMMANDS))
        while all(packet.kind != packets.SUBACK for packet in heard):
            data = sock.recv(4096)
            assert data, "the broker hung up"
            heard += reader.feed(data)
        sock.sendall(packets.DISCONNECT_PACKET)
    return heard


def test_what_waits_for_gateways_that_are_away_stays_theirs(
    site: Site, credentials: Mapping[str, str]
) -> None:
    for name in GATEWAYS:
        assert site.stop(name) == 0
    speak(site, credentials, boot=1, messages=40)
    for client_id in SESSIONS:
        intrude(site.broker, credentials, client_id)
    for name in GATEWAYS:
        site.start(name, GATEWAY)
    until(lambda: stored(site, 1) == 40, "all that waited is stored")


def test_programs_of_ours_that_are_connected_stay_so(
    site: Site, credentials: Mapping[str, str]
) -> None:
    speak(site, credentials, boot=2, messages=1)
    until(lambda: stored(site, 2) == 1, "the gateways are at work")
    programs = (*GATEWAYS, "warden")
    before = {name: site.log(name).read_text().count("broker_disconnected") for name in programs}
    for client_id in (*SESSIONS, "warden"):
        intrude(site.broker, credentials, client_id)
    speak(site, credentials, boot=3, messages=20)
    until(lambda: stored(site, 3) == 20, "all is stored")
    after = {name: site.log(name).read_text().count("broker_disconnected") for name in programs}
    assert after == before


def test_what_waits_for_another_device_stays_its_own(
    site: Site, credentials: Mapping[str, str]
) -> None:
    come_back(site.broker, credentials[OTHER])
    account = site.load_account
    with mouth(account, account.username or "", account.password or "") as centre:
        assert centre.say(COMMANDS, b"{}") == 0
    intrude(site.broker, credentials, OTHER)
    assert accepts(site.broker, OTHER, credentials[OTHER])  # nor does a knock take it
    heard = come_back(site.broker, credentials[OTHER])
    assert [packet.kind for packet in heard] == [packets.CONNACK, packets.PUBLISH, packets.SUBACK]
