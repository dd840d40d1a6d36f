"""Gateway and session on a real broker: what is committed is acknowledged, and nothing else."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from center.settings import IngestSettings
from ingest import wire
from ingest.broker import BrokerAddress
from ingest.delivery import Delivery
from ingest.gateway import Gateway, client_id
from tests.integration.ingest.brokers import OwnBroker, Publisher, session_present
from tests.integration.patience import wait_for

READINGS = wire.topic("sensor", "D-1", "readings")
FORGOT = "the broker did not know our session"
CUT = "the connection to the broker was lost"


class Reception:
    """A gateway in a thread, and all that it was given."""

    def __init__(
        self, name: str, address: BrokerAddress, *, commits: bool, connections: int = 1
    ) -> None:
        self.came: list[Delivery] = []
        self.lost: list[str] = []
        self._commits = commits
        limits = IngestSettings(ingest_connections=connections, ingest_receive_maximum=10)
        self.gateway = Gateway(name, address, limits, self._take, self.lost.append)
        self._thread = threading.Thread(target=self.gateway.run)
        self._thread.start()
        wait_for(lambda: self.gateway.connected)

    def _take(self, delivery: Delivery) -> None:
        self.came.append(delivery)
        if self._commits:
            self.gateway.acknowledge([delivery])

    @property
    def payloads(self) -> list[bytes]:
        return [delivery.payload for delivery in list(self.came)]

    def end(self) -> None:
        self.gateway.stop()
        self._thread.join()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[OwnBroker]:
    made = OwnBroker(tmp_path)
    made.start()
    yield made
    made.kill()


@pytest.fixture
def publisher(broker: OwnBroker) -> Iterator[Publisher]:
    made = Publisher(broker)
    yield made
    made.close()


def numbered(count: int, start: int = 0) -> list[bytes]:
    return [b"%d" % n for n in range(start, start + count)]


def test_what_is_not_committed_comes_again_and_what_is_does_not(
    broker: OwnBroker, publisher: Publisher
) -> None:
    first = Reception("ingest-1", broker.address, commits=False)
    publisher.send(READINGS, *numbered(3))
    wait_for(lambda: len(first.came) == 3)
    first.gateway.acknowledge(first.came[:1])
    first.end()
    second = Reception("ingest-1", broker.address, commits=True)
    publisher.send(READINGS, b"new")
    wait_for(lambda: len(second.came) >= 3)
    second.end()
    assert second.payloads == [b"1", b"2", b"new"]
    assert second.lost == []


def test_no_more_come_than_may_be_unacknowledged(broker: OwnBroker, publisher: Publisher) -> None:
    reception = Reception("ingest-1", broker.address, commits=False)
    publisher.send(READINGS, *numbered(30))
    wait_for(lambda: len(reception.came) == 10)
    reception.gateway.acknowledge(reception.came[:5])
    wait_for(lambda: len(reception.came) == 15)
    reception.end()


def test_status_and_our_own_words_are_passed_by_and_hold_up_nothing(
    broker: OwnBroker, publisher: Publisher
) -> None:
    reception = Reception("ingest-1", broker.address, commits=True)
    for stream in ("status", "command", "config"):
        publisher.send(wire.topic("sensor", "D-1", stream), *numbered(15))
    publisher.send("hy/v1/sensor/status", b"a topic of three slashes is nobody's")
    publisher.send(READINGS, b"1")
    wait_for(lambda: b"1" in reception.payloads)
    reception.end()
    assert len(reception.came) == 2


def test_a_broker_that_forgot_is_noticed_and_served_again(broker: OwnBroker) -> None:
    reception = Reception("ingest-1", broker.address, commits=True, connections=2)
    assert reception.lost == [FORGOT, FORGOT]
    broker.kill()
    wait_for(lambda: not reception.gateway.connected)
    broker.start()
    wait_for(lambda: reception.gateway.connected)
    publisher = Publisher(broker)
    publisher.send(READINGS, *numbered(20))
    wait_for(lambda: len(reception.came) == 20)
    publisher.close()
    reception.end()
    assert reception.lost == [FORGOT] * 4
    assert publisher.codes == [0] * 20


def test_a_session_that_another_took_over_is_a_cut_connection(
    broker: OwnBroker, publisher: Publisher
) -> None:
    reception = Reception("ingest-1", broker.address, commits=True)
    assert session_present(broker, client_id("ingest-1", 0))
    wait_for(lambda: CUT in reception.lost)
    publisher.send(READINGS, b"1")
    wait_for(lambda: reception.payloads == [b"1"])
    reception.end()


def test_an_adopted_session_is_emptied_and_then_ended(
    broker: OwnBroker, publisher: Publisher
) -> None:
    gone = Reception("ingest-2", broker.address, commits=False)
    publisher.send(READINGS, *numbered(25))
    wait_for(lambda: len(gone.came) == 10)
    gone.end()
    heir = Reception("ingest-1", broker.address, commits=True)
    heir.gateway.adopt("ingest-2-0")
    assert heir.gateway.adopted == {"ingest-2-0"}
    wait_for(lambda: len(heir.came) == 25)
    publisher.send(READINGS, b"new")
    wait_for(lambda: not heir.gateway.adopted)
    heir.end()
    assert sorted(heir.payloads) == sorted([*numbered(25), b"new"])
    assert not session_present(broker, "ingest-2-0")


def test_an_abandoned_session_keeps_what_waits_in_it(
    broker: OwnBroker, publisher: Publisher
) -> None:
    gone = Reception("ingest-2", broker.address, commits=False)
    publisher.send(READINGS, *numbered(3))
    wait_for(lambda: len(gone.came) == 3)
    gone.end()
    heir = Reception("ingest-1", broker.address, commits=False)
    heir.gateway.adopt("ingest-2-0")
    wait_for(lambda: len(heir.came) == 3)
    heir.gateway.abandon(["ingest-2-0"])
    wait_for(lambda: not heir.gateway.adopted)
    heir.gateway.acknowledge(list(heir.came))
    back = Reception("ingest-2", broker.address, commits=True)
    wait_for(lambda: len(back.came) == 3)
    heir.end()
    back.end()
    assert back.payloads == numbered(3)
    assert back.lost == []
