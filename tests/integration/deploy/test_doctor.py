"""The doctor finds what is wrong, says it plainly, and outlives a check that breaks."""

import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from center.audit.anchors import anchor_now
from center.processes.heartbeat import Heartbeat
from center.settings import settings
from deploy.broker import BrokerFigures, figures
from deploy.doctor import (
    FREE_GIGABYTES,
    TOTAL_GIGABYTES,
    Check,
    Trouble,
    examine,
    line,
    machine_checks,
    stack_checks,
)
from deploy.stack import LocalStack
from deploy.stack.environment import OWN_SERVERS
from deploy.stack.ports import free_ports, is_free
from ingest import broker
from server import vitals
from server.doctor import all_checks, server_checks
from tests.integration.certificates import made_for_itself
from tests.integration.databases import Database
from tests.integration.patience import wait_for


def found(name: str, checks: list[Check]) -> tuple[bool, str]:
    (finding,) = examine(check for check in checks if check.name == name)
    return finding.good, finding.said


def test_a_missing_program_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    good, said = found("bubblewrap", stack_checks(tmp_path))
    assert (good, said) == (False, "bwrap is not installed")


def test_a_port_of_another_program_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        monkeypatch.setenv("HENGYANG_STACK_PORT_BASE", str(port - 6379))
        good, said = found("port of redis", stack_checks(tmp_path))
    assert not good
    assert said.startswith(f"{port} is in use by ")


def test_a_root_file_system_that_is_not_built_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    good, said = found("root file system", stack_checks(tmp_path))
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
    findings = list(examine([*machine_checks(tmp_path), *stack_checks(tmp_path)]))
    assert [one.said for one in findings if one.check.name in names and not one.good] == []


def test_the_memory_that_is_asked_for_is_the_memory_that_is_named(tmp_path: Path) -> None:
    (check,) = (check for check in machine_checks(tmp_path) if check.name == "memory")
    assert f"{TOTAL_GIGABYTES} GB" in check.remedy
    assert f"{FREE_GIGABYTES} GB" in check.remedy


def figures_at(url: str) -> BrokerFigures:
    address = broker.parse(url)
    return figures(broker.new_client("hengyang-doctor", address), address.host, address.port)


def test_a_broker_that_refuses_us_is_told(stack: LocalStack) -> None:
    url = stack.environment["HENGYANG_MQTT_URL"].replace("ingest:", "ingest:wrong")
    with pytest.raises(ConnectionError, match="Not authorized"):
        figures_at(url)


def test_a_broker_tells_its_figures(stack: LocalStack) -> None:
    told = figures_at(stack.environment["HENGYANG_MQTT_URL"])
    assert told.dropped == 0
    assert told.stored_bytes >= 0


# paho leaves a socket whose handshake fails to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_no_word_of_a_password_goes_out_in_clear_where_tls_is_asked_for(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as pool:
        listening = pool.submit(hear, server, heard)
        url = f"mqtts://ingest:secret@127.0.0.1:{server.getsockname()[1]}"
        point_at(monkeypatch, url)
        good, _ = found("broker", server_checks(local=False))
        listening.result()
    assert not good
    assert heard[0].startswith(b"\x16\x03")  # a TLS record: handshake (RFC 8446, section 5.1)
    assert b"secret" not in heard[0]


def hear(server: socket.socket, heard: list[bytes]) -> None:
    connection, _ = server.accept()
    with connection:
        heard.append(connection.recv(4096))


