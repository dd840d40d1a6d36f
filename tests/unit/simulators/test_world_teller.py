"""Frames for slow readers: some are lost, what happened in them is not."""

import socket
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from simulators.world.frame import Breach, Counted, Frame, Passing, Phase
from simulators.world.reader import WorldReader
from simulators.world.teller import LENGTH_BYTES, Teller
from tests.unit.simulators.test_world_process import until

WIDE = "x" * 200_000  # makes a frame larger than the socket's buffer


def frame(step: int) -> Frame:
    passing = Passing("site", step + 0.5, f"car-{step}", "湘D12345", "blue", "car", 1, 9.0)
    breach = Breach("site", "red_light", step + 0.5, f"car-{step}", "", "blue", "car", 1, 9.0, None)
    phases = [Phase(WIDE, 0, "G", 1.0)]
    counted = [Counted("d", float(step), 60, step, 1.0, None)]
    return Frame(float(step), step, 1.0, False, [], [passing], [breach], phases, 0.0, 10.0, counted)


@pytest.fixture
def teller(tmp_path: Path) -> Iterator[Teller]:
    with closing(Teller(tmp_path / "frames.sock")) as made:
        yield made


def test_a_reader_waits_for_a_world_that_is_not_there_yet_and_finds_the_next(
    tmp_path: Path,
) -> None:
    path, heard = tmp_path / "frames.sock", []
    with closing(WorldReader(path, heard.append)):
        for step in (1, 2):
            with closing(Teller(path)) as teller:
                until(lambda teller=teller: teller.readers == 1)
                teller.tell(frame(step))
                until(lambda step=step: heard and heard[-1].step == step)


def test_what_is_no_frame_is_left_and_the_next_connection_tried(tmp_path: Path) -> None:
    path = tmp_path / "frames.sock"
    with closing(socket.socket(socket.AF_UNIX)) as liar:
        liar.bind(str(path))
        liar.listen()
        heard: list[Frame] = []
        with closing(WorldReader(path, heard.append)):
            for data in (b"\xff\xff\xff\xff", b"\0\0\0\1\xc1", b"\0\0\0\5ab"):
                caller, _ = liar.accept()
                with caller:
                    caller.sendall(data)
            caller, _ = liar.accept()
            with caller:
                data = msgspec.msgpack.encode(frame(9))
                caller.sendall(len(data).to_bytes(LENGTH_BYTES, "big") + data)
                until(lambda: heard)
    assert heard[0].step == 9


def test_a_slow_reader_loses_frames_and_no_passing_and_holds_nobody_up(
    tmp_path: Path, teller: Teller
) -> None:
    with closing(socket.socket(socket.AF_UNIX)) as sock:
        sock.connect(str(tmp_path / "frames.sock"))
        until(lambda: teller.readers == 1)
        began = time.monotonic()
        for step in range(100):
            teller.tell(frame(step))
        assert time.monotonic() - began < 5
        assert teller.lost > 50
        seen = []
        while len(seen) < 100:
            length = int.from_bytes(sock.recv(LENGTH_BYTES, socket.MSG_WAITALL), "big")
            data = sock.recv(length, socket.MSG_WAITALL)
            told = msgspec.msgpack.decode(data, type=Frame)
            seen += [
                (p.vehicle, b.vehicle) for p, b in zip(told.passings, told.breaches, strict=True)
            ]
        assert seen == [(f"car-{n}", f"car-{n}") for n in range(100)]
