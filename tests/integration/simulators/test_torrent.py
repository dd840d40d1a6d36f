"""The generator of the benches: as many as asked for, each answered, none left out."""

import pytest

from deploy.stack import LocalStack
from simulators.fleet import describe
from simulators.links.link import Broker
from simulators.scenario import load
from simulators.torrent import Sent, Torrent, run
from tests.integration.simulators.fleets import listening, until

SPECS = tuple(describe(load("load"))[:300])


@pytest.fixture
def broker(stack: LocalStack) -> Broker:
    return Broker.of(stack.environment["HENGYANG_MQTT_LOAD_URL"])


def test_a_message_that_nobody_takes_is_an_error(broker: Broker) -> None:
    with pytest.raises(ConnectionError, match="0x40"):
        run(Torrent(broker, SPECS, rate=100.0, seconds=5.0))


@pytest.mark.parametrize(("rate", "seconds"), [(700.0, 1.0), (float("inf"), 0.2)])
def test_every_number_is_sent_once_and_answered(
    stack: LocalStack, broker: Broker, rate: float, seconds: float
) -> None:
    with listening(stack, "readings") as listener:
        sent: Sent = run(Torrent(broker, SPECS, rate, seconds, connections=7))
        assert sent.messages == sent.acknowledged > 300
        until(lambda: len(listener.heard) >= sent.messages)
        keys = [key for key, _ in listener.keyed()]
    assert sum(newest + 1 for newest in sent.newest.values()) == sent.messages
    expected = {
        (device, sent.boot, seq)
        for device, newest in sent.newest.items()
        for seq in range(newest + 1)
    }
    assert len(keys) == len(set(keys))
    assert set(keys) == expected
