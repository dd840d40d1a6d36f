"""The viewers of the bench see what a page would see, and how old it is."""

import threading

from server.benches.viewers import Watch, watch_all
from tests.integration.server.live.line import CITY, token_of
from tests.integration.server.live.town import Town


def test_many_viewers_measure_how_old_deltas_are(town: Town, port: int) -> None:
    town.enter("D-1")
    done = threading.Event()

    def go_on() -> None:
        for turn in range(100_000):
            town.read("D-1", turn, None, None, None)
            if done.wait(0.05):
                return

    writer = threading.Thread(target=go_on)
    writer.start()
    try:
        told = watch_all(
            Watch(
                f"ws://127.0.0.1:{port}/api/v1/live", (token_of(port, "operator"),), (CITY,) * 3,
                seconds=6, warm=1, stalled=CITY, stall_after=3,
            )
        )  # fmt: skip
    finally:
        done.set()
        writer.join()
    assert told.cut == []
    assert told.snapshots >= 3
    assert told.delays
    assert told.later
    assert all(0 < delay < 60 for delay in told.delays + told.later)
