"""`hengyang user`, `seed` and `migrate` from the server's own command line."""

import json
import re
from pathlib import Path

import psycopg
import pytest
from click.testing import Result
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from center.errors import HengyangError
from server.cli import build, explain
from tests.integration.audits import actions
from tests.integration.databases import Database
from tests.integration.http import PASSWORD, Api, add_user


def run(*words: str) -> Result:
    return CliRunner().invoke(build(), list(words))


class TestUser:
    """First and last resort."""

    def test_a_user_is_added_and_must_change_the_printed_password(self, client: Api) -> None:
        add_user("operator")  # loads the catalogue of roles
        added = run("user", "add", "wang.wei", "--role", "analyst", "--division", "430405")
        password = re.search(r"first password: (\S+)", added.output)
        assert password is not None, added.output
        me = client.log_in("wang.wei", password[1]).get("/api/v1/me").json()
        assert (me["roles"], me["divisions"]) == (["analyst"], ["430405"])
        assert me["must_change_password"] is True
        assert "wang.wei" in run("user", "list").output

    @pytest.mark.parametrize(
        ("words", "code"),
        [
            (("add", "Wang Wei"), "invalid"),
            (("add", "wang.wei", "--role", "emperor"), "unknown_role"),
            (("add", "wang.wei", "--division", "east"), "invalid"),
            (("grant", "nobody", "--role", "operator"), "no_such_user"),
            (("grant", "nobody", "--role", "operator", "--division", ""), "invalid"),
            (("unlock", "nobody"), "no_such_user"),
        ],
    )
    def test_a_wrong_word_is_explained(
        self, database: Database, words: tuple[str, ...], code: str
    ) -> None:
        error = run("user", *words).exception
        assert isinstance(error, HengyangError)
        assert error.code() == code
        assert explain(error) == error.detail

    def test_even_an_auditor_gets_a_new_password(self, client: Api, session: Session) -> None:
        auditor = add_user("auditor")
        signed_in = client.log_in(auditor.username)
        output = run("user", "reset-password", auditor.username).output
        assert signed_in.get("/api/v1/me").status_code == 401
        client.log_in(auditor.username, output.split()[-1])
        (entry,) = actions(session, "user.set_password")
        assert entry.actor.startswith("command line")

    def test_a_disabled_user_is_out_and_an_enabled_one_in_again(self, client: Api) -> None:
        user = add_user("operator")
        signed_in = client.log_in(user.username)
        run("user", "disable", user.username)
        assert signed_in.get("/api/v1/me").status_code == 401
        run("user", "enable", user.username)
        client.log_in(user.username)

    def test_a_lock_out_is_lifted(self, client: Api) -> None:
        user = add_user("operator")
        form = {"username": user.username, "password": "wrong"}
        codes = [client.post("/api/v1/auth/token", data=form).status_code for _ in range(6)]
        assert codes[-1] == 429
        assert run("user", "unlock", user.username).exit_code == 0
        client.log_in(user.username)


class TestSecondFactor:
    """What is left when a phone or the token secret is lost."""

    def test_it_is_removed_though_it_cannot_be_read(
        self, client: Api, session: Session, owner: psycopg.Connection
    ) -> None:
        user = add_user("secadmin")
        form = {"username": user.username, "password": PASSWORD, "totp": "123456"}
        owner.execute(
            "UPDATE users SET totp_secret = %s, totp_confirmed = true WHERE id = %s",
            [b"sealed with a secret that was lost", user.id],
        )
        refused = client.post("/api/v1/auth/token", data=form)
        assert refused.json()["code"] == "secret_unreadable"
        assert run("user", "remove-second-factor", user.username).exit_code == 0
        client.log_in(user.username)
        (entry,) = actions(session, "second_factor.remove")
        assert entry.actor.startswith("command line")

    def test_of_nobody_is_explained(self, database: Database) -> None:
        error = run("user", "remove-second-factor", "nobody").exception
        assert isinstance(error, HengyangError)
        assert error.code() == "no_such_user"


class TestSeed:
    """One user per role of the city."""

    def test_the_printed_passwords_open_the_doors(self, client: Api, tmp_path: Path) -> None:
        assert run("seed", "--demo").exit_code == 0
        path = tmp_path / "credentials.json"
        assert path.stat().st_mode & 0o777 == 0o600
        for name, password in json.loads(path.read_text()).items():
            me = client.log_in(name, password).get("/api/v1/me").json()
            assert (me["roles"], me["divisions"]) == ([name], ["4304"])
            assert me["must_change_password"] is False

    def test_in_a_real_city_each_must_choose_a_password(self, client: Api, tmp_path: Path) -> None:
        run("seed")
        for name, password in json.loads((tmp_path / "credentials.json").read_text()).items():
            signed_in = client.log_in(name, password)
            assert signed_in.get("/api/v1/me").json()["must_change_password"] is True
            refused = signed_in.get("/api/v1/devices")
            assert refused.json()["code"] == "password_change_required"

    def test_seeding_again_changes_nothing(self, owner: psycopg.Connection, tmp_path: Path) -> None:
        def state() -> tuple[object, str]:
            rows = owner.execute("SELECT id, username, password_hash, version FROM users")
            return rows.fetchall(), (tmp_path / "credentials.json").read_text()

        run("seed")
        before = state()
        assert run("seed").exit_code == 0
        assert state() == before

    def test_a_role_of_the_file_is_loaded_over_an_older_one(
        self, owner: psycopg.Connection
    ) -> None:
        run("seed")
        owner.execute("DELETE FROM role_permissions WHERE role = 'operator'")
        run("seed")
        found = owner.execute("SELECT count(*) > 3 FROM role_permissions WHERE role = 'operator'")
        assert found.fetchone() == (True,)
