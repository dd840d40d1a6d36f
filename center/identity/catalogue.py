"""Roles and permissions as data: read from files, checked, and stored by `hengyang seed`."""

import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from center.errors import HengyangError
from center.identity.models import Permission, Role, RolePermission

NO_DUTY = "none"


class DutiesMixed(HengyangError):
    """A role carries a permission of another administrator's duty."""


@dataclass(frozen=True)
class Catalogue:
    """Rows of `permissions` and `roles`, and which role carries which permission."""

    permissions: list[dict[str, str]]
    roles: list[dict[str, str]]
    pairs: list[dict[str, str]]


def read() -> Catalogue:
    """The catalogue of the files beside this module.

    Raises:
        DutiesMixed: the files break the three-way split of administrators.
    """
    permissions, roles = _load("permissions"), _load("roles")
    return check(permissions, roles)


def check(permissions: dict[str, Any], roles: dict[str, Any]) -> Catalogue:
    """The catalogue of two parsed files; see `read`."""
    duties = {key: item.get("duty", NO_DUTY) for key, item in permissions.items()}
    for role, item in roles.items():
        for permission in item["permissions"]:
            if duties[permission] not in (NO_DUTY, item.get("duty", NO_DUTY)):
                raise DutiesMixed(f"Role {role} may not carry {permission}.")
    return Catalogue(
        [_row(key, item) for key, item in permissions.items()],
        [_row(key, item) for key, item in roles.items()],
        [
            {"role": key, "permission": p}
            for key, item in roles.items()
            for p in item["permissions"]
        ],
    )


def store(session: Session, catalogue: Catalogue) -> None:
    """Makes the tables equal to the catalogue; roles that users hold are never removed."""
    for model, rows in ((Permission, catalogue.permissions), (Role, catalogue.roles)):
        statement = insert(model)
        names = {name: statement.excluded[name] for name in ("name_zh", "name_en", "duty")}
        session.execute(statement.on_conflict_do_update(index_elements=["key"], set_=names), rows)
    session.execute(sa.delete(RolePermission))
    session.execute(sa.insert(RolePermission), catalogue.pairs)


def _load(name: str) -> dict[str, Any]:
    text = resources.files("center.identity").joinpath(f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text)


def _row(key: str, item: dict[str, Any]) -> dict[str, str]:
    return {
        "key": key,
        "name_zh": item["zh"],
        "name_en": item["en"],
        "duty": item.get("duty", NO_DUTY),
    }
