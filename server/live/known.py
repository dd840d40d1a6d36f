"""What is known of one device, and how a viewer is told of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from center.alarms.signals import Severity
from ingest.liveness import State as DeviceState
from server.live.protocol import LiveDevice, encode


@dataclass(slots=True)
class Known:
    """A device as the database has it. `stamp` is the youngest transaction that changed its facts
    or its state (xid8)."""

    number: int
    device_id: str
    kind: str
    name: str
    division: str
    place: tuple[float, float] | None
    quantities: Sequence[str]
    retired: bool
    state: DeviceState = "unknown"
    values: Sequence[float | None] = ()
    read_at: datetime | None = None
    fix: tuple[float, float] | None = None
    fixed_at: datetime | None = None
    heading: float | None = None
    speed: float | None = None
    severity: Severity | None = None
    stamp: int = 0

    @property
    def where(self) -> tuple[float, float] | None:
        """Longitude and latitude: the newest fix of what moves, else where it was put up."""
        return None if self.retired else self.fix or self.place

    def item(self) -> LiveDevice | None:
        """What a viewer is told; None where it is nowhere."""
        where = self.where
        if where is None:
            return None
        values = {
            quantity: value
            for quantity, value in zip(self.quantities, self.values, strict=False)
            if value is not None
        }
        times = [time for time in (self.read_at, self.fixed_at) if time is not None]
        return LiveDevice(
            id=self.device_id,
            k=self.kind,
            s=self.state,
            t=max(times, default=None),
            p=(round(where[0], 6), round(where[1], 6)),
            h=self.heading,
            v=self.speed,
            q=values or None,
            a=self.severity,
            n=self.name,
        )


@dataclass(frozen=True, slots=True)
class DeviceChange:
    """A device as it is now, ready to be sent.

    `body` None: it is nowhere to be shown. `alarmed` is the body for who may see alarms.
    `state` None: it was retired.
    """

    number: int
    device_id: str
    division: str
    where: tuple[float, float] | None
    state: DeviceState | None
    body: bytes | None
    alarmed: bytes | None
    stamp: int


def change_of(known: Known) -> DeviceChange:
    """The device as it is now."""
    item = known.item()
    alarmed = None if item is None else encode(item)
    body = alarmed
    if item is not None and item.a is not None:
        body = encode(LiveDevice(**{name: getattr(item, name) for name in _FIELDS} | {"a": None}))
    return DeviceChange(
        number=known.number,
        device_id=known.device_id,
        division=known.division,
        where=known.where,
        state=None if known.retired else known.state,
        body=body,
        alarmed=alarmed,
        stamp=known.stamp,
    )


_FIELDS = LiveDevice.__struct_fields__
