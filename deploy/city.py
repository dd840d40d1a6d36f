"""Running the whole system: stack, schema, first data, programs, and the orderly end of all."""

import json
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from types import FrameType

from deploy.kept import Program, StackServer
from deploy.single import UP_LOCK, AlreadyRunning, only_one
from deploy.stack import SERVERS, LocalStack
from deploy.stack.environment import names_own_servers
from deploy.stack.ports import holder, is_free
from deploy.stack.sandbox import tail
from deploy.supervise import Supervisor

READY_SECONDS = 90.0
GRACE_SECONDS = 10.0
# Who listens on all addresses is asked on this one.
HERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # a key, nothing is bound to it
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
HENGYANG = str(Path(sys.executable).with_name("hengyang"))


class CityError(Exception):
    """The system could not be started."""


@dataclass(frozen=True)
class City:
    """What is to run, and where."""

    var_dir: Path
    host: str
    port: int
    scenario: str | None  # of the simulated city; None for a city with devices of its own
    role_names: Mapping[str, str]  # of the first users, by user name
    tls: bool = False  # whether the API speaks HTTPS

    @property
    def address(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}"

    @property
    def log_dir(self) -> Path:
        return self.var_dir / "log"

    def programs(self) -> list[Program]:
        """In the order in which they start: devices come last, when someone can hear them."""
        rows = [
            ("worker", ["worker"], None),
            ("ingest", ["ingest", "--processes", "1"], None),
            ("rules", ["rules"], None),
            ("video", ["video"], None),
            ("api", ["api"], self._answers),
        ]
        if self.scenario:
            rows.append(("simulate", ["simulate", self.scenario], None))
        return [
            Program(name, (HENGYANG, *argv), self.log_dir / f"{name}.log", ready)
            for name, argv, ready in rows
        ]

    def _answers(self) -> bool:
        connection = self._connection(HERE.get(self.host, self.host))
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def _connection(self, host: str) -> HTTPConnection:
        if not self.tls:
            return HTTPConnection(host, self.port, timeout=5)
        # Our own process on this machine is asked under a number; its certificate is for a name.
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return HTTPSConnection(host, self.port, timeout=5, context=context)


def run(city: City) -> None:
    """Run until SIGINT, SIGTERM or SIGHUP, then end every process that was started.

    Raises CityError or StackError with a message for the person at the keyboard.
    """
    started = time.monotonic()
    with ExitStack() as ending:
        ending.enter_context(_interruptible())
        try:
            ending.enter_context(only_one(city.var_dir / UP_LOCK))
        except AlreadyRunning as error:
            raise CityError(f"{error} It is at {city.address}.") from error
        _claim_port(city)
        city.log_dir.mkdir(parents=True, exist_ok=True)
        supervisor = Supervisor(say)
        _start_stack(city, supervisor, ending)
        _prepare(city)
        _start_programs(city, supervisor, ending)
        _welcome(city, time.monotonic() - started)
        supervisor.watch()


def say(text: str) -> None:
    print(f"up: {text}", flush=True)


@contextmanager
def _interruptible() -> Iterator[None]:
    """Any ending signal becomes KeyboardInterrupt in the block, and is taken as the wish."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        # A second signal must not break the orderly end, which is bounded in time anyway.
        for ending in ENDING:
            signal.signal(ending, signal.SIG_IGN)
        raise KeyboardInterrupt

    # Under nohup the end of the terminal is to be ignored, and stays so.
    wanted = [n for n in ENDING if n != signal.SIGHUP or signal.getsignal(n) != signal.SIG_IGN]
    before = {number: signal.signal(number, interrupt) for number in wanted}
    try:
        yield
    except KeyboardInterrupt:
        say("ended")
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _claim_port(city: City) -> None:
    if not is_free(city.port, city.host):
        by = holder(city.port) or "another process"
        raise CityError(
            f"Port {city.port} is in use by {by}. End it, or set HENGYANG_API_PORT to another."
        )


def _start_stack(city: City, supervisor: Supervisor, ending: ExitStack) -> None:
    if names_own_servers():
        say("using the servers named in the environment")
        return
    stack = LocalStack(city.var_dir, attached=True)
    if stack.running:
        say("the local stack runs already, and will be left running")
    else:
        say("starting PostgreSQL, Redis, Mosquitto and the RTSP server")
        ending.callback(stack.down)
    stack.up()
    supervisor.keep_all([StackServer(name, stack) for name in SERVERS])


def _prepare(city: City) -> None:
    say("bringing the database up to date")
    log = city.log_dir / "seed.log"
    with log.open("wb") as output:
        done = subprocess.run(
            # A simulated city shows its log-ins; in a real one each person chooses a password.
            [HENGYANG, "seed", "--migrate", *(["--demo"] if city.scenario else [])],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
        )
    if done.returncode != 0:
        raise CityError(f"`hengyang seed --migrate` failed:\n{tail(log, lines=25)}")


def _start_programs(city: City, supervisor: Supervisor, ending: ExitStack) -> None:
    programs = city.programs()
    ending.callback(_end_programs, programs)
    for program in programs:
        say(f"starting {program.name}")
        supervisor.keep(program)
        if program.ready is not None:
            _await(program, supervisor)


def _await(program: Program, supervisor: Supervisor) -> None:
    assert program.ready is not None
    deadline = time.monotonic() + READY_SECONDS
    while not program.ready():
        if time.monotonic() > deadline:
            said = tail(program.log, lines=25)
            raise CityError(
                f"{program.name} is not ready after {READY_SECONDS:g} s; {program.log} ends:\n"
                f"{said}"
            )
        supervisor.watch(seconds=0.1)


def _end_programs(programs: list[Program]) -> None:
    say("ending; a few seconds")
    for program in reversed(programs):
        program.send(signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    for program in reversed(programs):
        program.end(deadline - time.monotonic())


def _welcome(city: City, seconds: float) -> None:
    print(f"\n数字衡阳 Digital Hengyang: {city.address}   (ready in {seconds:.0f} s)\n")
    for user, password in _logins(city.var_dir / "credentials.json").items():
        print(f"  {user:<12}{password:<24}{city.role_names.get(user, '')}")
    print(f"\nLogs: {city.log_dir}   End with Ctrl-C.\n", flush=True)


def _logins(path: Path) -> dict[str, str]:
    """User name to generated password, as seeding left them."""
    return dict(json.loads(path.read_text())) if path.exists() else {}
