"""The root file system: built once, by one, whole or not at all."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from deploy.stack import StackError
from deploy.stack.errors import RootfsFailed, ToolMissing
from deploy.stack.rootfs import ensure_rootfs, rootfs_dir

# Stands in for Debian's program, which downloads 300 MB; the real one made the root file system
# that every other integration test runs on.
BUILDER = """#!/bin/sh
for target in "$@"; do :; done
echo "$target" >> {calls}
sleep 0.5
{body}
"""


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "calls"


def install(calls: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    tools = calls.parent / "bin"
    tools.mkdir()
    program = tools / "mmdebstrap"
    program.write_text(BUILDER.format(calls=calls, body=body))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")


WORKS = """case "$target" in
    *.tar) tar -cf "$target" -C /etc hostname ;;
    *) echo made > "$target/made" ;;
esac"""


def test_without_mmdebstrap_its_package_is_named(
    calls: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(calls.parent))
    with pytest.raises(ToolMissing, match="apt-get install mmdebstrap"):
        ensure_rootfs()


def test_a_failed_build_leaves_nothing_and_says_why(
    calls: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(calls, monkeypatch, "echo 'E: no network' >&2; exit 25")
    with pytest.raises(RootfsFailed, match="status 25:\nE: no network"):
        ensure_rootfs()
    left = [path.name for path in rootfs_dir().parent.iterdir()]
    assert left == ["rootfs.lock"]


def test_two_builders_at_once_build_once(calls: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(calls, monkeypatch, WORKS)
    found: list[Path | StackError] = []
    threads = [threading.Thread(target=lambda: found.append(ensure_rootfs())) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [rootfs_dir()] * 3
    assert len(calls.read_text().splitlines()) == 1


def test_what_is_built_is_not_built_again(calls: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(calls, monkeypatch, WORKS)
    assert ensure_rootfs() == ensure_rootfs()
    assert len(calls.read_text().splitlines()) == 1


def test_the_rest_of_a_killed_build_is_removed(
    calls: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(calls, monkeypatch, WORKS)
    partial = rootfs_dir().with_name(f"{rootfs_dir().name}.partial")
    (partial / "half").mkdir(parents=True)
    assert not (ensure_rootfs() / "half").exists()
    assert not partial.exists()


def test_the_stack_can_be_asked_without_the_rest_of_the_program() -> None:
    """`deploy.stack` must work before anything else is installed but psycopg."""
    program = "import sys, deploy.stack; print(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert not loaded & {"center", "server", "ingest", "pydantic", "sqlalchemy", "paho"}
