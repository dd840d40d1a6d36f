"""The first users: one per role, with generated passwords kept in a file for `make demo`."""

import json
import os
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.audit.service import audit
from center.clock import now
from center.identity import catalogue
from center.identity.caller import system
from center.identity.models import Role, User, UserRole
from center.identity.passwords import generate, hash_password
from center.identity.settings import SeedSettings
from center.settings import settings

CITY = "4304"  # 衡阳市

# User name = role; the demo prints them. A device administrator is made by hand where wanted.
FIRST_USERS = (
    "operator", "inspector", "department", "analyst", "commander", "sysadmin", "secadmin",
    "auditor",
)  # fmt: skip


def seed(session: Session) -> None:
    """Roles and permissions as the files say, and the first users where they are missing."""
    catalogue.store(session, catalogue.read())
    known = set(session.scalars(sa.select(User.username).where(User.username.in_(FIRST_USERS))))
    missing = [name for name in FIRST_USERS if name not in known]
    passwords = {name: generate() for name in missing}
    for name in missing:
        add_first_user(session, name, passwords[name])
    session.flush()
    if passwords:
        keep(settings(SeedSettings).credentials, passwords)


def add_first_user(session: Session, name: str, password: str) -> User:
    """A user of one role and the whole city, who must choose a password at the first log-in."""
    role = session.get_one(Role, name)
    user = User(
        username=name,
        display_name=role.name_zh,
        password_hash=hash_password(password),
        password_changed_at=now(),
        must_change_password=True,
        divisions=[CITY],
        roles=[UserRole(role=role.key, duty=role.duty)],
    )
    session.add(user)
    audit(session, system("seed"), "user.create", "user", name, roles=[name], divisions=[CITY])
    return user


def let_stay(session: Session) -> None:
    """For a demo: the first users may keep the passwords that were generated for them."""
    first = sa.update(User).where(User.username.in_(FIRST_USERS))
    session.execute(first.values(must_change_password=False))


def keep(path: Path, passwords: dict[str, str]) -> None:
    """Adds passwords to the file, in one step; nobody but its owner may ever read it."""
    known = json.loads(path.read_text("utf-8")) if path.exists() else {}
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(known | passwords, file, ensure_ascii=False, indent=2)
        file.write("\n")
    partial.replace(path)
