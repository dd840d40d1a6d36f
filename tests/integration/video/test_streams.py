"""Every fault of a camera: the right state, told once, and it comes back by itself."""

import socket
import threading
from collections.abc import Iterator

import pytest

from tests.integration.patience import wait_for
from tests.integration.video.clips import clip, without_keys
from tests.integration.video.rtsp import Server, serving
from tests.integration.video.watching import Observatory, observatory


@pytest.fixture
def seen() -> Iterator[Observatory]:
    with observatory() as made:
        yield made


@pytest.mark.parametrize(
    ("mode", "state"),
    [("mute", "no_answer"), ("closed", "refused"), ("silent", "stale"), ("garbage", "not_video")],
)
def test_a_camera_that_fails_from_the_start_is_told_and_comes_back(server, seen, mode, state):
    mount = server.mount("a", mode=mode)
    if mode == "mute":  # a camera that answers nothing at all, not even what it can
        mount.deaf = True
    stream = seen.watch(server.address("a"))
    seen.wait_for(stream, state)
    mount.mode, mount.deaf = "ok", False
    seen.wait_for(stream, "online")
    assert (stream.finding.width, stream.finding.height, stream.finding.codec) == (320, 240, "h264")


@pytest.mark.parametrize(("mode", "state"), [("silent", "stale"), ("garbage", "not_video")])
def test_a_camera_that_fails_under_way_is_told_and_comes_back(server, seen, mode, state):
    mount = server.mount("a")
    stream = seen.watch(server.address("a"))
    seen.wait_for(stream, "online")
    mount.mode = mode
    seen.wait_for(stream, state)
    mount.mode = "ok"
    seen.wait_for(stream, "online")


def test_a_server_that_goes_and_comes_back_is_found_again(seen):
    first = Server()
    first.mount("a")
    stream = seen.watch(first.address("a"))
    seen.wait_for(stream, "online")
    first.close()
    seen.wait_for(stream, "refused")
    assert "stale" in seen.states(stream)
    second = Server(first.port)
    second.mount("a")
    try:
        seen.wait_for(stream, "online")
    finally:
        second.close()


def test_a_wrong_password_is_told_as_that(server, seen):
    mount = server.mount("a", password="right")
    stream = seen.watch(server.address("a"), ("admin", "wrong"))
    seen.wait_for(stream, "wrong_password")
    assert "wrong" not in stream.finding.reason.replace("is wrong", "")
    mount.password = "wrong"
    seen.wait_for(stream, "online")


def test_a_password_of_any_signs_reaches_the_camera(server, seen):
    server.mount("a", password="p@ss/wo:rd?#%20")
    seen.wait_for(seen.watch(server.address("a"), ("admin", "p@ss/wo:rd?#%20")), "online")


def test_a_stream_that_is_not_there_is_told_as_that(server, seen):
    seen.wait_for(seen.watch(server.address("nothing")), "not_found")


def test_a_port_where_nobody_listens_refuses(seen):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    seen.wait_for(seen.watch(f"rtsp://127.0.0.1:{port}/a"), "refused")


def test_a_server_of_another_kind_is_no_camera(seen):
    with socket.create_server(("127.0.0.1", 0)) as other:

        def answer() -> None:
            while True:
                try:
                    connection, _ = other.accept()
                except OSError:
                    return
                with connection:
                    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        threading.Thread(target=answer, daemon=True).start()
        seen.wait_for(seen.watch(f"rtsp://127.0.0.1:{other.getsockname()[1]}/a"), "not_video")
        other.shutdown(socket.SHUT_RDWR)


def test_a_name_is_looked_at_when_it_is_connected_to():
    with observatory(video_camera_networks=("10.0.0.0/8",)) as seen, serving() as server:
        mount = server.mount("a")
        stream = seen.watch(f"rtsp://localhost:{server.port}/a")
        seen.wait_for(stream, "address_forbidden")
        assert mount.opened == 0
        seen.wait_for(seen.watch("rtsp://camera.invalid/a"), "host_unknown")


def test_a_camera_that_sends_us_elsewhere_is_not_followed(server, seen):
    server.mount("a", mode="elsewhere")
    seen.wait_for(seen.watch(server.address("a")), "address_forbidden")


def test_a_stream_without_key_frames_is_told_as_that(server, seen):
    mount = server.mount("a")
    stream = seen.watch(server.address("a"))
    seen.wait_for(stream, "online")
    mount.clip = without_keys(clip())
    seen.wait_for(stream, "no_key_frame")
    mount.clip = clip()
    seen.wait_for(stream, "online")


def test_another_size_in_the_same_stream_is_seen(server, seen):
    mount = server.mount("a")
    stream = seen.watch(server.address("a"))
    seen.wait_for(stream, "online")
    mount.clip = clip("h264", 640, 360)
    wait_for(lambda: stream.finding.width == 640)
    assert set(seen.states(stream)) == {"online"}


def test_another_codec_in_the_same_stream_is_seen(server, seen):
    mount = server.mount("a")
    stream = seen.watch(server.address("a"))
    seen.wait_for(stream, "online")
    mount.clip = clip("hevc")
    wait_for(lambda: stream.finding.state == "online" and stream.finding.codec == "hevc")


def test_pictures_are_taken_of_key_frames_in_their_rhythm(server, seen):
    server.mount("a")
    stream = seen.watch(server.address("a"), snapshots=1)
    wait_for(lambda: len(seen.pictures) >= 2)
    assert {frame.width for _, frame in seen.pictures} == {320}
    assert stream.finding.state == "online"


def test_dead_cameras_do_not_hold_up_the_sound_ones(server):
    server.mount("a")
    for number in range(60):
        server.mount(f"dead{number}", mode="mute", deaf=number % 2 == 0)
    with observatory(video_opens=4, video_knocks=16) as seen:
        dead = [seen.watch(server.address(f"dead{number}")) for number in range(60)]
        for stream in dead:
            seen.wait_for(stream, "no_answer" if dead.index(stream) % 2 == 0 else "stale", 200)
        sound = seen.watch(server.address("a"))
        assert seen.wait_for(sound, "online") < 15  # and not a minute: they are asked in turn
