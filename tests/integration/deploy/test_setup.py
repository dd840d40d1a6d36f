"""`deploy/setup.sh`: one at a time in a folder, and nothing left behind."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.timeout(180)
LIMIT_SECONDS = 120
CHECKOUT = Path(__file__).parents[3]


class SetUp:
    """A set-up that cannot get on: the server of its one Python package never answers."""

    def __init__(self, folder: Path, number: int = 1) -> None:
        self.log = folder / f"set-up-{number}.out"
        with self.log.open("wb") as output:
            # As from a terminal: in a group of its own, Ctrl-C not ignored.
            self.process = subprocess.Popen(
                ["env", "--default-signal", "deploy/setup.sh", "stack"],
                cwd=folder,
                env=os.environ | {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def wait_for(self, text: str) -> None:
        until(lambda: text in self.log.read_text(), text)

    def end(self, number: signal.Signals) -> int:
        """What a terminal does on Ctrl-C, or a person with `kill`: all of its group is told."""
        os.killpg(self.process.pid, number)
        return self.process.wait(LIMIT_SECONDS)


def until(true, what: str) -> None:
    deadline = time.monotonic() + LIMIT_SECONDS
    while not true():
        assert time.monotonic() < deadline, f"in vain: {what}"
        time.sleep(0.05)


def at_work(folder: Path) -> list[str]:
    """Command lines of all processes whose working folder this is."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink() == folder:
                found.append((process / "cmdline").read_text().replace("\0", " "))
        except OSError:  # it ended meanwhile
            continue
    return found


def pip_runs(folder: Path) -> bool:
    return any("-m pip install" in line for line in at_work(folder))


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A checkout as far as the set-up needs one; afterwards nothing works in it."""
    (tmp_path / "deploy").mkdir()
    shutil.copy(CHECKOUT / "deploy/setup.sh", tmp_path / "deploy")
    (tmp_path / "pyproject.toml").touch()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/silent-1-py3-none-any.whl"
        lock = f"silent @ {address} --hash=sha256:{'0' * 64}\n"
        (tmp_path / "requirements.lock").write_text(lock)
        yield tmp_path
    until(lambda: not at_work(tmp_path), "all have ended")


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_what_ends_the_set_up_ends_what_it_has_started(
    folder: Path, number: signal.Signals, status: int
) -> None:
    running = SetUp(folder)
    until(lambda: pip_runs(folder), "pip is at work")
    assert running.end(number) == status
    assert at_work(folder) == []
    assert list((folder / "build/stamps").iterdir()) == []


def test_a_second_set_up_waits_for_the_first_and_says_so(folder: Path) -> None:
    first = SetUp(folder)
    until(lambda: pip_runs(folder), "pip is at work")
    second = SetUp(folder, 2)
    second.wait_for("another set-up is at work in this folder: waiting for it")
    assert "Python packages" not in second.log.read_text()
    assert first.end(signal.SIGINT) == 130
    second.wait_for("Python packages")
    until(lambda: pip_runs(folder), "pip is at work again")
    assert second.end(signal.SIGINT) == 130