def point_at(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("HENGYANG_MQTT_URL", url)
    settings.cache_clear()


def test_a_broker_with_tls_and_an_escaped_password_tells_its_figures(
    database: Database, stack: LocalStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    [port] = free_ports(1)
    home = stack.dir / "mosquitto"
    certificate = made_for_itself(home / "tls.crt", home / "tls.key")
    (home / "tls.conf").write_text(
        f"listener {port} 127.0.0.1\ncertfile /srv/tls.crt\nkeyfile /srv/tls.key\n"
        "allow_anonymous false\npassword_file /srv/files/passwd.service\nsys_interval 1\n"
    )
    argv = ["mosquitto", "-c", "/srv/tls.conf"]
    record = stack.sandbox("mosquitto").spawn(argv, stack.log("tls"), attached=True)
    try:
        wait_for(lambda: not is_free(port))
        secret = stack.environment["HENGYANG_STACK_PASSWORD_INGEST"]
        escaped = "".join(f"%{ord(letter):02X}" for letter in secret)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        point_at(monkeypatch, f"mqtts://ingest:{escaped}@127.0.0.1:{port}")
        good, said = found("broker", server_checks(local=False))
        assert (good, said.endswith("clients connected")) == (True, True), said
    finally:
        record.signal(signal.SIGKILL)
        assert record.wait_gone(10)


def test_a_city_with_servers_of_its_own_is_not_sent_to_the_local_stack(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks = {check.name: check for check in all_checks()}
    assert checks["whose servers"].look() == "the city's own"
    assert checks.keys() & {"bubblewrap", "root file system", "port of redis"} == set()
    assert not any("hengyang stack" in check.remedy for check in checks.values())
    assert "HENGYANG_REDIS_URL" in checks["Redis"].remedy
    monkeypatch.delenv("HENGYANG_REDIS_URL")
    good, said = found("whose servers", all_checks())
    assert (good, "Missing: HENGYANG_REDIS_URL" in said) == (False, True)


def test_the_local_stack_is_looked_at_where_it_is_used(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in OWN_SERVERS:
        monkeypatch.delenv(name)
    checks = {check.name: check for check in all_checks()}
    assert {"bubblewrap", "root file system", "port of redis"} < checks.keys()
    assert checks["Redis"].remedy == "Start it: hengyang stack up"


def test_another_python_program_on_the_port_of_the_api_is_not_ours(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    [port] = free_ports(1)
    monkeypatch.setenv("HENGYANG_API_PORT", str(port))
    settings.cache_clear()
    words = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    with subprocess.Popen(words, stderr=subprocess.DEVNULL) as other:
        wait_for(lambda: not is_free(port))
        good, said = found("port of the API", vitals.checks())
        other.kill()
    assert (good, f"(process {other.pid})" in said) == (False, True)
    assert found("port of the API", vitals.checks()) == (True, f"{port}, free")


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, (name, _) in vitals.PROGRAMS.items()]
)
def test_a_program_that_does_not_run_is_told(database: Database, kind: str, name: str) -> None:
    assert found(name, vitals.checks()) == (False, "none runs")
    heart = Heartbeat("test", kind, database.app)
    heart.start()
    assert found(name, vitals.checks()) == (True, "1 running")
    heart.stop()
    assert found(name, vitals.checks()) == (False, "none runs")


def test_a_store_that_takes_no_evidence_is_told(database: Database, tmp_path: Path) -> None:
    assert found("evidence store", vitals.checks()) == (True, "not there yet")
    (tmp_path / "evidence").touch()
    assert not found("evidence store", vitals.checks())[0]
    (tmp_path / "evidence").unlink()
    (tmp_path / "evidence").mkdir()
    assert found("evidence store", vitals.checks()) == (True, str(tmp_path / "evidence"))
    assert list((tmp_path / "evidence").iterdir()) == []


def test_entries_that_nobody_anchors_are_told(
    database: Database, owner: psycopg.Connection
) -> None:
    owner.execute(
        "INSERT INTO audit_log SELECT coalesce(max(seq), 0) + 1, now() - interval '3 days', NULL,"
        " 'test', '{}', 'act', 'type', 'id', 'ok', '', '', '{}', sha256('x') FROM audit_log"
    )
    good, said = found("audit anchors", vitals.checks())
    assert (good, "unanchored" in said) == (False, True)
    anchor_now()
    assert found("audit anchors", vitals.checks())[0]


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
