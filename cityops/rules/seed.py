"""The standard rules, read from `rules.toml`: put in once; what people made of them stays."""

import tomllib
from dataclasses import replace
from importlib import resources

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.identity.caller import system
from cityops.rules import service
from cityops.rules.models import Rule
from cityops.rules.schemas import RuleCreate


def standard() -> dict[str, RuleCreate]:
    """The standard rules by the names they are known by."""
    text = resources.files("cityops.rules").joinpath("rules.toml").read_text("utf-8")
    return {key: RuleCreate.model_validate(rule) for key, rule in tomllib.loads(text).items()}


def seed(session: Session) -> None:
    """Adds those that are missing; one that was changed or deleted is not missing."""
    caller = replace(system("seed"), divisions=("",))
    known = set(session.scalars(sa.select(Rule.origin).where(Rule.origin.is_not(None))))
    taken = set(session.scalars(sa.select(Rule.name).where(Rule.deleted_at.is_(None))))
    for key, rule in standard().items():
        if key not in known and rule.name not in taken:
            service.create(session, caller, rule, origin=key)
