"""What this machine must have: rows of checks, each with what to do when it fails."""

import ctypes
import locale
import resource
import shutil
import subprocess
import zoneinfo
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from deploy.stack import SERVERS, LocalStack
from deploy.stack.ports import HOST, holder, is_free
from deploy.stack.rootfs import cache_dir, rootfs_dir

GIGABYTE = 10**9
TOTAL_GIGABYTES, FREE_GIGABYTES = 4, 1  # of memory
TIME_ERROR = 5  # adjtimex(2): nobody keeps the clock in step


class Trouble(Exception):  # a finding, told to a person, not an error of the program
    """What is wrong, in plain words."""


@dataclass(frozen=True)
class Check:
    """One question to the machine: `look` says what it found, or raises Trouble."""

    name: str
    look: Callable[[], str]
    remedy: str
    needed: bool = True  # False: the system runs without it, with the loss that `remedy` names


@dataclass(frozen=True)
class Finding:
    """The answer to one check."""

    check: Check
    good: bool
    said: str


def examine(checks: Iterable[Check]) -> Iterable[Finding]:
    """Look into each in turn; an unforeseen error is a finding too."""
    for check in checks:
        try:
            yield Finding(check, True, check.look())
        except Exception as error:  # noqa: BLE001  # the doctor must live to tell of the others
            yield Finding(check, False, str(error) or type(error).__name__)


def line(finding: Finding) -> str:
    """One finding as text, with the remedy below it where it is not good."""
    mark = "ok  " if finding.good else "BAD " if finding.check.needed else "hint"
    text = f"{mark} {finding.check.name:<22} {' '.join(finding.said.split())}"
    return text if finding.good else f"{text}\n     {'':<22} -> {finding.check.remedy}"


def machine_checks(var_dir: Path) -> list[Check]:
    """The rows that need nothing but this machine."""
    return [
        Check("setpriv", lambda: version("setpriv"), "apt-get install util-linux"),
        Check("disk", lambda: _disk(var_dir), "Free at least 5 GB, or set HENGYANG_VAR_DIR."),
        Check("memory", _memory, MEMORY),
        Check("open files", _open_files, "Raise the hard limit: ulimit -Hn 65536."),
        Check("time zones", _time_zones, "apt-get install tzdata"),
        Check("text encoding", _encoding, "Set LANG=C.UTF-8, else Chinese is garbled.", False),
        Check("clock", _clock, "apt-get install systemd-timesyncd, or device times look skewed.",
              needed=False),
        Check("Node", _node, "Install Node 20 or newer: it builds the web pages.", needed=False),
        Check("Chromium", lambda: version("chromium"), "apt-get install chromium: tests need it.",
              needed=False),
    ]  # fmt: skip


def stack_checks(var_dir: Path) -> list[Check]:
    """The rows of the local stack; a city with servers of its own needs none of them."""
    stack = LocalStack(var_dir)
    return [
        Check("bubblewrap", lambda: version("bwrap"), "apt-get install bubblewrap"),
        Check("user namespaces", _user_namespaces, NAMESPACES),
        Check("root file system", _rootfs, "Run: make stack-up (it needs mmdebstrap)."),
        *(Check(f"port of {name}", partial(_port_of, stack, name), PORTS) for name in SERVERS),
    ]


MEMORY = (
    f"The machine needs {TOTAL_GIGABYTES} GB of memory, {FREE_GIGABYTES} GB of it available:"
    " close other programs."
)
NAMESPACES = (
    "Allow them: sysctl kernel.unprivileged_userns_clone=1; in a container start it with rights"
    " to make namespaces; on Ubuntu add an AppArmor profile for bwrap."
)
PORTS = "End the other program, or set HENGYANG_STACK_PORT_BASE."


def version(program: str) -> str:
    """The first line of what `program --version` prints."""
    path = shutil.which(program)
    if path is None:
        raise Trouble(f"{program} is not installed")
    done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    return (done.stdout or done.stderr).strip().partition("\n")[0]


def _user_namespaces() -> str:
    trial = ["--unshare-user", "--unshare-pid", "--uid", "1", "--ro-bind", "/", "/", "true"]
    done = subprocess.run(["bwrap", *trial], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Trouble(f"bubblewrap may not make one: {done.stderr.strip()}")
    return "allowed"


def _rootfs() -> str:
    if not rootfs_dir().is_dir():
        raise Trouble(f"{rootfs_dir()} is not built yet")
    return str(rootfs_dir())


def _disk(var_dir: Path) -> str:
    places = {_existing(var_dir), _existing(cache_dir())}
    free = {place: shutil.disk_usage(place).free / GIGABYTE for place in places}
    for place, amount in free.items():
        if amount < 5:
            raise Trouble(f"only {amount:.1f} GB free at {place}")
    return f"{min(free.values()):.0f} GB free"


def _existing(path: Path) -> Path:
    return path if path.exists() else _existing(path.parent)


def _memory() -> str:
    lines = Path("/proc/meminfo").read_text().splitlines()
    kilobytes = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    total, free = (kilobytes[key] * 1024 / GIGABYTE for key in ("MemTotal", "MemAvailable"))
    if free < FREE_GIGABYTES or total < TOTAL_GIGABYTES:
        raise Trouble(f"{free:.1f} GB of {total:.1f} GB available")
    return f"{free:.0f} GB of {total:.0f} GB available"


def _open_files() -> str:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard != resource.RLIM_INFINITY and hard < 8_192:
        raise Trouble(f"a process may open only {hard} files and sockets")
    return "no limit" if hard == resource.RLIM_INFINITY else str(hard)


def _time_zones() -> str:
    return str(zoneinfo.ZoneInfo("Asia/Shanghai"))


def _encoding() -> str:
    name = locale.getpreferredencoding(False)
    if name.lower().replace("-", "") != "utf8":
        raise Trouble(f"this terminal is set to {name}")
    return name


def _clock() -> str:
    buffer = ctypes.create_string_buffer(512)  # struct timex, modes 0: only asks
    if ctypes.CDLL(None).adjtimex(buffer) == TIME_ERROR:
        raise Trouble("no time service keeps this clock in step")
    return "in step"


def _port_of(stack: LocalStack, name: str) -> str:
    port = getattr(stack.ports, name)
    if stack.record(name) is not None:
        return f"{port}, its own server listens"
    return free(port)


def free(port: int, host: str = HOST) -> str:
    """Says that a port is free; raises Trouble with who listens there."""
    if not is_free(port, host):
        raise Trouble(f"{port} is in use by {holder(port) or 'a process that cannot be seen'}")
    return f"{port}, free"


def _node() -> str:
    found = version("node")
    if int(found.lstrip("v").partition(".")[0]) < 20:
        raise Trouble(f"this is Node {found}")
    return found
