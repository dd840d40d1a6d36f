"""The register in memory: bounds of raw values, and calibration by place."""

import math
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ingest.register import LARGEST, Register, entry
from tests.messages import entry as made


def row(**changed: Any) -> dict[str, Any]:
    return {
        "id": 7,
        "device_id": "D-1",
        "kind": "sensor",
        "enabled": True,
        "division_code": "430405",
        "calibration": {},
        "quantities": ["water_level", "flow_rate"],
        "plausible_min": [-5.0, None],
        "plausible_max": [60.0, None],
    } | changed


def test_without_calibration_bounds_are_the_plausible_range() -> None:
    device = entry(row())
    assert device.index == {"water_level": 0, "flow_rate": 1}
    assert (device.low[0], device.high[0]) == (-5.0, 60.0)
    assert device.calibration is None


def test_no_plausible_range_lets_no_infinity_through() -> None:
    device = entry(row(calibration={"flow_rate": {"scale": 1e-9}}))
    assert (device.low[1], device.high[1]) == (-LARGEST, LARGEST)
    assert not device.low[1] <= math.inf <= device.high[1]


def test_a_falling_scale_turns_the_bounds_round() -> None:
    device = entry(row(calibration={"water_level": {"scale": -2.0, "offset": 10.0}}))
    assert (device.low[0], device.high[0]) == (-25.0, 7.5)
    assert device.calibration == ((-2.0, 10.0), (1.0, 0.0))


@given(scale=st.floats(0.001, 1000), offset=st.floats(-1000, 1000), value=st.floats(-5, 60))
def test_bounds_of_raw_values_are_those_of_true_values(
    scale: float, offset: float, value: float
) -> None:
    device = entry(row(calibration={"water_level": {"scale": scale, "offset": offset}}))
    raw = (value - offset) / scale
    slack = 1e-6 * max(1.0, abs(raw))
    assert device.low[0] - slack <= raw <= device.high[0] + slack


def test_a_device_of_no_quantities_has_no_bounds() -> None:
    device = entry(row(quantities=[], plausible_min=[], plausible_max=[]))
    assert (device.index, device.low, device.high) == ({}, (), ())


def test_a_register_knows_the_last_entry_of_each_name() -> None:
    register = Register()
    assert register.get("D-1") is None
    register.put(made())
    register.put(made(enabled=False))
    found = register.get("D-1")
    assert found is not None
    assert not found.enabled
    assert len(register) == 1
