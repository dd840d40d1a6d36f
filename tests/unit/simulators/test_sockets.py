"""Unix sockets in deep folders."""

from contextlib import closing
from pathlib import Path

import pytest

from simulators.lines import LineServer, ask
from simulators.sockets import LONGEST_BYTES, named
from simulators.world.frame import Frame
from simulators.world.reader import WorldReader
from simulators.world.teller import Teller
from tests.unit.simulators.test_world_process import until


@pytest.fixture
def deep(tmp_path: Path) -> Path:
    folder = tmp_path / ("深" * 30) / ("x" * 60)
    folder.mkdir(parents=True)
    assert len(str(folder).encode()) > LONGEST_BYTES
    return folder


def test_a_folder_that_is_not_there_is_an_error_of_the_system(deep: Path) -> None:
    with pytest.raises(FileNotFoundError), named(deep / "none" / "a.sock"):
        pass


def test_a_short_path_is_its_own_name() -> None:
    with named(Path("/run/a.sock")) as name:
        assert name == "/run/a.sock"


def test_orders_reach_a_socket_of_any_depth(deep: Path) -> None:
    with closing(LineServer(deep / "control.sock", lambda line: line.strip() + b"!")):
        assert ask(deep / "control.sock", b"hello") == b"hello!\n"
    assert not (deep / "control.sock").exists()


def test_frames_reach_a_reader_at_any_depth(deep: Path) -> None:
    heard: list[Frame] = []
    path = deep / "frames.sock"
    with closing(Teller(path)) as teller, closing(WorldReader(path, heard.append)):
        until(lambda: teller.readers == 1)
        teller.tell(Frame(1.0, 1, 1.0, False, [], [], [], [], 0.0, 10.0))
        until(lambda: heard)
    assert heard[0].step == 1
