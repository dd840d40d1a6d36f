"""Running one program of the root file system in bubblewrap, as the system user it expects."""

import json
import os
import resource
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from deploy.stack.errors import ServerFailed, ToolMissing
from deploy.stack.processes import Record

# The kernel ties --die-with-parent to the THREAD that started the child. This one thread lives
# as long as the interpreter, so a server started from a short-lived test thread stays up.
_SPAWNER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="stack-spawner")
_watchers: list["subprocess.Popen[bytes]"] = []  # kept so that ended ones are reaped
OPEN_FILES = 65_536
PRIVATE_TMP = "/tmp"  # noqa: S108  # no file system but the sandbox's own


@dataclass(frozen=True)
class Sandbox:
    """A view of the root file system for one system user, with folders of the host in it."""

    rootfs: Path
    user: str
    binds: dict[Path, str] = field(default_factory=dict)  # folder of the host -> path inside

    def command(self, argv: list[str], *options: str) -> list[str]:
        """The bwrap call for `argv`; the network is the host's, everything else is private."""
        uid, gid = self._ids()
        binds = [word for host, inside in self.binds.items() for word in ("--bind", host, inside)]
        return [
            _bwrap(),
            *("--unshare-user", "--uid", uid, "--gid", gid, "--unshare-pid", "--unshare-uts"),
            *("--ro-bind", str(self.rootfs), "/", "--proc", "/proc", "--dev", "/dev"),
            *("--tmpfs", PRIVATE_TMP, "--tmpfs", "/run", *map(str, binds), "--chdir", "/srv"),
            *("--clearenv", "--setenv", "PATH", "/usr/lib/postgresql/17/bin:/usr/bin:/usr/sbin"),
            *("--setenv", "LANG", "C.UTF-8", "--setenv", "TZ", "UTC", "--setenv", "HOME", "/srv"),
            *options,
            *argv,
        ]

    def run(self, argv: list[str], feed: str = "", env: dict[str, str] | None = None) -> str:
        """Run to the end and give its output; raises ServerFailed with what it said."""
        options = [word for item in (env or {}).items() for word in ("--setenv", *item)]
        done = subprocess.run(
            self.command(argv, "--die-with-parent", *options),
            input=feed,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            said = (done.stdout + done.stderr).strip()
            raise ServerFailed(f"{Path(argv[0]).name} failed ({done.returncode}): {said}")
        return done.stdout

    def spawn(self, argv: list[str], log: Path, attached: bool) -> Record:
        """Start a server in a session of its own; gives the process of the server itself.

        It is process 1 of its own process namespace: when it is killed the kernel ends every
        process it forked with it. `attached` servers die with this interpreter.
        """
        return _SPAWNER.submit(self._spawn, argv, log, attached).result()

    def _spawn(self, argv: list[str], log: Path, attached: bool) -> Record:
        reader, writer = os.pipe()
        options = ["--as-pid-1", "--info-fd", str(writer)]
        options += ["--die-with-parent"] if attached else []
        try:
            # Appending matters: the log is cut to size while the server holds it open.
            with log.open("ab") as output:
                watcher = subprocess.Popen(
                    [*_many_files(), *self.command(argv, *options)],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    pass_fds=(writer,),
                    start_new_session=True,
                )
            _watchers[:] = [*(old for old in _watchers if old.poll() is None), watcher]
        finally:
            os.close(writer)
        with os.fdopen(reader) as info:
            text = info.read()
        record = Record.of(json.loads(text)["child-pid"]) if text else None
        if record is None:
            raise ServerFailed(f"{Path(argv[0]).name} ended at once:\n{tail(log)}")
        return record

    def _ids(self) -> tuple[str, str]:
        for line in (self.rootfs / "etc/passwd").read_text().splitlines():
            name, _, uid, gid, *_ = line.split(":")
            if name == self.user:
                return uid, gid
        raise ServerFailed(f"the root file system has no user {self.user}: remove {self.rootfs}")


def _many_files() -> list[str]:
    """A broker of thousands of devices needs as many sockets; the usual soft limit is 1,024."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
    return ["prlimit", f"--nofile={wanted}:{wanted}"]


def tail(log: Path, lines: int = 12) -> str:
    """The last lines of a log, for an error message."""
    text = log.read_bytes()[-4_000:].decode(errors="replace") if log.exists() else ""
    return "\n".join(text.splitlines()[-lines:])


def _bwrap() -> str:
    path = shutil.which("bwrap")
    if path is None:
        raise ToolMissing("bubblewrap is missing. Install it: apt-get install bubblewrap")
    return path
