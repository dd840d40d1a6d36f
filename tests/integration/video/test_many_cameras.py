"""A register of 2,000 cameras of which 200 never answer and 200 answer rubbish."""

import socket
import threading
import time

from center.settings import settings
from tests.integration.patience import wait_for
from tests.integration.video.clips import clip
from tests.integration.video.working import worker

MANY, STREAMS = 2000, 40
INSERT = """
    WITH d AS (
        INSERT INTO devices (device_id, kind, model, name, division_code)
        SELECT %s, kind, id, 'x', '430408' FROM device_models WHERE name = 'generic-camera'
        RETURNING id)
    INSERT INTO cameras (device, main_address, version, updated_at)
    SELECT id, %s, 1, now() FROM d"""


def babble(listening: socket.socket) -> None:
    """Answers whoever comes with what no camera says."""
    while True:
        try:
            connection, _ = listening.accept()
            with connection:
                connection.sendall(b"\x00\xff" * 50)
        except OSError:
            if listening.fileno() < 0:
                return


def test_all_states_are_right_soon_and_the_sound_are_not_held_up(
    database, monkeypatch, owner, server
):
    monkeypatch.setenv("HENGYANG_VIDEO_CAMERA_NETWORKS", '["127.0.0.0/8"]')
    settings.cache_clear()
    film = clip("h264", 640, 360)
    for number in range(STREAMS):
        server.mount(f"s{number}", clip=film)
    for number in range(MANY // 10):  # half of them answer the first question, and no other
        server.mount(f"dead{number}", mode="mute", deaf=number % 2 == 0)
    with socket.create_server(("127.0.0.1", 0), backlog=512) as rubbish:
        threading.Thread(target=babble, args=(rubbish,), daemon=True).start()
        port = rubbish.getsockname()[1]
        addresses = {
            3: lambda number: server.address(f"dead{number // 10}"),
            7: lambda number: f"rtsp://127.0.0.1:{port}/r{number}",
        }
        with owner.cursor() as cursor:
            cursor.executemany(INSERT, [
                (f"B-{number % 10}-{number}", addresses.get(
                    number % 10, lambda number: server.address(f"s{number % STREAMS}"))(number))
                for number in range(MANY)
            ])  # fmt: skip

        def count(kind: str, *states: str) -> int:
            rows = owner.execute(
                "SELECT count(*) FROM camera_states s JOIN devices d ON d.id = s.device"
                " WHERE d.device_id ~ %s AND s.state = ANY (%s)",
                [kind, list(states)],
            ).fetchone()
            return int(rows[0])

        began = time.monotonic()
        with worker():
            wait_for(lambda: count("^B-[^37]", "online") == 8 * MANY // 10, 60)
            sound = time.monotonic() - began
            wait_for(lambda: count("^B-3", "no_answer", "stale") == MANY // 10, 60)
            wait_for(lambda: count("^B-7", "not_video") == MANY // 10, 60)
            print(f"sound after {sound:.1f} s, all after {time.monotonic() - began:.1f} s")
    settings.cache_clear()
