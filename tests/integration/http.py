"""The API as a test meets it: a client that can log in."""

import itertools
from collections.abc import Sequence
from functools import cache
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from center.clock import now
from center.database import transaction
from center.identity import catalogue
from center.identity.models import Role, User, UserRole
from center.identity.passwords import hash_password
from server.app import create_app

PASSWORD = "Test-Password-1"
_numbers = itertools.count(1)


@cache
def _application() -> FastAPI:
    """Put together once: it holds nothing of one test's database."""
    return create_app()


class Api(TestClient):
    """The whole application in this process; errors become answers, as for a real client."""

    def __init__(self, app: Any = None) -> None:
        super().__init__(app or _application(), raise_server_exceptions=False)

    def log_in(self, username: str, password: str = PASSWORD) -> "Api":
        """Another client of the same application, signed in as this user."""
        answer = self.post("/api/v1/auth/token", data={"username": username, "password": password})
        assert answer.status_code == 200, answer.text
        return self.with_token(answer.json()["access_token"])

    def with_token(self, token: str) -> "Api":
        """Another client of the same application that sends this access token."""
        signed_in = Api(self.app)
        signed_in.headers["Authorization"] = f"Bearer {token}"
        return signed_in

    def as_role(self, *roles: str, divisions: Sequence[str] = ("4304",)) -> "Api":
        """A client signed in as a new user of these roles and divisions."""
        return self.log_in(add_user(*roles, divisions=divisions).username)


def add_user(
    *roles: str,
    username: str | None = None,
    divisions: Sequence[str] = ("4304",),
    password: str = PASSWORD,
    must_change_password: bool = False,
) -> User:
    """A user straight in the database, with a password that need not be changed."""
    with transaction() as session:
        if session.get(Role, "operator") is None:
            catalogue.store(session, catalogue.read())
        held = [session.get_one(Role, key) for key in roles]
        user = User(
            username=username
            or f"{'-'.join(roles) or 'nobody'}-{next(_numbers)}".replace("_", "."),
            display_name="测试",
            password_hash=hash_password(password),
            password_changed_at=now(),
            must_change_password=must_change_password,
            divisions=list(divisions),
            roles=[UserRole(role=role.key, duty=role.duty) for role in held],
        )
        session.add(user)
    return user
