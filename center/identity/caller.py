"""The caller: who makes this request, what the roles permit, and in which divisions."""

import getpass
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute


@dataclass(frozen=True)
class Caller:
    """A signed-in user at the moment of one request.

    `divisions` are prefixes of division codes: `4304` is the whole city, `430405` one district,
    a longer one a street or a community.
    """

    user_id: int
    username: str
    display_name: str
    permissions: frozenset[str]
    divisions: tuple[str, ...]
    session_id: UUID | None
    address: str
    roles: tuple[str, ...] = ()

    def may(self, permission: str) -> bool:
        """Whether any role of the caller carries the permission."""
        return permission in self.permissions

    def sees(self, division: str | None) -> bool:
        """Whether a thing of this division is in scope; one of no division never is."""
        return division is not None and division.startswith(self.divisions)

    def scope(
        self, column: sa.ColumnElement[str] | InstrumentedAttribute[str]
    ) -> sa.ColumnElement[bool]:
        """The condition that keeps a query inside the caller's divisions."""
        return sa.or_(sa.false(), *(column.like(pattern) for pattern in self.patterns))

    @property
    def patterns(self) -> list[str]:
        """The divisions for named SQL: `division LIKE ANY (:patterns)`."""
        return [f"{prefix}%" for prefix in self.divisions]


def system(name: str) -> Caller:
    """The program itself, or a person at the server's command line: no user, no session."""
    return Caller(0, name, name, frozenset(), (), None, "local")


def command_line() -> Caller:
    """Who works at the server's own command line, by the name of the account there."""
    return system(f"command line ({getpass.getuser()})")


def anonymous(claimed: str, address: str) -> Caller:
    """Somebody who failed to log in under a name that is nobody's.

    Only the first letters are kept: people type passwords into the field of the name.
    """
    return Caller(0, f"{claimed[:2]}…", "", frozenset(), (), None, address)
