"""A recorded world: the same frames to a reader, in a loop, and no damaged or foreign file."""

import gzip
import time
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from simulators.hours import sun_elevation
from simulators.world import plan as plans
from simulators.world import recorder
from simulators.world.frame import Breach, Frame, Moving, Passing
from simulators.world.keeper import Keeper, WorldFailed
from simulators.world.orders import FRAMES, PLAN, SignalOrder, WorldOrder
from simulators.world.plan import Patrol, Plan, Recorded
from simulators.world.reader import WorldReader
from simulators.world.recording import EDITION, MAGIC, Head, Recording, RecordingInvalid, Writer
from simulators.world.replay import Replay
from simulators.world.traffic import Traffic
from tests.unit.simulators.test_world_process import until
from tests.unit.simulators.worlds import MORNING, plan

SECONDS = 8
START = 1_000_000.0


def moving(name: str) -> Moving:
    return Moving(name, 112.6, 26.9, 0.0, 9.0, "e", 1, "car", "#ffffff", "湘D12345", "blue", 4.5,
                  1.8, 1.5)  # fmt: skip


def passing(vehicle: str, moment: float, plate: str = "湘D12345") -> Passing:
    return Passing("site", moment, vehicle, plate, "blue", "car", 1, 9.0)


def frame(step: int) -> Frame:
    """Four vehicles; `b` passes in each second, `c` runs a red light in the fourth."""
    moment = START + step
    ran = [Breach("site", "red_light", moment - 0.25, "c", "湘D00003", "blue", "car", 1, 9.0, None)]
    return Frame(
        moment, 100 + step, 1.0, False, [moving(name) for name in "abcd"],
        [passing("b", moment - 0.5), passing("e", moment - 0.5, "")],
        ran if step == 4 else [], [], 7.0, -50.0,
    )  # fmt: skip


def head(name: str = "ours", *, whole: bool = True, edition: int = EDITION) -> Head:
    return Head(MAGIC, edition, name, "net", 7, START, whole)


def written(file: Path, told: Head, seconds: int = SECONDS) -> Path:
    writer = Writer(file, told, frozenset({"a"}))
    for step in range(1, seconds + 1):
        writer.add(frame(step), 40)
    writer.close()
    return file


def playing(file: Path, name: str = "ours") -> Plan:
    return Plan("net", 7, 10, recording=Recorded(str(file), name))


# --- what is refused --------------------------------------------------------------------------


def test_what_is_no_recording_is_refused_in_words(tmp_path: Path) -> None:
    file = tmp_path / "run.frames"
    with pytest.raises(RecordingInvalid, match="there is no recording"):
        Recording.open(file)
    file.write_bytes(b"no such thing")
    with pytest.raises(RecordingInvalid, match="is no recording, or is damaged"):
        Recording.open(file)
    file.write_bytes(b"")
    with pytest.raises(RecordingInvalid, match="is no recording"):
        Recording.open(file)
    for content in (b"\xff\xff\xff\xff", b"\0\0\0\1\xc1", b"\0\0\0\2\x81\xa1", b"\0\0\0\1\x80"):
        file.write_bytes(gzip.compress(content))
        with pytest.raises(RecordingInvalid, match="recording"):
            Recording.open(file)


def test_a_recording_that_was_cut_off_anywhere_is_refused(tmp_path: Path) -> None:
    whole = written(tmp_path / "run.frames", head()).read_bytes()
    for length in range(1, len(whole), 7):
        (tmp_path / "cut").write_bytes(whole[:length])
        with pytest.raises(RecordingInvalid):
            Recording.open(tmp_path / "cut")
    told = gzip.decompress(whole)
    last = 4 + len(msgspec.msgpack.encode(Recording.open(tmp_path / "run.frames").end))
    (tmp_path / "cut").write_bytes(gzip.compress(told[:-last]))
    with pytest.raises(RecordingInvalid, match="cut off after 8 seconds"):
        Recording.open(tmp_path / "cut")


def test_a_recording_with_a_wrong_byte_is_refused(tmp_path: Path) -> None:
    data = bytearray(written(tmp_path / "run.frames", head()).read_bytes())
    data[len(data) // 2] ^= 0x40
    (tmp_path / "run.frames").write_bytes(data)
    with pytest.raises(RecordingInvalid, match=r"damaged|cut off"):
        Recording.open(tmp_path / "run.frames")


def test_a_recording_of_another_edition_or_another_world_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordingInvalid, match="edition 99"):
        Recording.open(written(tmp_path / "new.frames", head(edition=99)))
    file = written(tmp_path / "run.frames", head("theirs"))
    with pytest.raises(RecordingInvalid, match=r"of another world \(network net, seed 7\)"):
        Replay(playing(file), START)


def test_a_world_whose_recording_is_damaged_says_so(tmp_path: Path) -> None:
    (tmp_path / "run.frames").write_bytes(b"no such thing")
    plans.write(tmp_path / PLAN, playing(tmp_path / "run.frames"))
    with pytest.raises(WorldFailed, match=r"did not come up.*is no recording"):
        Keeper(tmp_path, print)


