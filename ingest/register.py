"""The device register as a gateway holds it in memory: what the stages must know at once."""

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from center.database import sql
from ingest.devices.revision import newest

LARGEST = 1e300  # room for the device's own scale and for sums


@dataclass(frozen=True, slots=True, eq=False)
class DeviceEntry:
    """What is known of one device.

    `index` gives the place of each quantity in the values array. `low` and `high` bound the raw
    value, i.e. plausible ranges taken back through the calibration `value = raw * scale + offset`.
    """

    number: int
    device_id: str
    kind: str
    enabled: bool
    division_code: str
    index: dict[str, int]
    low: tuple[float, ...]
    high: tuple[float, ...]
    calibration: tuple[tuple[float, float], ...] | None  # (scale, offset) per quantity


def _raw_bounds(low: float, high: float, scale: float, offset: float) -> tuple[float, float]:
    ends = sorted(((low - offset) / scale, (high - offset) / scale))
    # No bound is still a bound: an infinity is no value.
    return max(ends[0], -LARGEST), min(ends[1], LARGEST)


def entry(row: dict[str, Any]) -> DeviceEntry:
    """A device from its row of `register.sql`; quantities in the order of its model."""
    quantities: list[str] = row["quantities"]
    factors = [
        (float(c.get("scale", 1.0)), float(c.get("offset", 0.0)))
        for c in (row["calibration"].get(q, {}) for q in quantities)
    ]
    bounds = [
        _raw_bounds(
            -LARGEST if low is None else low, LARGEST if high is None else high, scale, offset
        )
        for low, high, (scale, offset) in zip(
            row["plausible_min"], row["plausible_max"], factors, strict=True
        )
    ]
    return DeviceEntry(
        number=row["id"],
        device_id=row["device_id"],
        kind=row["kind"],
        enabled=row["enabled"],
        division_code=row["division_code"],
        index={quantity: place for place, quantity in enumerate(quantities)},
        low=tuple(b[0] for b in bounds),
        high=tuple(b[1] for b in bounds),
        calibration=tuple(factors) if any(f != (1.0, 0.0) for f in factors) else None,
    )


class Register:
    """All devices by name, kept fresh by asking for what changed."""

    def __init__(self) -> None:
        self._devices: dict[str, DeviceEntry] = {}
        self._revision = -1

    def __len__(self) -> int:
        return len(self._devices)

    def get(self, device_id: str) -> DeviceEntry | None:
        """The device of this name, or None where it was not registered at the last refresh."""
        return self._devices.get(device_id)

    def put(self, device: DeviceEntry) -> None:
        """Adds or replaces one device."""
        self._devices[device.device_id] = device

    def refresh(self, connection: psycopg.Connection[Any]) -> int:
        """Reads what changed since the last time; returns how many devices that were."""
        current = newest(connection)
        if current == self._revision:
            return 0
        with connection.cursor(row_factory=dict_row) as cursor:
            cursor.execute(sql("ingest", "register"), {"revision": self._revision})
            rows = cursor.fetchall()
        for row in rows:
            self.put(entry(row))
        self._revision = current
        return len(rows)
