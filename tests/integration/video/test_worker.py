"""Workers over the real register: states, history, events and snapshots committed; takeover."""

from datetime import timedelta

import av
import numpy as np
import psycopg
import pytest

from center.alarms.service import report
from center.alarms.signals import Trouble
from center.clock import now
from center.database import transaction
from center.evidence.store import ContentGone, store
from ingest import liveness
from tests.integration.patience import wait_for
from tests.integration.video.enlisting import enlist, put
from tests.integration.video.working import worker
from video.snapshots.keeping import Taken, keep
from video.snapshots.tasks import retire
from video.streams.source import Watched


@pytest.fixture
def admin(cameras, client):
    return client.as_role("device_admin", "operator")


def state(client, device_id: str) -> str:
    return client.get(f"/api/v1/cameras/{device_id}").json()["state"]


def test_states_history_events_and_snapshots_are_committed(server, admin, owner):
    first, second = server.mount("a"), server.mount("b", password="secret")
    put(admin, "CAM-1", main={"address": server.address("a")})
    login = {"address": server.address("b"), "user": "admin", "password": "secret"}
    put(admin, "CAM-2", main=login)
    put(admin, "CAM-3", sub={"address": server.address("a")}, main=login)
    with worker():
        wait_for(lambda: [state(admin, f"CAM-{n}") for n in (1, 2, 3)] == ["online"] * 3)
        assert (first.plays, second.plays) == (1, 1)  # those that share a stream share the pull
        seen = admin.get("/api/v1/cameras/CAM-1").json()
        assert (seen["width"], seen["height"], seen["codec"]) == (320, 240, "h264")
        second.password = "changed"
        server.drop()
        wait_for(lambda: state(admin, "CAM-2") == "wrong_password")
        history = admin.get("/api/v1/cameras/CAM-2/states").json()["items"]
        assert [change["state"] for change in history][-1] == "online"
        assert history[0]["state"] == "wrong_password"
        told = "SELECT payload->>'state' FROM outbox WHERE event = 'camera_state.changed/1'"
        assert ("wrong_password",) in owner.execute(told).fetchall()
        wait_for(lambda: len(admin.get("/api/v1/cameras/CAM-1/snapshots").json()["items"]) >= 2)
        picture = admin.get("/api/v1/cameras/CAM-1").json()["snapshot"]
        content = admin.get(f"/api/v1/evidence/{picture['sha256']}")
        assert content.headers["content-type"] == "image/jpeg"
        put(admin, "CAM-2", 1)
        wait_for(lambda: state(admin, "CAM-2") == "unset")
    assert state(admin, "CAM-1") == "unwatched"


def test_what_watches_a_camera_judges_whether_it_is_there(server, admin, database):
    mount = server.mount("a")
    put(admin, "CAM-1", main={"address": server.address("a")})
    with worker(), psycopg.connect(database.ingest, autocommit=True) as connection:
        for wanted, mode in (("online", "ok"), ("offline", "closed")):
            mount.mode = mode

            def judged(wanted: str = wanted) -> bool:
                liveness.refresh(connection, now())
                return admin.get("/api/v1/devices/CAM-1").json()["state"] == wanted

            wait_for(judged)


def test_another_worker_takes_over_the_cameras_of_one_that_dies(server, admin):
    for number in range(1, 4):
        server.mount(f"m{number}")
        put(admin, f"CAM-{number}", main={"address": server.address(f"m{number}")})

    def watching() -> bool:
        states = [state(admin, f"CAM-{n}") for n in (1, 2, 3)]
        plays = [server.mounts[f"m{n}"].plays for n in (1, 2, 3)]
        return states == ["online"] * 3 and plays == [1, 1, 1]

    with worker() as first:
        wait_for(watching)
        with worker():
            first.kill()
            wait_for(watching)


def test_old_snapshots_go_with_their_pictures_but_not_what_an_alarm_names(database, owner):
    enlist(owner, "CAM-1")
    [(device,)] = owner.execute("SELECT id FROM devices WHERE device_id = 'CAM-1'").fetchall()
    camera = Watched(device, "CAM-1", "430408", 1)
    hashes = []
    for shade in range(4):
        picture = np.full((24, 32, 3), 40 * shade, np.uint8)
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        hashes.append(keep(Taken([camera], now() - timedelta(days=30 - shade), frame)))
    trouble = Trouble(
        "x", "system", "x", "blue", "试", "x", "430408", device, "CAM-1", "x", None, None, now(),
        evidence=(hashes[0],),
    )  # fmt: skip
    with transaction() as session:
        report(session, [trouble])
    with transaction() as session:
        assert retire(session, store(), now() - timedelta(days=3)) == 3
    left = owner.execute("SELECT encode(sha256, 'hex') FROM evidence ORDER BY stored_at").fetchall()
    assert left == [(hashes[0],), (hashes[3],)]  # an alarm names it; the newest there is
    with pytest.raises(ContentGone):
        store().get(hashes[1])
