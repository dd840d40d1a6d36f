"""Putting rules in force, changing and ending them; every version is kept, every act audited."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.alarms.service import close_for_rule
from center.audit.service import audit
from center.clock import now
from center.identity.caller import Caller
from center.identity.seed import CITY
from center.requests import Precondition
from cityops.rules import repository
from cityops.rules.condition import RuleValue, Threshold
from cityops.rules.errors import (
    LimitImplausible,
    NothingToWatch,
    RuleNameTaken,
    RuleOutsideDivisions,
    UnknownDevices,
    UnknownModel,
)
from cityops.rules.models import Rule, RuleVersion
from cityops.rules.schemas import RuleChange, RuleCreate, RuleRead
from ingest.devices.models import Device, DeviceModel
from ingest.devices.place import check_area
from ingest.quantities import service as quantities
from ingest.quantities.models import Quantity

# What may change without another judgement: open alarms stay.
WORDS = frozenset({"title_zh", "title_en"})


def create(
    session: Session, caller: Caller, body: RuleCreate, origin: str | None = None
) -> RuleRead:
    """Puts a rule in force; the watch judges by it within a second.

    Raises:
        RuleNameTaken, RuleOutsideDivisions, LimitImplausible, UnknownQuantity, UnknownModel,
        UnknownDevices, NothingToWatch, OutsideArea
    """
    value = _value_of(body)
    check(session, caller, value)
    _wait_for_judgement(session)
    _check_name(session, body.name)
    moment = now()
    rule = Rule(
        name=body.name,
        description=body.description,
        enabled=body.enabled,
        origin=origin,
        version=1,
        judged_since=1,
        created_at=moment,
        created_by=caller.username,
        changed_at=moment,
        changed_by=caller.username,
        **_columns(value),
    )
    session.add(rule)
    session.flush()
    _keep(session, rule, "create")
    audit(session, caller, "rule.create", "rule", rule.id, after=_whole(rule))
    return repository.read(rule, 0)


def change(
    session: Session, caller: Caller, rule_id: int, body: RuleChange, version: Precondition
) -> RuleRead:
    """Changes what was sent. Alarms of another judgement are closed, and told why.

    Raises:
        NotFound, Stale and what `create` raises
    """
    _wait_for_judgement(session)
    rule = _to_change(session, caller, rule_id, version)
    before, judged = _whole(rule), _judgement(rule)
    sent = body.model_dump(mode="json", exclude_unset=True)
    own = {name: sent.pop(name) for name in ("name", "description", "enabled") if name in sent}
    # Null means something to the calendar alone: without one the rule is always awake.
    new = {name: part for name, part in sent.items() if part is not None or name == "calendar"}
    value = RuleValue.model_validate(rule.value | new)
    if new:
        check(session, caller, value)
    if own.get("name") not in (None, rule.name):
        _check_name(session, own["name"])
    fresh = {name: part for name, part in own.items() if part is not None} | _columns(value)
    if all(getattr(rule, name) == part for name, part in fresh.items()):
        return repository.read(rule, repository.troubled(session, rule))
    _set(rule, caller, fresh)
    if _judgement(rule) != judged:
        rule.judged_since = rule.version
        _end_alarms(session, caller, rule, _reason(rule))
    session.flush()
    _keep(session, rule, "change")
    audit(session, caller, "rule.change", "rule", rule.id, before=before, after=_whole(rule))
    return repository.read(rule, repository.troubled(session, rule))


def delete(session: Session, caller: Caller, rule_id: int, version: Precondition) -> None:
    """Ends a rule; its alarms are closed, its versions stay.

    Raises:
        NotFound, Stale, RuleOutsideDivisions
    """
    _wait_for_judgement(session)
    rule = _to_change(session, caller, rule_id, version)
    before = _whole(rule)
    _set(rule, caller, {"enabled": False, "deleted_at": now()})
    _end_alarms(session, caller, rule, "规则已删除 · the rule was deleted")
    session.flush()
    _keep(session, rule, "delete")
    audit(session, caller, "rule.delete", "rule", rule.id, before=before)


def check(session: Session, caller: Caller, value: RuleValue) -> None:
    """Refuses a rule with impossible numbers, or one that reaches beyond the caller's divisions.

    Raises: what `create` raises.
    """
    if not caller.sees(_division(value)):
        raise RuleOutsideDivisions
    if isinstance(value.condition, Threshold):
        _check_limits(quantities.known(session, [value.condition.quantity]), value.condition)
    _check_model(session, value)
    _check_devices(session, caller, value.target.devices)
    if value.target.area is not None:
        for ring in value.target.area.coordinates:
            for lon, lat in ring:
                check_area(lon, lat)


def _check_limits(known: Mapping[str, Quantity], condition: Threshold) -> None:
    quantity = known[condition.quantity]
    low, high = quantity.plausible_min, quantity.plausible_max
    for step in condition.steps:
        for limit in (step.limit, step.clear_limit):
            if (low is not None and limit < low) or (high is not None and limit > high):
                raise LimitImplausible(
                    f"The limit {limit:g} {quantity.unit} lies outside what {quantity.key}"
                    f" ({quantity.name_zh}) can be: {_bound(low)} to {_bound(high)}"
                    f" {quantity.unit}. No reading would ever pass it."
                )


def _bound(value: float | None) -> str:
    return "…" if value is None else f"{value:g}"


def _check_model(session: Session, value: RuleValue) -> None:
    name = value.target.model
    if name is None:
        return
    model = session.scalar(sa.select(DeviceModel).where(DeviceModel.name == name))
    if model is None:
        raise UnknownModel(f"There is no device model {name!r}.")
    if value.quantity is not None and value.quantity not in model.quantities:
        raise NothingToWatch(f"Devices of model {name!r} do not measure {value.quantity!r}.")
    if value.target.kind not in (None, model.kind):
        raise NothingToWatch(
            f"Model {name!r} is of kind {model.kind}, not {value.target.kind}:"
            " the rule would watch nothing."
        )


def _check_devices(session: Session, caller: Caller, wanted: list[str] | None) -> None:
    if wanted is None:
        return
    chosen = sa.select(Device.device_id).where(
        Device.device_id == sa.any_(sa.literal(wanted, sa.ARRAY(sa.Text))),
        caller.scope(Device.division_code),
    )
    if missing := sorted(set(wanted) - set(session.scalars(chosen))):
        raise UnknownDevices(
            f"There is no device {missing[0]!r}, or it lies outside your divisions."
        )


def _check_name(session: Session, name: str) -> None:
    taken = sa.select(Rule.id).where(Rule.name == name, Rule.deleted_at.is_(None))
    if session.scalar(taken) is not None:
        raise RuleNameTaken(f"Another rule is called {name!r}.")


def _division(value: RuleValue) -> str:
    return value.target.division or CITY


def _wait_for_judgement(session: Session) -> None:
    """No facts are judged from here to the commit, and those after it by the rule as changed."""
    session.execute(sa.text("SELECT FROM rule_watch FOR UPDATE"))


def _to_change(session: Session, caller: Caller, rule_id: int, version: Precondition) -> Rule:
    rule = repository.find(session, caller, rule_id, lock=True)
    version.check(rule)
    if not caller.sees(rule.division_code):
        raise RuleOutsideDivisions
    return rule


def _set(rule: Rule, caller: Caller, fields: Mapping[str, Any]) -> None:
    for name, part in fields.items():
        setattr(rule, name, part)
    rule.version += 1
    rule.changed_at, rule.changed_by = now(), caller.username


def _end_alarms(session: Session, caller: Caller, rule: Rule, reason: str) -> None:
    """The new judgement begins with nothing: what is still wrong is raised by the next fact."""
    session.execute(sa.text("DELETE FROM rule_states WHERE rule = :rule"), {"rule": rule.id})
    close_for_rule(session, caller, rule.id, reason)


def _reason(rule: Rule) -> str:
    if not rule.enabled:
        return "规则已停用 · the rule was disabled"
    return f"规则已改为第 {rule.version} 版 · the rule was changed to version {rule.version}"


def _judgement(rule: Rule) -> tuple[bool, dict[str, Any]]:
    return rule.enabled, {name: part for name, part in rule.value.items() if name not in WORDS}


def _value_of(body: RuleCreate) -> RuleValue:
    return RuleValue.model_validate({name: getattr(body, name) for name in RuleValue.model_fields})


def _columns(value: RuleValue) -> dict[str, Any]:
    return {
        "source": value.condition.source,
        "quantity": value.quantity,
        "division_code": _division(value),
        "value": value.model_dump(mode="json"),
    }


def _whole(rule: Rule) -> dict[str, Any]:
    """A rule as the audit trail has it."""
    own = {name: getattr(rule, name) for name in ("name", "description", "enabled", "version")}
    return {**own, "value": rule.value}


def _keep(session: Session, rule: Rule, act: str) -> None:
    names = ("name", "description", "enabled", "value", "version", "changed_at", "changed_by")
    kept = {name: getattr(rule, name) for name in names}
    session.add(RuleVersion(rule=rule.id, act=act, **kept))
    session.flush()


def find(session: Session, caller: Caller, rule_id: int) -> RuleRead:
    """One rule.

    Raises:
        NotFound
    """
    rule = repository.find(session, caller, rule_id)
    return repository.read(rule, repository.troubled(session, rule))
