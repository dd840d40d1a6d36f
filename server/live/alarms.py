"""Open alarms of the city as one process knows them, and what of them has changed."""

from collections.abc import Iterable
from dataclasses import dataclass

from center.alarms import repository
from center.alarms.schemas import AlarmRead
from center.alarms.signals import SEVERITIES, Severity
from center.database import reading
from center.identity.caller import Caller

# Reads for everybody; each viewer is told of its own divisions only.
_EVERYBODY = Caller(0, "live", "live", frozenset({"alarms:read"}), ("",), None, "local")
_AT_ONCE = 1000  # alarms of one statement
_MOST = 50_000  # open at once in the whole city; beyond that the worst and newest are known


@dataclass(frozen=True, slots=True)
class AlarmChange:
    """An alarm as it is now, ready to be sent. `body` None: it is closed."""

    id: int
    division: str
    severity: Severity
    shelved: bool
    unacknowledged: bool
    body: bytes | None


@dataclass(frozen=True, slots=True)
class _Open:
    version: int
    severity: Severity
    shelved: bool
    device_id: str | None


class Alarms:
    """Of one thread."""

    def __init__(self) -> None:
        self._open: dict[int, _Open] = {}
        self._of_device: dict[str, set[int]] = {}

    def load(self) -> tuple[list[AlarmChange], dict[str, Severity | None]]:
        """Reads all open alarms; see `read`. Those that closed unseen are told as closed."""
        with reading() as session:
            found = repository.open_in(session, _EVERYBODY, _MOST)
        gone = self._open.keys() - {alarm.id for alarm in found}
        closed, touched = self.read(gone)
        changed = [alarm for alarm in found if self._version(alarm.id) < alarm.version]
        changes, more = self._note(changed)
        return closed + changes, self._worst(touched.keys() | more)

    def read(self, ids: Iterable[int]) -> tuple[list[AlarmChange], dict[str, Severity | None]]:
        """Reads these alarms; gives what is new of them, and the worst open severity of each
        device that they are about."""
        wanted = sorted(set(ids))
        changes: list[AlarmChange] = []
        devices: set[str] = set()
        for first in range(0, len(wanted), _AT_ONCE):
            with reading() as session:
                found = repository.read(session, wanted[first : first + _AT_ONCE])
            noted, about = self._note(found)
            changes += noted
            devices |= about
        return changes, self._worst(devices)

    def _note(self, found: Iterable[AlarmRead]) -> tuple[list[AlarmChange], set[str]]:
        changes: list[AlarmChange] = []
        devices: set[str] = set()
        for alarm in found:
            if self._version(alarm.id) > alarm.version:
                continue
            self._enter(alarm)
            if alarm.device_id is not None:
                devices.add(alarm.device_id)
            changes.append(change_of(alarm))
        return changes, devices

    def _version(self, alarm: int) -> int:
        known = self._open.get(alarm)
        return 0 if known is None else known.version

    def _enter(self, alarm: AlarmRead) -> None:
        of_device = self._of_device.setdefault(alarm.device_id, set()) if alarm.device_id else set()
        if alarm.state == "closed":
            self._open.pop(alarm.id, None)
            of_device.discard(alarm.id)
            if alarm.device_id and not of_device:
                del self._of_device[alarm.device_id]
            return
        shelved = alarm.state == "shelved"
        self._open[alarm.id] = _Open(alarm.version, alarm.severity, shelved, alarm.device_id)
        of_device.add(alarm.id)

    def _worst(self, devices: Iterable[str]) -> dict[str, Severity | None]:
        return {device: self._worst_of(device) for device in devices}

    def _worst_of(self, device: str) -> Severity | None:
        about = [self._open[number] for number in self._of_device.get(device, set())]
        standing = {alarm.severity for alarm in about if not alarm.shelved}
        return next((severity for severity in SEVERITIES if severity in standing), None)


def change_of(alarm: AlarmRead) -> AlarmChange:
    """The alarm as it is now."""
    closed = alarm.state == "closed"
    return AlarmChange(
        id=alarm.id,
        division=alarm.division_code,
        severity=alarm.severity,
        shelved=alarm.state == "shelved",
        unacknowledged=alarm.state in ("raised", "cleared"),
        body=None if closed else alarm.model_dump_json().encode(),
    )
