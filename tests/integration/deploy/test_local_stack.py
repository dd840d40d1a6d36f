"""The local stack as tests and operators use it: killed, restarted, in the way of another."""

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import paho.mqtt.client as mqtt
import psycopg
import pytest
import redis
from paho.mqtt.enums import CallbackAPIVersion

from deploy.single import UP_LOCK, AlreadyRunning, only_one
from deploy.stack import SERVERS, LocalStack, Ports, StackError
from deploy.stack.errors import PortTaken
from deploy.stack.ports import free_ports

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    stack = LocalStack(tmp_path_factory.mktemp("var"), test=True, attached=True)
    stack.up()
    yield stack
    stack.down()


@pytest.fixture
def running(stack: LocalStack) -> LocalStack:
    """The stack with all servers up, whatever the test before did to it."""
    stack.up()
    return stack


def database(stack: LocalStack, who: str = "OWNER_") -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(stack.environment[f"HENGYANG_DATABASE_{who}URL"], autocommit=True)


def test_a_port_in_use_is_named_with_its_holder(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        stack = LocalStack(tmp_path, Ports(port, *free_ports(3)), test=True, attached=True)
        with pytest.raises(PortTaken) as caught:
            stack.up()
    assert f"Port {port}, needed by postgres, is in use by" in str(caught.value)
    assert f"(process {os.getpid()})" in str(caught.value)
    assert all(state.pid is None for state in stack.status())


def test_a_server_that_does_not_run_cannot_be_killed(tmp_path: Path) -> None:
    stack = LocalStack(tmp_path, test=True)
    with pytest.raises(StackError, match="redis does not run"):
        stack.kill("redis")


@pytest.mark.parametrize("words", [["down"], ["reset", "--yes"]])
def test_a_stack_that_the_whole_system_runs_on_is_not_stopped(
    tmp_path: Path, words: list[str]
) -> None:
    stack = LocalStack(tmp_path, test=True, attached=True)
    stack.start("redis")
    with only_one(tmp_path / UP_LOCK):
        done = subprocess.run(
            [sys.executable, "-m", "deploy.stack", *words],
            env=os.environ | {"HENGYANG_VAR_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert f"(process {os.getpid()})" in done.stderr
    assert stack.record("redis") is not None
    stack.down()


def test_the_whole_system_does_not_start_while_its_stack_is_stopped(tmp_path: Path) -> None:
    stack = LocalStack(tmp_path, test=True)
    with stack.unused(), pytest.raises(AlreadyRunning), only_one(tmp_path / UP_LOCK):
        pass


def test_a_start_that_waits_for_a_reset_begins_in_a_new_folder(tmp_path: Path) -> None:
    stack, other = (LocalStack(tmp_path, test=True, attached=True) for _ in range(2))
    with ThreadPoolExecutor(1) as pool:
        with stack._locked():
            started = pool.submit(other.start, "redis")
            waiting = f"-> FLOCK  ADVISORY  WRITE {os.getpid()} "
            while waiting not in Path("/proc/locks").read_text():
                assert not started.done()
            shutil.rmtree(stack.dir)
        started.result(60)
    assert other.record("redis") is not None
    other.down()


@pytest.mark.parametrize("role", ["", "INGEST_"])
def test_the_program_may_not_make_tables(running: LocalStack, role: str) -> None:
    with database(running, role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("CREATE TABLE forbidden (id int)")


def test_a_wrong_password_is_refused_by_every_server(running: LocalStack) -> None:
    urls = running.environment
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(urls["HENGYANG_DATABASE_URL"], password="wrong")
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=running.ports.redis, password="wrong").ping()
    assert connect_reason(running.ports.mosquitto, "ingest", "wrong") == "Not authorized"
    assert connect_reason(running.ports.mosquitto, None, None) == "Not authorized"


def connect_reason(port: int, user: str | None, password: str | None) -> str:
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    client.username_pw_set(user, password)
    reasons: list[str] = []
    client.on_connect = lambda _c, _u, _f, reason, _p: reasons.append(str(reason))
    client.connect("127.0.0.1", port)
    while not reasons:
        client.loop(1)
    client.disconnect()
    return reasons[0]


def keep_in_postgres(stack: LocalStack) -> Callable[[], bool]:
    with database(stack) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (id int)")
        connection.execute("INSERT INTO kept VALUES (1)")

    def still_there() -> bool:
        with database(stack) as connection:
            return connection.execute("SELECT count(*) > 0 FROM kept").fetchone() == (True,)

    return still_there


def keep_in_redis(stack: LocalStack) -> Callable[[], bool]:
    client = redis.Redis.from_url(stack.environment["HENGYANG_REDIS_URL"])
    client.set("kept", "yes")
    return lambda: client.get("kept") == b"yes"


def keep_in_mosquitto(stack: LocalStack) -> Callable[[], bool]:
    """Its accounts: a killed broker forgets messages of the last seconds, which design allows."""
    account, secret = "load", stack.environment["HENGYANG_STACK_PASSWORD_LOAD"]
    return lambda: connect_reason(stack.ports.mosquitto, account, secret) == "Success"


def keep_in_rtsp(stack: LocalStack) -> Callable[[], bool]:
    """Its password: who feeds a camera mounts it again."""
    return lambda: next(state.ready for state in stack.status() if state.name == "rtsp")


KEEPERS = {
    "postgres": keep_in_postgres,
    "redis": keep_in_redis,
    "mosquitto": keep_in_mosquitto,
    "rtsp": keep_in_rtsp,
}


@pytest.mark.parametrize("name", SERVERS)
def test_a_killed_server_starts_again_with_its_data(running: LocalStack, name: str) -> None:
    still_there = KEEPERS[name](running)
    before = running.record(name)
    running.kill(name)
    assert running.record(name) is None
    running.start(name)
    assert running.record(name) != before
    assert still_there()


def test_nothing_that_a_killed_server_forked_lives_on(running: LocalStack) -> None:
    before = running.record("postgres")
    assert before is not None
    task = Path(f"/proc/{before.pid}/task/{before.pid}/children")
    children = [int(pid) for pid in task.read_text().split()]
    running.kill("postgres")
    running.start("postgres")
    alive = [pid for pid in children if Path(f"/proc/{pid}/cmdline").exists()]
    assert children
    assert not alive


def test_up_starts_only_what_is_missing(running: LocalStack) -> None:
    before = {name: running.record(name) for name in SERVERS}
    running.kill("redis")
    running.up()
    after = {name: running.record(name) for name in SERVERS}
    assert [name for name in SERVERS if before[name] != after[name]] == ["redis"]


def test_two_first_starts_at_once_start_each_server_once(tmp_path: Path) -> None:
    first, second = (LocalStack(tmp_path, test=True, attached=True) for _ in range(2))
    assert first.environment != second.environment
    threads = [threading.Thread(target=stack.up) for stack in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(state.ready for state in first.status())
    assert first.status() == second.status()
    assert first.environment == second.environment
    first.down()


def test_the_number_of_another_process_in_a_pid_file_is_stale(running: LocalStack) -> None:
    running.stop("mosquitto")
    stale = {"pid": os.getpid(), "started_ticks": 1, "boot_id": "earlier"}
    (running.dir / "run/mosquitto.json").write_text(json.dumps(stale))
    running.up()
    record = running.record("mosquitto")
    assert record is not None
    assert record.pid != os.getpid()


def test_another_stack_object_finds_the_same_servers(running: LocalStack) -> None:
    again = LocalStack(running.var_dir, test=True)
    assert again.environment == running.environment
    assert again.status() == running.status()


def test_passwords_that_were_lost_are_made_anew(running: LocalStack) -> None:
    running.down()
    running.env_file.unlink()
    again = LocalStack(running.var_dir, running.ports, test=True, attached=True)
    again.up()
    assert again.environment != running.environment
    assert all(state.ready for state in again.status())
    with database(again, ""):
        pass
    secret = again.environment["HENGYANG_STACK_PASSWORD_LOAD"]
    assert connect_reason(again.ports.mosquitto, "load", secret) == "Success"
    again.down()


def test_no_password_stands_in_a_log_that_holds_every_statement(running: LocalStack) -> None:
    admin = running.environment["HENGYANG_STACK_ADMIN_URL"]
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET log_statement = 'all'")
        connection.execute("SELECT pg_reload_conf()")
    running.up()
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM RESET log_statement")
        connection.execute("SELECT pg_reload_conf()")
    said = running.log("postgres").read_text()
    assert "ALTER ROLE" in said
    for name, secret in running.environment.items():
        if name.startswith("HENGYANG_STACK_PASSWORD_"):
            assert secret not in said, name
    with database(running):
        pass  # and yet it fits


def test_secrets_are_readable_by_the_owner_only(running: LocalStack) -> None:
    for path in (running.env_file, running.dir / "redis/redis.conf", running.dir / "rtsp/password"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(running.dir.stat().st_mode) == 0o700


def test_the_broker_reloads_its_files_on_a_hang_up_signal(running: LocalStack) -> None:
    files = Path(running.environment["HENGYANG_MQTT_FILES_DIR"])
    pid = Path(running.environment["HENGYANG_MQTT_PID_FILE"]).read_text()
    service = (files / "passwd.service").read_text()
    (files / "passwd").write_text(service.replace("load:", "other:"))
    os.kill(int(pid), signal.SIGHUP)
    secret = running.environment["HENGYANG_STACK_PASSWORD_LOAD"]
    while connect_reason(running.ports.mosquitto, "other", secret) != "Success":
        pass
    assert connect_reason(running.ports.mosquitto, "load", secret) == "Not authorized"
    (files / "passwd").write_text(service)
    os.kill(int(pid), signal.SIGHUP)


def test_the_extensions_that_the_migrations_need_are_there(running: LocalStack) -> None:
    with database(running) as connection:
        rows = connection.execute("SELECT extname FROM pg_extension").fetchall()
    assert {"timescaledb", "postgis", "pgrouting", "pg_trgm", "tdigest"} <= {row[0] for row in rows}


def test_the_owner_may_hand_out_the_groups(running: LocalStack) -> None:
    with database(running) as connection, connection.transaction(force_rollback=True):
        connection.execute("CREATE ROLE hengyang_trial NOLOGIN")
        connection.execute("GRANT hengyang_app, hengyang_ingest TO hengyang_trial")


def test_an_attached_stack_dies_with_its_interpreter(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path; from deploy.stack import LocalStack\n"
        "stack = LocalStack(Path(sys.argv[1]), test=True, attached=True); stack.start('redis')\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    assert done.returncode == -signal.SIGKILL
    record = LocalStack(tmp_path, test=True).record("redis")
    assert record is None or record.wait_gone(10)


def test_a_detached_stack_keeps_its_logs_short_and_leaves_nothing(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from deploy.stack import LocalStack\n"
        "LocalStack(Path(sys.argv[1]), test=True).up()"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True)
    stack = LocalStack(tmp_path, test=True)
    records = [stack.record(name) for name in (*SERVERS, "log-keeper")]
    assert all(record is not None for record in records)
    stack.down()
    assert not any(record and record.alive for record in records)


def test_a_reset_removes_everything(tmp_path: Path) -> None:
    stack = LocalStack(tmp_path, test=True, attached=True)
    stack.start("redis")
    record = stack.record("redis")
    stack.reset()
    assert record is not None
    assert not record.alive
    assert not stack.dir.exists()
