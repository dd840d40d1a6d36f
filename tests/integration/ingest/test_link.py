"""The warden's link: what devices say of themselves stays with the broker until it is committed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from center.clock import now
from ingest import wire
from ingest.warden.link import Link
from tests.integration.ingest.brokers import OwnBroker, Publisher
from tests.integration.patience import wait_for

STATUS = wire.topic("sensor", "D-1", "status")


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[OwnBroker]:
    made = OwnBroker(tmp_path)
    made.start()
    yield made
    made.kill()


@contextmanager
def linked(broker: OwnBroker) -> Iterator[Link]:
    link = Link(broker.address, "warden")
    link.start()
    wait_for(lambda: link.connected)
    yield link
    link.stop()


def said(link: Link) -> list[tuple[bytes, bool]]:
    return [(heard.delivery.payload, heard.live) for heard in link.statuses.first()]


def await_turn(link: Link) -> None:
    """Until the broker has taken in all that was sent: it answers packets in their order.

    A connection that is closed with something unread may lose the last of what it said.
    """
    assert link.command("sensor", "D-1", "turn", "report", {}, now() + timedelta(minutes=1), 60)

    def answered() -> bool:
        link.hear_answers()
        return len(link.outcomes) > 0

    wait_for(answered)


def test_what_was_not_kept_comes_again_and_what_was_kept_does_not(broker: OwnBroker) -> None:
    publisher = Publisher(broker)
    with linked(broker) as link:
        publisher.send(STATUS, b"1", b"2")
        wait_for(lambda: len(link.statuses) == 2)
        link.kept(link.statuses.first(1))
        assert said(link) == [(b"2", True)]
        await_turn(link)
    publisher.send(STATUS, b"3")  # while there is no warden
    with linked(broker) as link:
        wait_for(lambda: said(link) == [(b"2", True), (b"3", True)])
        assert link.returned.first() == ["D-1", "D-1"]
        link.kept(link.statuses.first())
        await_turn(link)
    with linked(broker) as link:
        publisher.send(STATUS, b"4")
        wait_for(lambda: said(link) == [(b"4", True)])
    publisher.close()


def test_what_is_retained_comes_at_each_connection_and_is_not_live(broker: OwnBroker) -> None:
    publisher = Publisher(broker)
    publisher.send(STATUS, b"1", retain=True)
    for _ in range(2):
        with linked(broker) as link:
            wait_for(lambda link=link: said(link) == [(b"1", False)])
            assert link.returned.first() == []
            link.kept(link.statuses.first())
            assert len(link.statuses) == 0
    publisher.close()
