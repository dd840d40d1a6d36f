"""Logging in: who gets in, who does not, and what is left behind."""

import pytest
import sqlalchemy as sa

from tests.integration.http import PASSWORD, Api, add_user


def log_in(client, username, password=PASSWORD, **more):
    return client.post(
        "/api/v1/auth/token", data={"username": username, "password": password, **more}
    )


def test_a_new_user_gets_tokens_and_sees_himself(client: Api) -> None:
    me = client.as_role("operator", divisions=["430405"]).get("/api/v1/me")
    assert me.status_code == 200, me.text
    assert me.json()["roles"] == ["operator"]
    assert me.json()["divisions"] == ["430405"]
    assert "devices:read" in me.json()["permissions"]
