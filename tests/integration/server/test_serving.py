"""Several processes of the HTTP server on one port."""

import hashlib
import os
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import ExitStack
from pathlib import Path

import httpx
import psycopg
import pytest

from deploy.city import City
from deploy.stack.ports import free_ports, is_free
from tests.integration.certificates import made_for_itself
from tests.integration.databases import Database
from tests.integration.http import PASSWORD, add_user
from tests.integration.patience import wait_for
from tests.integration.server.live.line import figure, line, token_of
from tests.integration.serving import API, answers, serving

RUNNING = "SELECT name, pid FROM processes WHERE kind = 'api' AND state = 'running' ORDER BY name"


@pytest.fixture
def connection(database: Database) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database.app, autocommit=True) as opened:
        yield opened


def start_second(port: int) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*API, "--port", str(port)], env=os.environ.copy(), capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip


def test_processes_share_a_port_and_one_that_is_killed_comes_back(connection) -> None:
    [port] = free_ports(1)
    with serving(port, 2):
        wait_for(lambda: len(connection.execute(RUNNING).fetchall()) == 2)
        before = dict(connection.execute(RUNNING).fetchall())
        name, pid = next(iter(before.items()))
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: dict(connection.execute(RUNNING).fetchall())[name] != pid)
        wait_for(lambda: answers(port))
        # Every connection is a new one, so that both are asked.
        asked = [answers(port) for _ in range(30)]
        assert all(asked)
        figures = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=30).text
        [line] = [
            line for line in figures.splitlines() if "requests_total" in line and "/healthz" in line
        ]
        assert float(line.split()[-1]) >= len(asked)
    assert is_free(port)
    assert connection.execute(RUNNING).fetchall() == []


def test_viewers_and_those_who_were_cut_are_counted_over_all_processes(connection) -> None:
    [port] = free_ports(1)
    with serving(port, 2), ExitStack() as lines:
        wait_for(lambda: len(connection.execute(RUNNING).fetchall()) == 2)
        token = token_of(port, "operator")
        for _ in range(8):
            lines.enter_context(line(port)).hello(token)
        wait_for(lambda: figure(port, "hengyang_live_viewers") == 8)
        for _ in range(8):
            lines.enter_context(line(port, "https://evil.example")).closed()
        # Whichever process is asked, it tells of both.
        cuts = {figure(port, 'hengyang_live_cuts_total{reason="origin"}') for _ in range(8)}
        assert cuts == {8}
        lines.close()
        wait_for(lambda: figure(port, "hengyang_live_viewers") == 0)


@pytest.mark.parametrize("threads", ["2", "1"])
def test_too_few_threads_for_the_hashes_are_refused(database, monkeypatch, threads: str) -> None:
    monkeypatch.setenv("HENGYANG_API_THREADS", threads)
    ended = subprocess.run(
        [*API, "--processes", "1", "--port", str(free_ports(1)[0])],
        env=os.environ.copy(), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode == 1
    assert "HENGYANG_API_THREADS" in ended.stderr


def test_a_flood_of_log_ins_leaves_the_default_api_to_others(database, monkeypatch) -> None:
    monkeypatch.setenv("HENGYANG_PASSWORD_MEMORY_KIB", "65536")
    monkeypatch.setenv("HENGYANG_PASSWORD_ROUNDS", "40")  # a second or more each
    user, [port] = add_user("operator"), free_ports(1)
    right = {"username": user.username, "password": PASSWORD}
    url = f"http://127.0.0.1:{port}/api/v1"

    def attempt(number: int) -> int:
        form = {"username": f"nobody{number}", "password": "wrong"}
        return httpx.post(f"{url}/auth/token", data=form, timeout=120).status_code

    with serving(port, 1), ThreadPoolExecutor(16) as pool:
        wait_for(lambda: answers(port))
        token = httpx.post(f"{url}/auth/token", data=right, timeout=60).json()["access_token"]
        attempts = [pool.submit(attempt, number) for number in range(16)]
        wait(attempts, return_when=FIRST_COMPLETED)
        headers = {"Authorization": f"Bearer {token}"}
        reads = [httpx.get(f"{url}/me", headers=headers, timeout=60) for _ in range(10)]
        ended = [done.result() for done in attempts if done.done()]
        assert [read.status_code for read in reads] == [200] * 10
        # All reads are through before one of the hashes is: nobody waited for a log-in.
        assert set(ended) == {429}


def test_what_the_server_keeps_is_for_its_owner_alone(database, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    user, [port] = add_user("inspector"), free_ports(1)
    picture = b"\xff\xd8\xff\xe0" + bytes(1000)
    url = f"http://127.0.0.1:{port}/api/v1"
    with serving(port, 1):
        wait_for(lambda: answers(port))
        right = {"username": user.username, "password": PASSWORD}
        token = httpx.post(f"{url}/auth/token", data=right, timeout=60).json()["access_token"]
        kept = httpx.put(
            f"{url}/evidence/{hashlib.sha256(picture).hexdigest()}",
            content=picture, headers={"Authorization": f"Bearer {token}"}, timeout=60,
        )  # fmt: skip
        assert kept.status_code == 201, kept.text
    found = [tmp_path, tmp_path / "evidence", *(tmp_path / "evidence").rglob("*")]
    modes = {oct(path.stat().st_mode & 0o777) for path in found if path.is_dir()}
    assert modes == {"0o700"}
    assert {oct(path.stat().st_mode & 0o777) for path in found if path.is_file()} == {"0o600"}


def test_a_second_system_stays_out_while_the_processes_of_the_first_are_started_again(
    connection,
) -> None:
    [port] = free_ports(1)
    with serving(port, 2) as first:
        wait_for(lambda: len(connection.execute(RUNNING).fetchall()) == 2)
        wait_for(lambda: answers(port))
        os.kill(first.pid, signal.SIGSTOP)  # so that the window stays open
        for _, pid in connection.execute(RUNNING).fetchall():
            os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not answers(port))
        second = start_second(port)
        os.kill(first.pid, signal.SIGCONT)
        assert second.returncode != 0
        assert f"Port {port} is in use by" in second.stderr
        wait_for(lambda: answers(port))


def test_a_port_in_use_is_named_with_who_uses_it(database) -> None:
    [port] = free_ports(1)
    with serving(port, 1):
        wait_for(lambda: answers(port))
        second = start_second(port)
    assert second.returncode != 0
    assert str(port) in second.stderr + second.stdout


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_the_whole_system_sees_that_its_api_is_ready_behind_a_certificate(
    host: str, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [port] = free_ports(1)
    certificate = made_for_itself(tmp_path / "tls.crt", tmp_path / "tls.key")
    monkeypatch.setenv("HENGYANG_API_TLS_CERTIFICATE", str(certificate))
    monkeypatch.setenv("HENGYANG_API_TLS_KEY", str(tmp_path / "tls.key"))
    city = City(tmp_path, host, port, None, {}, tls=True)
    (ready,) = (program.ready for program in city.programs() if program.name == "api")
    assert ready is not None
    with serving(port, 1, "--host", host):
        wait_for(ready)
    assert not ready()
