"""A sensor that is driven past its limit and comes back."""

import msgspec

from ingest import wire
from simulators.faults import Episode, Fault
from simulators.fleet import befallen
from tests.unit.simulators.devices import NOW, SPEC, device, sent


def test_an_excess_is_read_for_its_time_and_then_no_more() -> None:
    made = device()
    made.befall(Episode("excess", 2.0, "n", 99.0), NOW)
    made.advance(NOW + 3, 0.0)
    read = [msgspec.json.decode(s.payload, type=wire.Readings).readings["n"] for s in sent(made)]
    assert read == [99.0, 99.0, 3.0, 4.0]


def test_what_a_sensor_does_not_measure_leaves_it_alone() -> None:
    made = device()
    made.befall(Episode("excess", 9.0, "gas_concentration", 99.0), NOW)
    made.advance(NOW, 0.0)
    (sending,) = sent(made)
    assert msgspec.json.decode(sending.payload, type=wire.Readings).readings == {"n": 1.0}


def test_an_excess_befalls_those_who_measure_it() -> None:
    fault = Fault(name="excess", quantity="manhole_tilt", value=40.0)
    assert not befallen(fault, SPEC, 1)
    assert befallen(fault, SPEC._replace(quantities=("manhole_tilt",)), 1)
