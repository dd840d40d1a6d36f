"""Kept processes: started again when they end, ended with their supervisor."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.kept import Program
from deploy.single import AlreadyRunning, only_one
from deploy.stack.processes import Record
from deploy.supervise import Supervisor

LIMIT_SECONDS = 20


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    program = Program("sleeper", ("sleep", "300"), tmp_path / "sleeper.log")
    yield program
    program.send(signal.SIGKILL)
    program.end(0)


def wait_for(supervisor: Supervisor, said: list[str], text: str) -> None:
    for _ in range(LIMIT_SECONDS * 10):
        if any(text in line for line in said):
            return
        supervisor.watch(seconds=0.1)
    pytest.fail(f"never said {text!r}, but {said}")


def test_a_second_program_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    with only_one(tmp_path / "up.lock"):
        with pytest.raises(AlreadyRunning) as caught, only_one(tmp_path / "up.lock"):
            pass
        assert f"process {os.getpid()}" in str(caught.value)
    with only_one(tmp_path / "up.lock"):
        pass


def test_a_killed_process_is_started_again(program: Program) -> None:
    said: list[str] = []
    supervisor = Supervisor(said.append)
    supervisor.keep(program)
    assert program.process is not None
    first = program.process.pid
    os.kill(first, signal.SIGKILL)
    wait_for(supervisor, said, "sleeper starts again in 0.5 s")
    supervisor.watch(seconds=1)
    assert "ended by SIGKILL" in said[0]
    assert program.process.pid != first
    assert program.process.poll() is None


def test_a_program_that_does_not_exist_is_tried_later_and_named(tmp_path: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor(said.append)
    supervisor.keep(Program("ghost", ("/no/such/program",), tmp_path / "ghost.log"))
    wait_for(supervisor, said, "ghost starts again in 1 s")
    assert "No such file or directory" in said[0]


def test_what_a_process_said_last_is_told(tmp_path: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor(said.append)
    complaint = ("sh", "-c", "echo the disk is full; exit 4")
    supervisor.keep(Program("complainer", complaint, tmp_path / "complainer.log"))
    wait_for(supervisor, said, "ended with status 4")
    assert "the disk is full" in said[0]


def test_a_process_that_ignores_the_request_is_killed_with_its_children(tmp_path: Path) -> None:
    script = "trap '' TERM; sleep 300 & echo $!; while :; do sleep 1; done"
    program = Program("stubborn", ("sh", "-c", script), tmp_path / "stubborn.log")
    program.start()
    while not program.log.read_text().strip():
        assert program.process is not None
        assert program.process.poll() is None
    child = Record.of(int(program.log.read_text()))
    program.send(signal.SIGTERM)
    program.end(grace_seconds=0.2)
    assert program.process is not None
    assert program.process.returncode == -signal.SIGKILL
    assert child is None or child.wait_gone(LIMIT_SECONDS)


def test_a_program_ends_when_its_supervisor_is_killed(tmp_path: Path) -> None:
    script = (
        "import os, signal, sys; from pathlib import Path; from deploy.kept import Program\n"
        "program = Program('sleeper', ('sleep', '300'), Path(sys.argv[1]))\n"
        "print(program.start(), flush=True); input()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "sleeper.log")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        number = int(parent.stdout.readline())
        child = Record.of(number)
        # The wish to end with its parent is made by setpriv, a moment after it has started.
        while Path(f"/proc/{number}/comm").read_text() != "sleep\n":
            time.sleep(0.01)
        parent.kill()
    assert child is None or child.wait_gone(LIMIT_SECONDS)
