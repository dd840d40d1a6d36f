"""`hengyang up`: one at a time, everything restarted, nothing left behind."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import astuple
from http.client import HTTPConnection
from pathlib import Path

import pytest

from deploy.stack import SERVERS, LocalStack, Ports
from deploy.stack.ports import free_ports, is_free

pytestmark = pytest.mark.timeout(300)
LIMIT_SECONDS = 120
HENGYANG = str(Path(sys.executable).with_name("hengyang"))


class Running:
    """A `hengyang up` in a folder and on ports of its own."""

    def __init__(self, var_dir: Path) -> None:
        self.var_dir, self.log = var_dir, var_dir / "up.out"
        self.port = free_ports(1)[0]
        self.base = next(base for base in range(15_000, 27_000, 50) if _all_free(Ports.above(base)))
        self.process = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        with self.log.open("wb") as output:
            return subprocess.Popen(
                [HENGYANG, "up", "--no-simulate"],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    @property
    def environment(self) -> dict[str, str]:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("HENGYANG_")}
        return inherited | {
            "HENGYANG_VAR_DIR": str(self.var_dir),
            "HENGYANG_STACK_PORT_BASE": str(self.base),
            "HENGYANG_API_PORT": str(self.port),
            "HENGYANG_CITY": "none",
        }

    def said(self) -> str:
        return self.log.read_text()

    def wait_for(self, text: str) -> None:
        deadline = time.monotonic() + LIMIT_SECONDS
        while text not in self.said():
            assert self.process.poll() is None, f"ended:\n{self.said()}"
            assert time.monotonic() < deadline, f"never said {text!r}:\n{self.said()}"
            time.sleep(0.1)

    def healthy(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def processes(self) -> list[str]:
        """Command lines of all living processes that know this folder."""
        return [line for line in map(self._mine, Path("/proc").glob("[0-9]*")) if line]

    def _mine(self, process: Path) -> str:
        try:
            facts = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
            command = (process / "cmdline").read_text().replace("\0", " ").strip()
        except OSError:
            return ""
        return command if str(self.var_dir).encode() in facts else ""

    def wait_until_gone(self) -> None:
        deadline = time.monotonic() + LIMIT_SECONDS
        while left := self.processes():
            assert time.monotonic() < deadline, f"left behind: {left}"
            time.sleep(0.1)


def _all_free(ports: Ports) -> bool:
    return all(map(is_free, astuple(ports)))


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Running]:
    running = Running(tmp_path)
    yield running
    if running.process.poll() is None:
        running.process.send_signal(signal.SIGTERM)
        running.process.wait(LIMIT_SECONDS)


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        environment = os.environ | {
            "HENGYANG_VAR_DIR": str(tmp_path),
            "HENGYANG_API_PORT": str(port),
        }
        done = subprocess.run(
            [HENGYANG, "up"], env=environment, capture_output=True, text=True, check=False
        )
    assert done.returncode == 1
    assert f"Port {port} is in use by" in done.stderr
    assert "Traceback" not in done.stderr


def test_it_runs_once_starts_again_what_is_killed_and_leaves_nothing_behind(up: Running) -> None:
    up.wait_for("End with Ctrl-C")
    assert up.healthy()
    passwords = json.loads((up.var_dir / "credentials.json").read_text())
    assert all(user in up.said() and secret in up.said() for user, secret in passwords.items())

    second = subprocess.run(
        [HENGYANG, "up"], env=up.environment, capture_output=True, text=True, check=False
    )
    assert second.returncode == 1
    assert f"It is already running (process {up.process.pid})" in second.stderr

    for words in (["stack", "down"], ["stack", "reset", "--yes"]):
        refused = subprocess.run(
            [HENGYANG, *words], env=up.environment, capture_output=True, text=True, check=False
        )
        assert refused.returncode == 1
        assert f"(process {up.process.pid})" in refused.stderr

    kill_every_server(up)
    up.process.send_signal(signal.SIGINT)
    assert up.process.wait(LIMIT_SECONDS) == 0
    up.wait_until_gone()


def kill_every_server(up: Running) -> None:
    """Each is started again, and the API recovers by itself."""
    stack = LocalStack(up.var_dir, Ports.above(up.base))
    before = {name: stack.record(name) for name in SERVERS}
    for name in SERVERS:
        stack.kill(name)
    up.wait_for("mosquitto starts again")
    deadline = time.monotonic() + LIMIT_SECONDS
    while not (all(state.ready for state in stack.status()) and up.healthy()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert all(stack.record(name) != before[name] for name in SERVERS)


def test_when_it_is_killed_itself_everything_ends_with_it(up: Running) -> None:
    up.wait_for("End with Ctrl-C")
    up.process.kill()
    up.process.wait()
    up.wait_until_gone()


def test_it_can_be_ended_while_it_starts(up: Running) -> None:
    up.wait_for("starting PostgreSQL")
    up.process.send_signal(signal.SIGTERM)
    assert up.process.wait(LIMIT_SECONDS) == 0
    up.wait_until_gone()
