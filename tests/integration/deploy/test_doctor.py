"""The doctor finds what is wrong, says it plainly, and outlives a check that breaks."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.broker import figures
from deploy.doctor import Check, Trouble, examine, line, machine_checks
from deploy.stack import LocalStack


def found(name: str, checks: list[Check]) -> tuple[bool, str]:
    (finding,) = examine(check for check in checks if check.name == name)
    return finding.good, finding.said


def test_a_missing_program_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    good, said = found("bubblewrap", machine_checks(tmp_path, "127.0.0.1", 8000))
    assert (good, said) == (False, "bwrap is not installed")


def test_a_port_of_another_program_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        monkeypatch.setenv("HENGYANG_STACK_PORT_BASE", str(port - 6379))
        good, said = found("port of redis", machine_checks(tmp_path, "127.0.0.1", 8000))
    assert not good
    assert said.startswith(f"{port} is in use by ")


def test_a_root_file_system_that_is_not_built_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    good, said = found("root file system", machine_checks(tmp_path, "127.0.0.1", 8000))
    assert not good
    assert "is not built yet" in said


def test_a_check_that_breaks_is_a_finding() -> None:
    def broken() -> str:
        raise ZeroDivisionError

    def fine() -> str:
        return "fine"

    findings = list(examine([Check("a", broken, "mend it"), Check("b", fine, "")]))
    assert [(one.good, one.said) for one in findings] == [
        (False, "ZeroDivisionError"),
        (True, "fine"),
    ]


@pytest.mark.parametrize(("needed", "mark"), [(True, "BAD "), (False, "hint")])
def test_a_finding_comes_with_its_remedy(needed: bool, mark: str) -> None:
    def wrong() -> str:
        raise Trouble("it is\n  broken")

    (finding,) = examine([Check("thing", wrong, "mend it", needed)])
    first, second = line(finding).splitlines()
    assert first.split(maxsplit=2) == [mark.strip(), "thing", "it is broken"]
    assert second.strip() == "-> mend it"


def test_this_machine_can_run_the_system(tmp_path: Path) -> None:
    """Every other integration test needs it too; here is said what is missing."""
    names = {"bubblewrap", "setpriv", "user namespaces", "root file system", "disk", "time zones"}
    findings = list(examine(machine_checks(tmp_path, "127.0.0.1", 8000)))
    assert [one.said for one in findings if one.check.name in names and not one.good] == []


def test_a_broker_that_refuses_us_is_told(stack: LocalStack) -> None:
    url = stack.environment["HENGYANG_MQTT_URL"].replace("ingest:", "ingest:wrong")
    with pytest.raises(ConnectionError, match="Not authorized"):
        figures(url)


def test_a_broker_tells_its_figures(stack: LocalStack) -> None:
    told = figures(stack.environment["HENGYANG_MQTT_URL"])
    assert told.dropped == 0
    assert told.stored_bytes >= 0


def test_the_command_ends_with_status_1_before_anything_was_started(tmp_path: Path) -> None:
    environment = {
        "PATH": "/usr/bin:/bin",
        "HENGYANG_VAR_DIR": str(tmp_path),
        "HENGYANG_STACK_PORT_BASE": "27500",
    }
    program = str(Path(sys.executable).with_name("hengyang"))
    done = subprocess.run(
        [program, "doctor"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "the stack has never been started" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
