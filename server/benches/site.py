"""A whole system of its own, for benches and fault tests: servers, our processes, devices."""

import csv
import io
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg

from deploy.stack import LocalStack, Ports
from server.simulation import HEADINGS
from simulators.credentials import read as read_credentials
from simulators.credentials import write as write_credentials
from simulators.links.knock import accepts
from simulators.links.link import Broker
from simulators.spec import DeviceSpec

CHECKOUT = Path(__file__).resolve().parents[2]
LOOK_SECONDS = 0.1
PATIENCE_SECONDS = 90.0
ROWS_AT_ONCE = 5_000  # of one enrolment file

GATEWAY = (sys.executable, "-m", "ingest", "gateway")
WARDEN = (sys.executable, "-m", "ingest", "warden")
RULES = (sys.executable, "-m", "cityops", "rules")
HENGYANG = (sys.executable, "-c", "from server.cli import main; main()")


class InVain(AssertionError):
    """What was waited for did not come about in time."""


def until(true: Callable[[], Any], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Returns once it holds.

    Raises:
        InVain: it does not, within a limit far beyond what it should take.
    """
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise InVain(f"waited {seconds:.0f} s in vain: {what}")
        time.sleep(LOOK_SECONDS)


class Site:
    """A local stack in a folder of its own with processes of ours beside it.

    `settings` are HENGYANG_ variables of the processes. `test` servers do not wait for the disk.
    Everything ends with the interpreter that made it.
    """

    def __init__(
        self,
        folder: Path,
        settings: Mapping[str, str] | None = None,
        *,
        test: bool = False,
        stack: LocalStack | None = None,
    ) -> None:
        self.folder = folder
        ports = None if test else Ports.free()
        self.stack = stack or LocalStack(folder, ports, test=test, attached=True)
        plain = {"HENGYANG_VAR_DIR": str(folder), "HENGYANG_CITY": "none"}
        self._settings = {**plain, **(settings or {})}
        self._programs: dict[str, subprocess.Popen[bytes]] = {}

    # --- the whole ---------------------------------------------------------------------------

    def up(self, seconds: float = 180.0) -> None:
        """Starts the servers, brings the schema up to date and puts the basic data in."""
        self.stack.up()
        self.hengyang("seed", "--migrate", "--demo", seconds=seconds)

    def down(self) -> None:
        """Ends everything; the folder stays."""
        for name in list(self._programs):
            self.kill(name)
        self.stack.down()

    def remove(self) -> None:
        """Ends everything and removes the folder."""
        self.down()
        shutil.rmtree(self.folder)

    def hengyang(self, *words: str, seconds: float = 180.0) -> str:
        """What a command of ours says.

        Raises:
            subprocess.CalledProcessError: it failed.
        """
        done = subprocess.run(
            [*self._environment(), *HENGYANG, *words],
            cwd=CHECKOUT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=seconds,
            check=False,
        )
        said = done.stdout.decode(errors="replace")
        if done.returncode:
            raise subprocess.CalledProcessError(done.returncode, words, said)
        return said

    # --- processes of ours -------------------------------------------------------------------

    def start(self, name: str, words: Iterable[str]) -> int:
        """Starts a program under a name and gives its process; its output goes to `log(name)`."""
        self.log(name).parent.mkdir(parents=True, exist_ok=True)
        with self.log(name).open("ab") as log:
            self._programs[name] = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "--", *self._environment(), *words],
                cwd=CHECKOUT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return self._programs[name].pid

    def start_ingest(self, gateways: int = 1) -> None:
        """`gateway-1` ... and the warden."""
        for number in range(1, gateways + 1):
            self.start(f"gateway-{number}", GATEWAY)
        self.start("warden", WARDEN)

    def signal(self, name: str, number: signal.Signals) -> None:
        """Sends a signal and does not wait."""
        self._programs[name].send_signal(number)

    def kill(self, name: str) -> None:
        """SIGKILL, and its end."""
        program = self._programs.pop(name)
        program.kill()
        program.wait()

    def stop(self, name: str, seconds: float = 30.0) -> int:
        """SIGTERM; its exit status. Killed if it does not end in time."""
        program = self._programs.pop(name)
        program.terminate()
        with suppress(subprocess.TimeoutExpired):
            return program.wait(seconds)
        program.kill()
        program.wait()
        raise InVain(f"{name} does not end:\n{self.tail(name)}")

    def runs(self, name: str) -> bool:
        """Whether the process lives."""
        return name in self._programs and self._programs[name].poll() is None

    def pid(self, name: str) -> int:
        """Its process number."""
        return self._programs[name].pid

    def log(self, name: str) -> Path:
        """What the program writes."""
        return self.folder / "log" / f"{name}.log"

    def tail(self, name: str, characters: int = 3000) -> str:
        """The end of its log."""
        return self.log(name).read_text(errors="replace")[-characters:]

    # --- database, broker, devices -----------------------------------------------------------

    def connect(self) -> psycopg.Connection[Any]:
        """A connection of the superuser to our database, each statement by itself."""
        url = self.stack.environment["HENGYANG_STACK_ADMIN_URL"].rpartition("/")[0]
        return psycopg.connect(f"{url}/hengyang", autocommit=True, application_name="site")

    def figure(self, query: str, *values: Any) -> Any:
        """The first column of the first row of a query, None where there is no row."""
        with self.connect() as connection:
            row = connection.execute(query, values).fetchone()
        return row[0] if row else None

    @property
    def broker(self) -> Broker:
        """Where devices sign in by themselves."""
        address = Broker.of(self.stack.environment["HENGYANG_MQTT_URL"])
        return address._replace(username=None, password=None)

    @property
    def load_account(self) -> Broker:
        """The account that may write every topic."""
        return Broker.of(self.stack.environment["HENGYANG_MQTT_LOAD_URL"])

    def enlist(self, specs: list[DeviceSpec]) -> dict[str, str]:
        """Registers devices as a person would, from a file; gives all credentials known so far."""
        kept = self.folder / "device-credentials.json"
        known = read_credentials(kept)
        missing = [spec for spec in specs if spec.device_id not in known]
        for first in range(0, len(missing), ROWS_AT_ONCE):
            known |= self._enrol(missing[first : first + ROWS_AT_ONCE])
        write_credentials(kept, known)
        return {spec.device_id: known[spec.device_id] for spec in specs}

    def await_accounts(self, credentials: Mapping[str, str]) -> None:
        """Waits until the broker lets the last of these devices in."""
        device_id, secret = list(credentials.items())[-1]

        def is_let_in() -> bool:
            try:
                return accepts(self.broker, device_id, secret)
            except OSError:
                return False

        until(is_let_in, f"the broker knows {device_id}")

    def _enrol(self, specs: list[DeviceSpec]) -> dict[str, str]:
        file, secrets = self.folder / "enrol.csv", self.folder / "enrol.credentials.csv"
        secrets.unlink(missing_ok=True)
        file.write_text(_table(specs), "utf-8")
        self.hengyang("device", "enrol", str(file), "--credentials", str(secrets))
        with secrets.open(newline="") as opened:
            rows = list(csv.reader(opened))[1:]
        return {row[0]: row[1] for row in rows}

    def _environment(self) -> list[str]:
        """Our own servers and no others, whatever the caller's environment names."""
        others = (word for name in self.stack.environment for word in ("-u", name))
        return ["env", *others, *(f"{name}={value}" for name, value in self._settings.items())]


def _table(specs: Iterable[DeviceSpec]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADINGS)
    for s in specs:
        place = ("", "") if s.lon is None else (s.lon, s.lat)
        interval = max(1, round(s.expected_interval))
        writer.writerow(
            (s.device_id, s.name, s.model, s.kind, s.division, "试验", *place, interval)
        )
    return text.getvalue()
