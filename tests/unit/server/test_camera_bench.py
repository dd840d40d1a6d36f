"""The camera bench's pure parts: reading the burnt-in time, ages, states of a large register."""

from base64 import b64encode

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from server.benches import burnt_in, camera_register
from server.benches.camera import UNDER_WAY, ages, vehicles_at
from simulators.cameras import overlay
from simulators.cameras.stream import add_encoder
from simulators.hours import TRAFFIC, at_hour, local_hour

NOON = 1_795_665_600.0
MOMENTS = [NOON + 0.001, NOON + 11_111.111, NOON + 4_321_098.765, NOON + 7_777_777.042]


def picture(moment: float, grey: int = 90) -> NDArray[np.uint8]:
    chance = np.random.default_rng(3)
    noise = chance.integers(-25, 25, (burnt_in.HEIGHT, burnt_in.WIDTH, 3))
    made = np.clip(grey + noise, 0, 255).astype(np.uint8)
    overlay.burn_in(made, "解放大道路口", overlay.clock(moment))
    return made


def strip(shown: NDArray[np.uint8]) -> NDArray[np.uint8]:
    width, height = burnt_in.STRIP
    return np.ascontiguousarray(shown[:height, :width, 1])


def encoded(shown: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """As the cameras' encoder leaves it."""
    with av.open("/dev/null", "w", format="mpegts") as container:
        stream = add_encoder(container, burnt_in.WIDTH, burnt_in.HEIGHT, 10)
        frame = av.VideoFrame.from_ndarray(shown, format="bgr24")
        frame.pts = 0
        packets = [*stream.encode(frame), *stream.encode(None)]
    decoder = av.CodecContext.create("h264", "r")
    found = [f for packet in packets for f in decoder.decode(av.Packet(bytes(packet)))]
    found += decoder.decode(None)
    return found[0].to_ndarray(format="bgr24")


def test_a_strip_without_a_time_is_not_read() -> None:
    width, height = burnt_in.STRIP
    assert burnt_in.read(np.full((height, width), 90, np.uint8)) is None


@pytest.mark.parametrize("grey", [10, 90, 200])
@pytest.mark.parametrize("moment", MOMENTS)
def test_the_time_is_read_to_the_millisecond(moment: float, grey: int) -> None:
    assert burnt_in.read(strip(picture(moment, grey))) == pytest.approx(moment, abs=0.0006)


@pytest.mark.parametrize("moment", MOMENTS)
def test_it_is_read_after_the_cameras_encoder_too(moment: float) -> None:
    assert burnt_in.read(strip(encoded(picture(moment)))) == pytest.approx(moment, abs=0.0006)


def test_ages_leave_out_what_cannot_be_read() -> None:
    width, height = burnt_in.STRIP
    good = b64encode(strip(picture(NOON)).tobytes()).decode()
    bad = b64encode(bytes(width * height)).decode()
    assert ages([((NOON + 0.4) * 1000, good), (NOON * 1000, bad)]) == pytest.approx([0.4])


def test_as_many_vehicles_are_under_way_at_night_as_by_day() -> None:
    for hour in range(24):
        moment = NOON + 3600 * hour
        share = at_hour(TRAFFIC, local_hour(moment))
        assert vehicles_at(moment) <= 20_000
        assert vehicles_at(moment) * share == pytest.approx(UNDER_WAY, rel=0.7)


def test_a_fifth_of_the_register_is_bad() -> None:
    assert camera_register.expected(2_000) == {"sound": 1_600, "silent": 200, "rubbish": 200}
    assert len(camera_register.specs(20)) == 20


def test_only_right_states_count() -> None:
    rows = [("online", 1, 5), ("online", 3, 1), ("no_answer", 3, 2), ("not_video", 7, 4)]
    rows += [("refused", 7, 1), ("stale", 1, 1), ("stale", 3, 1)]
    assert camera_register.right_states(rows) == {"sound": 5, "silent": 3, "rubbish": 4}
