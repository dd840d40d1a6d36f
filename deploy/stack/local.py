"""One local stack: start, look at, kill and stop its servers."""

import fcntl
import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.single import UP_LOCK, AlreadyRunning, only_one
from deploy.stack import environment, logs, processes
from deploy.stack.errors import InUse, PortTaken, ServerFailed, StackError
from deploy.stack.mosquitto import MOSQUITTO
from deploy.stack.ports import HOST, Ports, holder, is_free
from deploy.stack.postgres import POSTGRES
from deploy.stack.processes import POLL_SECONDS, Record
from deploy.stack.redis import REDIS
from deploy.stack.rootfs import ensure_rootfs, rootfs_dir
from deploy.stack.rtsp import RTSP
from deploy.stack.sandbox import Sandbox, tail
from deploy.stack.server import DATA, Plan, Server

SERVERS = {server.name: server for server in (POSTGRES, REDIS, MOSQUITTO, RTSP)}
LOG_KEEPER = "log-keeper"
READY_SECONDS = 120  # PostgreSQL may have minutes of log to replay; it says so in its own log


@dataclass(frozen=True)
class State:
    """One server as `status` shows it."""

    name: str
    port: int
    pid: int | None
    ready: bool


class LocalStack:
    """PostgreSQL, Redis, Mosquitto and the RTSP server with their data under `{var_dir}/stack`.

    `ports` defaults to those of the environment, in a `test` stack to free ones (kept while
    its folder is). An `attached` stack dies with this interpreter. Every method raises
    StackError or one of its subclasses with a message for the person at the keyboard.
    """

    def __init__(
        self,
        var_dir: Path,
        ports: Ports | None = None,
        *,
        test: bool = False,
        attached: bool = False,
    ) -> None:
        self.var_dir = var_dir.resolve()
        self.dir = self.var_dir / "stack"
        self.env_file = self.dir / "stack.env"
        self.attached = attached
        self._test = test
        self._given_ports = ports
        self._plan = self._read_plan()

    @property
    def ports(self) -> Ports:
        return self._plan.ports

    @property
    def environment(self) -> dict[str, str]:
        """The HENGYANG_ variables of this stack."""
        return environment.variables(self.ports, self._plan.passwords, self.dir)

    def up(self) -> None:
        """Start what does not run, wait until each server answers, prepare the database."""
        ensure_rootfs()
        with self._locked():
            self._agree()
            for server in SERVERS.values():
                self._launch(server)
            for server in SERVERS.values():
                self._await_ready(server)
                server.prepare(self._plan)
            if not self.attached:
                self._keep_logs_short()

    def down(self) -> None:
        """Stop all servers in the reverse order; what does not obey in time is killed."""
        with self._locked():
            self._stop_all()

    def launch(self, name: str) -> Record:
        """Start one server unless it runs, without waiting until it answers."""
        with self._locked():
            self._agree()
            self._launch(SERVERS[name])
        record = self.record(name)
        if record is None:
            raise ServerFailed(f"{name} ended while starting:\n{tail(self.log(name))}")
        return record

    def start(self, name: str) -> None:
        """Start one server and wait until it answers."""
        self.launch(name)
        self._await_ready(SERVERS[name])

    def stop(self, name: str) -> None:
        """Stop one server in its orderly way."""
        with self._locked():
            self._stop(SERVERS[name])

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to one server, by default the one it cannot refuse, and wait for its end.

        Only SIGKILL and the ending signals are waited for.
        """
        record = self.record(name)
        if record is None:
            raise StackError(f"{name} does not run")
        record.signal(number)
        if number in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT) and not record.wait_gone(30):
            raise ServerFailed(f"{name} (process {record.pid}) does not end")

    def reset(self) -> None:
        """Stop all servers and remove their data, passwords and logs."""
        with self._locked():
            self._stop_all()
            shutil.rmtree(self.dir)

    @contextmanager
    def unused(self) -> Iterator[None]:
        """In this block no `hengyang up` works on the stack, nor does one begin.

        Raises InUse, with its process, if one does: it would start again what was stopped.
        """
        try:
            with only_one(self.var_dir / UP_LOCK):
                yield
        except AlreadyRunning as error:
            raise InUse(
                f"`hengyang up` runs on this stack (process {error.pid}). End it first."
            ) from error

    @property
    def running(self) -> bool:
        """True if every server has a living process."""
        return all(self.record(name) is not None for name in SERVERS)

    def record(self, name: str) -> Record | None:
        """The living process of a server."""
        return processes.load(self._run / name)

    def status(self) -> list[State]:
        return [self._state(server) for server in SERVERS.values()]

    def table(self) -> str:
        """The status as lines of text."""
        rows = [("server", "port", "process", "state")]
        for state in self.status():
            condition = "ready" if state.ready else "does not answer" if state.pid else "stopped"
            rows.append((state.name, str(state.port), str(state.pid or "-"), condition))
        return "\n".join("{:<11}{:<8}{:<10}{}".format(*row) for row in rows)

    def sandbox(self, name: str, binds: dict[Path, str] | None = None) -> Sandbox:
        """A sandbox as the server has it, for the tools that come with the server."""
        server = SERVERS[name]
        home = {self.dir / name: DATA}
        return Sandbox(rootfs_dir(), server.user, home | (binds or {}))

    def log(self, name: str) -> Path:
        return self.dir / "log" / f"{name}.log"

    def _agree(self) -> None:
        """Take ports and passwords from stack.env, where another process may have put them."""
        if self.env_file.exists():
            self._plan = self._read_plan()
        environment.write(self.env_file, self.environment)

    def _read_plan(self) -> Plan:
        known = environment.read(self.env_file)
        secrets = environment.Passwords.generate(environment.known_passwords(known))
        own = _ports_of_test(known) if self._test else Ports.from_environment()
        return Plan(self.dir, self._given_ports or own, secrets, self._test)

    def _state(self, server: Server) -> State:
        record = self.record(server.name)
        try:
            server.knock(self._plan)
            ready = record is not None
        except OSError:
            ready = False
        port = getattr(self.ports, server.name)
        return State(server.name, port, record.pid if record else None, ready)

    def _launch(self, server: Server) -> None:
        """Start a server unless it runs."""
        if self.record(server.name) is not None:
            return
        processes.forget(self._run / server.name)
        self._claim_port(server)
        (self.dir / server.name).mkdir(mode=0o700, exist_ok=True)
        log = self.log(server.name)
        logs.cut(log)
        sandbox = self.sandbox(server.name)
        argv = server.configure(self._plan, sandbox)
        processes.save(self._run / server.name, sandbox.spawn(argv, log, self.attached))

    def _claim_port(self, server: Server) -> None:
        port = getattr(self.ports, server.name)
        if not is_free(port):
            by = holder(port) or "another process"
            raise PortTaken(
                f"Port {port}, needed by {server.name}, is in use by {by}. End it, or set"
                " HENGYANG_STACK_PORT_BASE to move the ports of the local stack."
            )

    def _await_ready(self, server: Server) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while True:
            try:
                return server.knock(self._plan)
            except OSError as error:
                self._give_up_if_hopeless(server, error, deadline)
            time.sleep(POLL_SECONDS)

    def _give_up_if_hopeless(self, server: Server, error: OSError, deadline: float) -> None:
        if self.record(server.name) is None:
            said = tail(self.log(server.name))
            raise ServerFailed(f"{server.name} ended while starting:\n{said}") from error
        if time.monotonic() > deadline:
            address = f"{HOST}:{getattr(self.ports, server.name)}"
            raise ServerFailed(
                f"{server.name} does not answer at {address} after {READY_SECONDS} s: {error}"
            ) from error

    def _stop_all(self) -> None:
        for server in reversed(SERVERS.values()):
            self._stop(server)
        self._end(LOG_KEEPER, signal.SIGTERM, seconds=5)

    def _stop(self, server: Server) -> None:
        self._end(server.name, server.stop, server.stop_seconds)

    def _end(self, name: str, how: signal.Signals, seconds: float) -> None:
        """Ask for its end, and after some seconds do not ask."""
        record = self.record(name)
        if record is not None:
            record.signal(how)
            if not record.wait_gone(seconds):
                record.signal(signal.SIGKILL)
                record.wait_gone(seconds)
        processes.forget(self._run / name)

    def _keep_logs_short(self) -> None:
        """Beside a detached stack there is no supervisor that would."""
        if self.record(LOG_KEEPER) is None:
            record = Record.of(logs.keep_cutting(self.dir / "log"))
            if record is not None:
                processes.save(self._run / LOG_KEEPER, record)

    @property
    def _run(self) -> Path:
        return self.dir / "run"

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Only one process at a time starts or stops servers of this stack."""
        while True:
            for folder in (self.dir, self._run, self.dir / "log"):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(self.dir / "lock", os.O_RDWR | os.O_CREAT, 0o600)) as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                if _is_at(self.dir / "lock", lock.fileno()):
                    yield
                    return


def _is_at(path: Path, descriptor: int) -> bool:
    """False if the file was removed while we waited for its lock: a reset came before us."""
    return path.exists() and path.stat().st_ino == os.fstat(descriptor).st_ino


def _ports_of_test(known: dict[str, str]) -> Ports:
    """The ports this folder had before, else free ones."""
    words = known.get("HENGYANG_STACK_PORTS", "").split(",")
    return Ports(*map(int, words)) if len(words) == len(SERVERS) else Ports.free()
