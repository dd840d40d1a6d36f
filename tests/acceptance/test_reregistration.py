"""Many devices that come back at once are all known, and none is taken for another."""

import time
from collections import Counter
from collections.abc import Mapping

import pytest

from server.benches.reregister import Crowd, are_right, scenario, states, wrong_turns
from server.benches.site import Site, until
from simulators.fleet import describe
from tests.acceptance.conftest import enlisted

KNOWN, CONNECTED = 3000, 300


@pytest.fixture(scope="module")
def known(site: Site) -> Mapping[str, str]:
    return enlisted(site, describe(scenario(KNOWN)))


def test_states_are_right_after_all_connected_devices_came_back(
    site: Site, known: Mapping[str, str]
) -> None:
    present = dict(list(known.items())[:CONNECTED])
    with Crowd(site, scenario(KNOWN), present) as crowd:
        until(lambda: are_right(site, present, KNOWN), "the connected devices are online")
        moment = time.time()
        site.stack.kill("mosquitto")
        site.stack.start("mosquitto")
        site.await_accounts(known)
        until(lambda: crowd.connected == CONNECTED, "all are back")
        until(lambda: crowd.heard_since(moment) == CONNECTED, "all have spoken since")
        until(lambda: are_right(site, present, KNOWN), "the connected devices are online")
        assert wrong_turns(site, moment) == {}
    until(lambda: Counter(states(site).values())["offline"] == CONNECTED, "all said good-bye")
