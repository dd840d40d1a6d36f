"""Who is watched by what: the rules in force laid over the register, kept up as either changes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.orm import Session

from center.alarms.signals import Severity
from center.logs import logger
from cityops.rules import repository
from cityops.rules.condition import RuleValue, Threshold
from cityops.rules.evaluation import Limits, Standing, limits_of, standing_of
from cityops.rules.models import Rule
from cityops.rules.target import Matcher, Watched
from ingest.quantities.models import Quantity

log = logger(__name__)


class Active:
    """A rule in force, ready to judge: by `limits` or, where something else judges, `standing`."""

    def __init__(self, rule_id: int, version: int, since: int, name: str, value: RuleValue) -> None:
        self.id, self.version, self.since, self.name = rule_id, version, since, name
        self.value = value
        self.severities: tuple[Severity, ...] = value.severities
        self.matcher = Matcher(value.target, value.quantity)
        condition = value.condition
        self.limits: Limits | None = None
        self.standing: Standing | None = None
        if isinstance(condition, Threshold):
            self.limits = limits_of(condition, value.calendar)
        else:
            self.standing = standing_of(condition, value.calendar)
            self.asks = (condition.source, condition.state)
        self.devices: set[int] = set()  # for `standing`


@dataclass(frozen=True, slots=True)
class Unit:
    """What a quantity is called and how its values are written."""

    name_zh: str
    name_en: str
    unit: str
    decimals: int


@dataclass
class Plan:
    """Rules by number, and by device the thresholds that watch it with the place of the value."""

    rules: dict[int, Active] = field(default_factory=dict)
    devices: dict[int, Watched] = field(default_factory=dict)
    thresholds: dict[int, tuple[tuple[Active, Limits, int], ...]] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    revision: int = -1  # of the rules
    register: int = -1  # the newest change of the register that is known

    def refresh(self, session: Session, revision: int, register: int) -> bool:
        """Brings it up to both revisions; whether anything may have changed."""
        if (revision, register) == (self.revision, self.register):
            return False
        changed = self._devices(session, register)
        if revision != self.revision:
            self.rules = {rule.id: rule for rule in _in_force(session)}
            self.thresholds.clear()
            changed = list(self.devices)
        self.units = dict(_units(session))
        for number in changed:
            self._lay(number)
        self.revision, self.register = revision, register
        return True

    def watches(self, rule_id: int, device: int) -> bool:
        """Whether this rule judges this device."""
        rule = self.rules.get(rule_id)
        if rule is None:
            return False
        if rule.standing is not None:
            return device in rule.devices
        return any(watching is rule for watching, *_ in self.thresholds.get(device, ()))

    @property
    def standings(self) -> Sequence[Active]:
        """Rules on what something else judges."""
        return [rule for rule in self.rules.values() if rule.standing is not None]

    def _devices(self, session: Session, register: int) -> list[int]:
        if register == self.register:
            return []
        changed = []
        for device, in_use, _ in repository.devices(session, self.register):
            changed.append(device.number)
            if in_use:
                self.devices[device.number] = device
            else:
                self.devices.pop(device.number, None)
        return changed

    def _lay(self, number: int) -> None:
        device = self.devices.get(number)
        watching = []
        for rule in self.rules.values():
            takes = device is not None and rule.matcher.takes(device)
            if rule.limits is None:
                (rule.devices.add if takes else rule.devices.discard)(number)
            elif takes and device is not None:
                place = device.quantities.index(str(rule.value.quantity))
                watching.append((rule, rule.limits, place))
        if watching:
            self.thresholds[number] = tuple(watching)
        else:
            self.thresholds.pop(number, None)


def _in_force(session: Session) -> Iterator[Active]:
    chosen = sa.select(Rule.id, Rule.version, Rule.judged_since, Rule.name, Rule.value)
    for row in session.execute(chosen.where(Rule.enabled, Rule.deleted_at.is_(None))):
        try:
            value = RuleValue.model_validate(row.value)
        except ValidationError as error:
            # Of an older program; one such rule must not keep all others from judging.
            log.error("rule_unreadable", rule=row.id, error=str(error))
            continue
        yield Active(row.id, row.version, row.judged_since, row.name, value)


def _units(session: Session) -> Mapping[str, Unit]:
    rows = session.execute(
        sa.select(
            Quantity.key, Quantity.name_zh, Quantity.name_en, Quantity.unit, Quantity.decimals
        )
    )
    return {row.key: Unit(row.name_zh, row.name_en, row.unit, row.decimals) for row in rows}
