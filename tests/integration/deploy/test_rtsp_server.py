"""The RTSP server of the stack: whom it lets in, who may mount what, and what ends with whom."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.stack import LocalStack
from simulators.cameras.mounts import MountRefused, Mounts, ServerAway


@pytest.fixture(scope="module")
def rtsp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """A stack of which only this server runs."""
    stack = LocalStack(tmp_path_factory.mktemp("var"), test=True, attached=True)
    stack.start("rtsp")
    yield stack
    stack.down()


@pytest.fixture
def control(rtsp: LocalStack) -> Path:
    rtsp.start("rtsp")
    return Path(rtsp.environment["HENGYANG_RTSP_CONTROL_SOCKET"])


@pytest.fixture
def mounts(control: Path) -> Iterator[Mounts]:
    made = Mounts(control)
    yield made
    made.close()


def describe(stack: LocalStack, path: str) -> str:
    """The first line of the answer to who shows no password."""
    with socket.create_connection(("127.0.0.1", stack.ports.rtsp), timeout=5) as connection:
        connection.sendall(f"DESCRIBE rtsp://127.0.0.1{path} RTSP/1.0\r\nCSeq: 1\r\n\r\n".encode())
        return connection.recv(4096).decode().splitlines()[0]


def test_who_shows_no_password_sees_nothing(rtsp: LocalStack, mounts: Mounts) -> None:
    mounts.mount("a")
    assert describe(rtsp, "/cam/a") == "RTSP/1.0 401 Unauthorized"


@pytest.mark.parametrize("name", ["", "a/b", "衡阳", "x" * 41, "a b"])
def test_a_name_that_is_no_device_id_is_refused(mounts: Mounts, name: str) -> None:
    with pytest.raises(MountRefused, match="letters, digits"):
        mounts.mount(name)


@pytest.mark.parametrize("line", [b"no json", b"[1]", b'{"do":"reboot"}', b'{"do":["mount"]}'])
def test_an_order_that_is_none_is_answered_and_costs_nothing(
    control: Path, mounts: Mounts, line: bytes
) -> None:
    with socket.socket(socket.AF_UNIX) as caller:
        caller.connect(str(control))
        caller.sendall(line + b"\n")
        assert b'"ok": false' in caller.recv(4096)
    mounts.mount("b")


def test_a_camera_that_is_fed_cannot_be_taken_over(control: Path, mounts: Mounts) -> None:
    mounts.mount("c")
    other = Mounts(control)
    with pytest.raises(MountRefused, match="c is fed by another"):
        other.mount("c")
    with pytest.raises(MountRefused, match="not mounted by you"):
        other.unmount("c")
    other.close()


def test_mounting_again_gives_the_same_port(mounts: Mounts) -> None:
    assert mounts.mount("d") == mounts.mount("d")


def test_what_a_feeder_mounted_ends_with_its_connection(control: Path, mounts: Mounts) -> None:
    gone = Mounts(control)
    gone.mount("e")
    gone.close()
    while "e" in mounts.look():
        pass
    mounts.mount("e")
    mounts.unmount("e")
    assert "e" not in mounts.look()


def test_a_feeder_is_told_that_the_server_has_ended(rtsp: LocalStack, mounts: Mounts) -> None:
    mounts.mount("f")
    rtsp.kill("rtsp")
    with pytest.raises(ServerAway):
        mounts.look()
    rtsp.start("rtsp")
    with pytest.raises(ServerAway):
        mounts.look()


def test_where_no_server_runs_a_feeder_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(ServerAway, match="no RTSP server listens"):
        Mounts(tmp_path / "control.sock")
