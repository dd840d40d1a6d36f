"""What the broker refuses never reaches us."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from ingest import wire
from server.benches.site import Site, until
from simulators.links.knock import accepts
from tests.acceptance.conftest import enlisted, specs_of
from tests.acceptance.mouths import NOT_AUTHORISED, Mouth, mouth

ONE, OTHER, THIRD = (f"re-manhole-000{n}" for n in (1, 2, 3))


@pytest.fixture(scope="module")
def credentials(site: Site) -> Mapping[str, str]:
    return enlisted(site, specs_of("re", manhole=3))


def message(seq: int, boot: int = 1) -> bytes:
    body = {"boot": boot, "seq": seq, "time": datetime.now(UTC), "readings": {"battery_voltage": 3}}
    return msgspec.json.encode(body)


def heard_of(site: Site, device_id: str) -> Any:
    return site.figure(
        "SELECT (SELECT count(*) FROM readings f WHERE f.device = d.id)"
        " + (SELECT count(*) FROM dead_letters l WHERE l.device_id = d.device_id)"
        " FROM devices d WHERE device_id = %s",
        device_id,
    )


def test_a_wrong_credential_is_not_let_in(site: Site, credentials: Mapping[str, str]) -> None:
    for wrong in ("", "guess", credentials[OTHER]):
        made = Mouth(site.broker, ONE, wrong)
        assert made.admission in (0x86, NOT_AUTHORISED)
        made.close()


@pytest.mark.parametrize(
    "topic",
    [
        wire.topic("sensor", OTHER, "readings"),
        wire.topic("vehicle", OTHER, "position"),
        wire.topic("sensor", OTHER, "status"),
        wire.topic("sensor", ONE, "command"),
        "hy/v1/sensor/readings",
        "other/topic",
    ],
)
def test_another_devices_topic_is_refused_and_never_reaches_us(
    topic: str, site: Site, credentials: Mapping[str, str]
) -> None:
    boot = datetime.now(UTC).microsecond + 10
    with mouth(site.broker, ONE, credentials[ONE]) as made:
        assert made.say(topic, message(0)) == NOT_AUTHORISED
        assert made.say(wire.topic("sensor", ONE, "readings"), message(0, boot)) == 0
    stored = "SELECT count(*) FROM readings WHERE boot = %s"
    until(lambda: site.figure(stored, boot) == 1, "the device's own message is stored")
    assert heard_of(site, OTHER) == 0
    assert site.figure("SELECT count(*) FROM dead_letters WHERE topic = %s", topic) == 0


def test_a_retired_device_is_let_in_no_more(site: Site, credentials: Mapping[str, str]) -> None:
    assert accepts(site.broker, THIRD, credentials[THIRD])
    site.hengyang("device", "retire", THIRD, "--reason", "试验")
    until(lambda: not accepts(site.broker, THIRD, credentials[THIRD]), "its credential ended")
