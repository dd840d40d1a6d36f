"""stack.env: what is refused, what is kept, who may read it."""

import stat
from pathlib import Path

import pytest

from deploy.stack import Ports, environment
from deploy.stack.environment import OWN_SERVERS, Passwords
from deploy.stack.errors import PartialServers

PORTS = Ports(1, 2, 3, 4)


def test_some_of_the_citys_own_servers_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in OWN_SERVERS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HENGYANG_REDIS_URL", "redis://example")
    with pytest.raises(PartialServers, match="Missing: HENGYANG_DATABASE_URL, HENGYANG_MQTT_URL"):
        environment.names_own_servers()


@pytest.mark.parametrize(("value", "named"), [("x://example", True), ("", False)])
def test_all_or_none_of_the_citys_own_servers_are_taken(
    monkeypatch: pytest.MonkeyPatch, value: str, named: bool
) -> None:
    for name in OWN_SERVERS:
        monkeypatch.setenv(name, value)
    assert environment.names_own_servers() is named


def test_passwords_survive_writing_and_reading(tmp_path: Path) -> None:
    passwords = Passwords.generate({})
    environment.write(tmp_path / "stack.env", environment.variables(PORTS, passwords, tmp_path))
    known = environment.known_passwords(environment.read(tmp_path / "stack.env"))
    assert Passwords.generate(known) == passwords


def test_only_the_owner_may_read_the_file_even_if_others_could_before(tmp_path: Path) -> None:
    path = tmp_path / "stack.env"
    path.touch(mode=0o644)
    environment.write(path, {"A": "b"})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_value_may_hold_the_equals_sign(tmp_path: Path) -> None:
    environment.write(tmp_path / "stack.env", {"A": "b=c="})
    assert environment.read(tmp_path / "stack.env") == {"A": "b=c="}


def test_a_missing_file_has_no_variables(tmp_path: Path) -> None:
    assert environment.read(tmp_path / "stack.env") == {}


def test_every_password_is_its_own_and_long() -> None:
    passwords = vars(Passwords.generate({})).values()
    assert len(set(passwords)) == len(passwords)
    assert all(len(password) >= 32 for password in passwords)
