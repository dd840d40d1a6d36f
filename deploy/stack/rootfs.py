"""The Debian root file system that the servers run from, built once per user."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.stack.errors import RootfsFailed, ToolMissing

SUITE = "trixie"
PACKAGES = (
    "gir1.2-gst-rtsp-server-1.0",  # simulated cameras are read from it
    "gstreamer1.0-plugins-good",  # RTP over UDP; none of the decoders, nothing decodes here
    "mosquitto",
    "postgresql-17-pgrouting",
    "postgresql-17-postgis-3",
    "postgresql-17-tdigest",
    "postgresql-17-timescaledb",
    "python3-gi",
    "redis-server",
)
NEEDED_BYTES = 2_500_000_000  # the tree (1.1 GB), the downloads beside it, and room


def cache_dir() -> Path:
    """The user's cache folder of this program."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "hengyang"


def rootfs_dir() -> Path:
    """Where the root file system of this package list is, built or not."""
    text = "\n".join((SUITE, *sorted(PACKAGES)))
    return cache_dir() / f"rootfs-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def ensure_rootfs() -> Path:
    """The root file system, built first if it is missing (40 to 60 s, 0.8 GB).

    Raises ToolMissing without mmdebstrap, RootfsFailed if it fails or the disk is too small.
    """
    target = rootfs_dir()
    if target.is_dir():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with _only_builder(target.parent / "rootfs.lock"):
        if not target.is_dir():
            _build(target)
    return target


@contextmanager
def _only_builder(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say("another process is building the root file system: waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(target: Path) -> None:
    if shutil.which("mmdebstrap") is None:
        raise ToolMissing("mmdebstrap is missing. Install it: apt-get install mmdebstrap")
    if shutil.disk_usage(target.parent).free < NEEDED_BYTES:
        raise RootfsFailed(f"{target.parent} needs {NEEDED_BYTES // 10**9 + 1} GB of free disk.")
    started = time.monotonic()
    partial = target.with_name(f"{target.name}.partial")
    _remove(partial)
    _say("building the root file system of the local stack, once, about one minute")
    try:
        (_build_as_root if os.geteuid() == 0 else _build_as_user)(partial)
        partial.rename(target)
    except BaseException:
        _remove(partial)
        raise
    _say(f"built in {time.monotonic() - started:.0f} s: {target}")


def _build_as_root(partial: Path) -> None:
    partial.mkdir()
    partial.chmod(0o755)
    _mmdebstrap(str(partial))


def _build_as_user(partial: Path) -> None:
    # A tree made in a user namespace belongs to sub-uids, which its maker can neither read in
    # full nor remove. Through an archive every file becomes the user's own.
    partial.mkdir(parents=True)
    archive = partial.with_name(f"{partial.name}.tar")
    try:
        _mmdebstrap(str(archive), "--mode=unshare")
        unpack = ["tar", "-x", "--no-same-owner", "--exclude=./dev/*", "-f", str(archive)]
        subprocess.run([*unpack, "-C", str(partial)], check=True)
    except subprocess.CalledProcessError as error:
        raise RootfsFailed("the root file system could not be unpacked") from error
    finally:
        archive.unlink(missing_ok=True)


def _mmdebstrap(target: str, *options: str) -> None:
    """Run mmdebstrap with no mirror named: it takes the one the machine is set up for."""
    command = ["mmdebstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", *options]
    lines = []
    with subprocess.Popen(
        [*command, SUITE, target],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            lines.append(line.rstrip())
            if line.startswith("I: "):
                _say(line[3:].rstrip())
    if process.returncode != 0:
        tail = "\n".join(lines[-15:])
        raise RootfsFailed(f"mmdebstrap failed with status {process.returncode}:\n{tail}")


def _remove(tree: Path) -> None:
    if tree.exists():
        shutil.rmtree(tree)


def _say(text: str) -> None:
    print(f"stack: {text}", file=sys.stderr, flush=True)
