"""What is reported to alarms: troubles and their ends; several of one key are folded into one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

Severity = Literal["red", "orange", "yellow", "blue"]
Source = Literal["rule", "liveness", "gap", "evidence", "system"]

SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)  # the worst first


@dataclass(frozen=True, slots=True)
class Value:
    """A measured value that an alarm rests on; `limit` is the one it has passed."""

    quantity: str
    value: float | None
    unit: str = ""
    limit: float | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """Raise an alarm, or refresh it: same `key` while open is the same alarm.

    `fact_time` is that of the fact it rests on: a trouble that is not newer than the last signal
    of its key was reported before and changes nothing. `device` is the number in the register,
    `evidence` holds SHA-256 in hex, `rule` is (id, version, name). Troubles of equal `storm`
    within `HENGYANG_ALARM_STORM_SECONDS` are one group.
    """

    key: str
    source: Source
    kind: str
    severity: Severity
    title_zh: str
    title_en: str
    division_code: str
    device: int | None
    device_id: str | None
    device_name: str | None
    lon: float | None
    lat: float | None
    fact_time: datetime
    values: tuple[Value, ...] = ()
    evidence: tuple[str, ...] = ()
    rule: tuple[int, int, str] | None = None
    storm: str | None = None


@dataclass(frozen=True, slots=True)
class Relief:
    """The trouble of this key is over; harmless where none is known."""

    key: str
    fact_time: datetime
    values: tuple[Value, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Folded:
    """All that one report says of one key.

    `times` are those of its troubles, the oldest first; `trouble` is the newest of them, `relief`
    the end where nothing newer speaks against it.
    """

    key: str
    times: tuple[datetime, ...] = ()
    trouble: Trouble | None = None
    relief: Relief | None = None

    def news(self, since: datetime) -> int:
        """How many troubles are newer than the last signal that is known."""
        return sum(time > since for time in self.times)

    @property
    def newest(self) -> datetime:
        """Time of the newest signal."""
        spoken = [s.fact_time for s in (self.trouble, self.relief) if s is not None]
        return max(spoken)


def fold(signals: Iterable[Trouble | Relief]) -> list[Folded]:
    """One row a key, in the order of the keys.

    What came and went within one report is told by its count and its end: who looks at an alarm
    can do nothing with what lasted shorter than it took to tell.
    """
    by_key: dict[str, list[Trouble | Relief]] = {}
    for signal in signals:
        by_key.setdefault(signal.key, []).append(signal)
    return [_folded(key, by_key[key]) for key in sorted(by_key)]


def _folded(key: str, signals: Sequence[Trouble | Relief]) -> Folded:
    ordered = sorted(signals, key=lambda signal: signal.fact_time)  # equal times: as they came
    troubles = [signal for signal in ordered if isinstance(signal, Trouble)]
    last = ordered[-1]
    return Folded(
        key,
        tuple(sorted({trouble.fact_time for trouble in troubles})),
        troubles[-1] if troubles else None,
        last if isinstance(last, Relief) else None,
    )
