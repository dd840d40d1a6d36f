"""Stored users, roles and sessions."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from center.database import Base


class Role(Base):
    """A named set of permissions; `duty` says which of the three administrators it is, or none."""

    __tablename__ = "roles"

    key: Mapped[str] = mapped_column(primary_key=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    duty: Mapped[str]
    permissions: Mapped[list["RolePermission"]] = relationship(
        lazy="raise", order_by="RolePermission.permission"
    )


class RolePermission(Base):
    """One permission of one role."""

    __tablename__ = "role_permissions"

    role: Mapped[str] = mapped_column(sa.ForeignKey("roles.key"), primary_key=True)
    permission: Mapped[str] = mapped_column(primary_key=True)


class Permission(Base):
    """One thing a handler may ask for, `noun:verb`."""

    __tablename__ = "permissions"

    key: Mapped[str] = mapped_column(primary_key=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    duty: Mapped[str]


class User(Base):
    """An account of one person; never shared, never deleted, at most disabled."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(always=True), primary_key=True)
    username: Mapped[str]
    display_name: Mapped[str]
    password_hash: Mapped[str]
    password_changed_at: Mapped[datetime]
    must_change_password: Mapped[bool] = mapped_column(default=True)
    disabled: Mapped[bool] = mapped_column(default=False)
    divisions: Mapped[list[str]] = mapped_column(default=list)
    totp_secret: Mapped[bytes | None]
    totp_confirmed: Mapped[bool] = mapped_column(default=False)
    totp_last_step: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    version: Mapped[int] = mapped_column(default=1)
    roles: Mapped[list["UserRole"]] = relationship(
        lazy="raise", order_by="UserRole.role", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def totp_enabled(self) -> bool:
        """Whether log-in asks for a code."""
        return self.totp_secret is not None and self.totp_confirmed

    @property
    def role_keys(self) -> list[str]:
        """Keys of the roles, in alphabetical order."""
        return sorted(held.role for held in self.roles)

    @property
    def duty(self) -> str:
        """The administrator's duty that the user holds, or `none`."""
        return next((held.duty for held in self.roles if held.duty != "none"), "none")


class UserRole(Base):
    """A role that a user holds; `duty` repeats the role's, for the index that keeps them apart."""

    __tablename__ = "user_roles"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    duty: Mapped[str]


class OldPassword(Base):
    """A password that may not be taken again yet."""

    __tablename__ = "password_history"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), primary_key=True)
    set_at: Mapped[datetime] = mapped_column(primary_key=True)
    password_hash: Mapped[str]


class LoginSession(Base):
    """One log-in of one user on one machine, until it ends or is revoked."""

    __tablename__ = "sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    address: Mapped[str]
    user_agent: Mapped[str]
    revoked_at: Mapped[datetime | None]
    revoke_reason: Mapped[str | None]


class RefreshToken(Base):
    """One refresh token by its SHA-256; used once."""

    __tablename__ = "refresh_tokens"

    hash: Mapped[bytes] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(sa.ForeignKey("sessions.id"))
    issued_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SecurityPolicy(Base):
    """The rules that the security administrator sets; one row."""

    __tablename__ = "security_policy"

    only_row: Mapped[bool] = mapped_column(primary_key=True, default=True)
    password_min_length: Mapped[int]
    password_history: Mapped[int]
    password_max_age_days: Mapped[int]
    lockout_failures: Mapped[int]
    lockout_seconds: Mapped[int]
    address_failures: Mapped[int]
    idle_logout_seconds: Mapped[int | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