def test_a_recording_that_cannot_be_made_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(recorder.RecordingFailed, match=r"network\.json"):
        recorder.record(
            Plan(str(tmp_path / "none"), 7, 10), tmp_path / "run.frames", START, 10, whole=True,
            say=print,
        )  # fmt: skip
    assert not list(tmp_path.glob("*.frames")) + list(tmp_path.glob("*.partial"))


# --- what is told -----------------------------------------------------------------------------


def test_the_same_seconds_come_at_the_time_of_the_clock_and_again_after_the_last(
    tmp_path: Path,
) -> None:
    replay = Replay(playing(written(tmp_path / "run.frames", head())), 0.0, tmp_path / "truth")
    with closing(replay):
        told = [replay.step(5_000_000.0 + n) for n in range(2 * SECONDS + 1)]
    for number, seen in enumerate(told):
        original = frame(number % SECONDS + 1)
        assert seen.time == 5_000_000.0 + number
        assert seen.step == number + 1
        assert [p.time for p in seen.passings] == [seen.time - 0.5] * 2
        assert [b.time for b in seen.breaches] == [seen.time - 0.25] * len(original.breaches)
        assert seen.vehicles == original.vehicles
        # The sun is that of the clock, as the sensors of the fleet have it.
        assert seen.sun_elevation == round(sun_elevation(seen.time), 2)
    assert replay.under_way == 40
    rows = (tmp_path / "truth" / "passings.jsonl").read_bytes().splitlines()[1:]
    assert [msgspec.json.decode(row)["time"] for row in rows] == [
        p.time for seen in told for p in seen.passings
    ]


def test_seconds_that_the_clock_has_skipped_are_left_out_of_time_and_not_of_the_recording(
    tmp_path: Path,
) -> None:
    with closing(Replay(playing(written(tmp_path / "run.frames", head())), 0.0)) as replay:
        replay.step(1.0)
        assert replay.step(50.0).passings[0].time == 49.5


def test_of_a_frame_that_is_not_whole_stay_those_that_somebody_reports(tmp_path: Path) -> None:
    found = Recording.open(written(tmp_path / "run.frames", head(whole=False)))
    kept = ["".join(v.id for v in second.frame.vehicles) for second in found.seconds()]
    assert kept == ["ab", "ab", "abc", "abc", "abc", "ab", "ab", "ab"]
    assert (found.end.seconds, found.end.passings, found.end.breaches) == (8, 8, 1)
    assert found.passes_per_second == 1.0


def test_the_same_frames_make_the_same_bytes(tmp_path: Path) -> None:
    first = written(tmp_path / "one.frames", head())
    time.sleep(1.1)
    assert first.read_bytes() == written(tmp_path / "two.frames", head()).read_bytes()


def test_signals_of_a_recording_obey_nobody(tmp_path: Path) -> None:
    file = written(tmp_path / "run.frames", head())
    plans.write(tmp_path / PLAN, playing(file))
    with closing(Keeper(tmp_path, print)) as keeper:
        with pytest.raises(WorldFailed, match="follows a recording"):
            keeper.give(WorldOrder(do="signal", signal=SignalOrder("x", "auto")))
        assert keeper.give(WorldOrder(do="pause")).paused
        assert not keeper.give(WorldOrder(do="resume")).paused


# --- from the simulation to a reader ----------------------------------------------------------


def test_a_reader_is_told_of_a_replay_what_the_simulation_told(tmp_path: Path) -> None:
    made_of = plan(tmp_path, vehicles=200, sites=40)
    said: list[str] = []
    home = tmp_path / "recordings"
    found = recorder.kept(made_of, home, MORNING, 12, whole=True, say=said.append)
    assert recorder.kept(made_of, home, MORNING, 12, whole=True, say=said.append).file == found.file
    traffic = Traffic(made_of, MORNING - recorder.WARM_SECONDS)
    with closing(traffic):
        first = MORNING - recorder.WARM_SECONDS + 1
        frames = [traffic.step(first + n) for n in range(recorder.WARM_SECONDS + 12)]
    world, heard = tmp_path / "world", list[Frame]()
    world.mkdir()
    plans.write(world / PLAN, recorder.played(made_of, found))
    with closing(WorldReader(world / FRAMES, heard.append)), closing(Keeper(world, said.append)):
        until(lambda: len(heard) > 14)
    assert abs(heard[-1].time - time.time()) < 3
    offset = heard[0].step - 1  # a reader may come a second late
    for number, seen in enumerate(heard):
        true = frames[recorder.WARM_SECONDS + (number + offset) % 12]
        later = seen.time - true.time
        assert (seen.vehicles, seen.phases) == (true.vehicles, true.phases)
        assert [
            msgspec.structs.replace(p, time=round(p.time - later, 3)) for p in seen.passings
        ] == (true.passings)
    other = msgspec.structs.replace(made_of, patrols=[Patrol("car-9", nights=True)])
    again = recorder.kept(other, home, MORNING, 10, whole=True, say=said.append)
    assert again.file != found.file
    assert not found.file.exists()
