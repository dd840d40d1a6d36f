"""Reading rules: in scope are those that hold in, or over, the caller's divisions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.database import sql
from center.errors import NotFound
from center.identity.caller import Caller
from center.pages import Page, PageParameters, paginate
from cityops.rules.models import Rule, RuleVersion
from cityops.rules.schemas import RuleRead, RuleVersionRead
from cityops.rules.target import Watched

_states = sa.table("rule_states", sa.column("rule"), sa.column("raised"))
_troubled = (
    sa.select(sa.func.count())
    .select_from(_states)
    .where(_states.c.rule == Rule.id, _states.c.raised > 0)
    .scalar_subquery()
)
_PLAIN = (
    "id", "version", "name", "description", "enabled", "division_code", "created_at", "created_by",
    "changed_at", "changed_by",
)  # fmt: skip
_OF_VERSION = ("version", "act", "name", "description", "enabled", "changed_at", "changed_by")


@dataclass(frozen=True)
class Filters:
    """What a list of rules is narrowed to; None: not narrowed. `division` is a prefix."""

    enabled: bool | None = None
    source: str | None = None
    quantity: str | None = None
    division: str | None = None
    text: str | None = None

    def conditions(self) -> Sequence[sa.ColumnElement[bool]]:
        return [
            condition(value)
            for name, condition in _CONDITIONS.items()
            if (value := getattr(self, name)) is not None
        ]


_CONDITIONS: dict[str, Callable[[Any], sa.ColumnElement[bool]]] = {
    "enabled": Rule.enabled.is_,
    "source": lambda source: Rule.source == source,
    "quantity": lambda quantity: Rule.quantity == quantity,
    "division": lambda prefix: Rule.division_code.startswith(prefix, autoescape=True),
    "text": lambda text: Rule.search.contains(text.lower(), autoescape=True),
}


def visible(caller: Caller) -> sa.ColumnElement[bool]:
    """Rules of the caller's divisions, and those of larger ones that hold in them."""
    over = [sa.literal(division).startswith(Rule.division_code) for division in caller.divisions]
    return sa.or_(caller.scope(Rule.division_code), *over)


def page_of(
    session: Session, caller: Caller, page: PageParameters, filters: Filters
) -> Page[RuleRead]:
    """Rules in the order in which they were made."""
    chosen = sa.select(Rule, _troubled).where(
        visible(caller), Rule.deleted_at.is_(None), *filters.conditions()
    )
    return paginate(session, chosen, [Rule.id], page, read)


def find(session: Session, caller: Caller, rule_id: int, *, lock: bool = False) -> Rule:
    """One rule that is in force or disabled.

    Raises:
        NotFound: there is none, it was deleted, or it holds elsewhere.
    """
    chosen = sa.select(Rule).where(Rule.id == rule_id, Rule.deleted_at.is_(None), visible(caller))
    found = session.scalar(chosen.with_for_update() if lock else chosen)
    if found is None:
        raise NotFound
    return found


def troubled(session: Session, rule: Rule) -> int:
    """At how many devices its alarm is open."""
    return session.scalar(sa.select(_troubled).where(Rule.id == rule.id)) or 0


def read(rule: Rule, open_alarms: int) -> RuleRead:
    """A rule as the API shows it."""
    return RuleRead.model_validate(
        {
            **rule.value,
            **{name: getattr(rule, name) for name in _PLAIN},
            "standard": rule.origin is not None,
            "troubled": open_alarms,
        }
    )


def versions_of(session: Session, rule: Rule, page: PageParameters) -> Page[RuleVersionRead]:
    """Every version, the newest first."""
    chosen = sa.select(RuleVersion).where(RuleVersion.rule == rule.id)
    return paginate(session, chosen, [RuleVersion.version], page, _read_version, descending=True)


def _read_version(version: RuleVersion) -> RuleVersionRead:
    plain = {name: getattr(version, name) for name in _OF_VERSION}
    return RuleVersionRead.model_validate({**version.value, **plain})


def devices(session: Session, after_revision: int = -1) -> list[tuple[Watched, bool, int]]:
    """Devices that changed after a revision of the register: (device, in use, its revision)."""
    rows = session.connection().exec_driver_sql(
        sql("cityops.rules", "devices"), {"revision": after_revision}
    )
    return [(Watched._make((*row[:8], tuple(row[8]))), row[9], row[10]) for row in rows]
