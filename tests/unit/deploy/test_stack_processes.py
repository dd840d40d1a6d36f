"""Processes recognised again: never another one that got the same number."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.stack import processes
from deploy.stack.processes import Record


@pytest.fixture
def sleeper() -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process
        process.kill()


def test_another_process_of_the_same_number_is_not_taken_for_it(tmp_path: Path) -> None:
    myself = Record.of(os.getpid())
    assert myself is not None
    processes.save(tmp_path / "x", replace(myself, started_ticks=myself.started_ticks - 1))
    assert processes.load(tmp_path / "x") is None


def test_a_process_of_an_earlier_boot_is_not_taken_for_it(tmp_path: Path) -> None:
    myself = Record.of(os.getpid())
    assert myself is not None
    processes.save(tmp_path / "x", replace(myself, boot_id="another"))
    assert processes.load(tmp_path / "x") is None


def test_a_stale_record_is_never_signalled() -> None:
    myself = Record.of(os.getpid())
    assert myself is not None
    replace(myself, started_ticks=1).signal(signal.SIGKILL)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}', '{"pid": 1, "who": 2}'])
def test_a_spoilt_file_counts_as_no_process(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text)
    assert processes.load(tmp_path / "x") is None


def test_a_zombie_is_not_alive(sleeper: "subprocess.Popen[bytes]") -> None:
    record = Record.of(sleeper.pid)
    assert record is not None
    assert record.alive
    record.signal(signal.SIGKILL)
    assert record.wait_gone(5)  # Nobody has reaped it yet.
    assert sleeper.returncode is None


def test_waiting_for_what_does_not_end_gives_up(sleeper: "subprocess.Popen[bytes]") -> None:
    record = Record.of(sleeper.pid)
    assert record is not None
    assert not record.wait_gone(0)


def test_the_number_alone_is_left_for_others(tmp_path: Path) -> None:
    record = Record.of(os.getpid())
    assert record is not None
    processes.save(tmp_path / "x", record)
    assert (tmp_path / "x.pid").read_text() == f"{os.getpid()}\n"
    assert json.loads((tmp_path / "x.json").read_text())["pid"] == os.getpid()
    processes.forget(tmp_path / "x")
    assert list(tmp_path.iterdir()) == []
