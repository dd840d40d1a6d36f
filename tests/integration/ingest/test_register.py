"""The register over HTTP: who may do what, what is refused, what others see."""

import threading
from datetime import timedelta

import psycopg
import pytest
import sqlalchemy as sa

from center.clock import now
from center.database import transaction
from ingest.devices.credentials import verify
from ingest.devices.names import RESERVED
from ingest.devices.revision import lock_register, newest

DEVICE = {
    "device_id": "WL-0001",
    "name": "西渡桥水位站",
    "model": "generic-water-level",
    "owner": "市水务局",
    "division": "430408",
    "place": {"type": "Point", "coordinates": [112.6072, 26.8967]},
    "component_code": "4304080103000017",
    "expected_interval_seconds": 60,
    "calibration": {"water_level": {"scale": 1.0, "offset": -0.25}},
}
DEVICES = "/api/v1/devices"
ANY = {"If-Match": "*"}


@pytest.fixture
def keeper(client):
    """A device administrator of the whole city."""
    return client.as_role("device_admin")


@pytest.fixture
def registered(keeper):
    """WL-0001, as its creation was answered."""
    answer = keeper.post(DEVICES, json=DEVICE)
    assert answer.status_code == 201, answer.text
    return answer


def changed(keeper, answer, **fields):
    headers = {"If-Match": answer.headers["ETag"]}
    return keeper.patch(f"{DEVICES}/{answer.json()['device_id']}", json=fields, headers=headers)


WRITES = (
    ("POST", "", DEVICE),
    ("PATCH", "/WL-0001", {"name": "x"}),
    ("POST", "/WL-0001/credential", None),
    ("PUT", "/WL-0001/maintenance", {"reason": "清淤", "until": "2030-01-01T00:00:00Z"}),
    ("DELETE", "/WL-0001/maintenance", None),
    ("POST", "/WL-0001/retirement", {"reason": "拆除"}),
    ("DELETE", "/WL-0001/retirement", None),
)


def test_who_may_only_read_changes_nothing(client, registered):
    analyst = client.as_role("analyst")
    for method, path, body in WRITES:
        given = {"json": body, "headers": ANY}
        assert analyst.request(method, DEVICES + path, **given).status_code == 403, path
        assert client.request(method, DEVICES + path, **given).status_code == 401, path


WRONG = (
    ("device_id", "WL 0001"),
    ("device_id", "../etc"),
    ("device_id", "设备一"),
    ("name", ""),
    ("name", "a\u0000b"),
    ("division", "43040"),
    ("division", "4304081234567"),
    ("place", {"type": "Point", "coordinates": [400, 26.9]}),
    ("place", {"type": "Point", "coordinates": [26.9, 112.6]}),
    ("place", {"type": "Polygon", "coordinates": [[0, 0]]}),
    ("component_code", "123"),
    ("camera_number", "x" * 20),
    ("expected_interval_seconds", 0),
    ("expected_interval_seconds", 1e300),
    ("calibration", {"water_level": {"scale": 0}}),
    ("calibration", {"pm25": {"scale": 2}}),
    ("model", "no-such-model"),
    ("colour", "green"),
)


def test_values_that_cannot_be_used_are_refused(keeper):
    for field, value in WRONG:
        answer = keeper.post(DEVICES, json=DEVICE | {field: value})
        assert answer.status_code == 422, (field, value, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_place_outside_the_area_asks_whether_it_was_swapped(keeper):
    place = {"type": "Point", "coordinates": [26.9, 80.6]}
    answer = keeper.post(DEVICES, json=DEVICE | {"place": place})
    assert (answer.status_code, answer.json()["code"]) == (422, "outside_area")


def test_a_name_of_our_own_programs_at_the_broker_is_refused(keeper):
    for pattern in RESERVED:
        named = DEVICE | {"device_id": pattern.replace("*", "1")}
        answer = keeper.post(DEVICES, json=named)
        assert (answer.status_code, answer.json()["code"]) == (422, "reserved_name")


def test_an_id_is_given_once_and_for_ever(keeper, registered):
    assert keeper.post(DEVICES, json=DEVICE).json()["code"] == "device_exists"
    keeper.post(f"{DEVICES}/WL-0001/retirement", json={"reason": "拆除"}, headers=ANY)
    answer = keeper.post(DEVICES, json=DEVICE)
    assert (answer.status_code, answer.json()["code"]) == (409, "device_exists")


def test_a_camera_number_is_given_once(keeper):
    camera = DEVICE | {"model": "generic-camera", "camera_number": "4" * 20, "calibration": {}}
    assert keeper.post(DEVICES, json=camera | {"device_id": "C-1"}).status_code == 201
    answer = keeper.post(DEVICES, json=camera | {"device_id": "C-2"})
    assert (answer.status_code, answer.json()["code"]) == (409, "camera_number_taken")


def test_another_district_is_not_seen_and_not_touched(client, registered):
    other = client.as_role("device_admin", divisions=["430405"])
    assert other.get(DEVICES).json() == {"items": [], "next": None}
    for answer in (
        other.get(f"{DEVICES}/WL-0001"),
        other.patch(f"{DEVICES}/WL-0001", json={"name": "x"}, headers=ANY),
        other.post(f"{DEVICES}/WL-0001/credential"),
        other.post(f"{DEVICES}/WL-0001/retirement", json={"reason": "拆除"}, headers=ANY),
    ):
        assert answer.status_code == 404
    answer = other.post(DEVICES, json=DEVICE | {"device_id": "WL-0002"})
    assert (answer.status_code, answer.json()["code"]) == (403, "outside_divisions")


def test_a_device_cannot_be_moved_out_of_ones_divisions(client, registered):
    own = client.as_role("device_admin", divisions=["430408"])
    answer = changed(own, registered, division="430405")
    assert (answer.status_code, answer.json()["code"]) == (403, "outside_divisions")


def test_a_change_needs_the_version_that_was_read(keeper, registered):
    path = f"{DEVICES}/WL-0001"
    assert keeper.patch(path, json={"name": "x"}).status_code == 428
    first = changed(keeper, registered, name="西渡桥水位站（新）")
    assert first.status_code == 200
    stale = changed(keeper, registered, owner="某公司")
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert changed(keeper, first, owner="某公司").json()["name"] == "西渡桥水位站（新）"


def test_of_two_changes_at_once_one_is_told_to_read_again(client, keeper, registered):
    answers = []
    both = threading.Barrier(2)

    def change(owner):
        both.wait()
        answers.append(changed(keeper, registered, owner=owner))

    threads = [threading.Thread(target=change, args=(owner,)) for owner in ("甲", "乙")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [200, 412]


def test_a_new_device_is_shown_with_all_it_is(keeper, registered):
    made = registered.json()
    assert len(made.pop("credential")) == 43
    assert registered.headers["Cache-Control"] == "no-store"
    shown = keeper.get(f"{DEVICES}/WL-0001")
    assert shown.headers["ETag"] == registered.headers["ETag"] == '"1"'
    assert shown.json() == made
    assert {k: made[k] for k in DEVICE if k != "calibration"} == {
        k: v for k, v in DEVICE.items() if k != "calibration"
    }
    assert (made["kind"], made["state"], made["last_seen"]) == ("sensor", "unknown", None)
    assert [q["key"] for q in made["quantities"]] == [
        "water_level",
        "flow_rate",
        "battery_voltage",
        "signal_strength",
    ]
    assert made["calibration"] == DEVICE["calibration"]


def test_the_secret_is_kept_as_a_hash_alone(keeper, registered, owner):
    secret = registered.json()["credential"]
    (stored,) = owner.execute("SELECT credential_hash FROM devices").fetchone()
    assert verify(secret, stored)
    dump = owner.execute(
        "SELECT string_agg(t::text, '') FROM (SELECT detail::text FROM audit_log UNION ALL"
        " SELECT answer FROM idempotency_keys UNION ALL SELECT devices::text FROM devices) t"
    ).fetchone()[0]
    assert secret not in dump


def test_a_request_sent_twice_makes_one_device_and_shows_the_secret_once(keeper, owner):
    headers = {"Idempotency-Key": "once"}
    first = keeper.post(DEVICES, json=DEVICE, headers=headers)
    again = keeper.post(DEVICES, json=DEVICE, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json() | {"credential": None}
    dump = owner.execute("SELECT string_agg(answer, '') FROM idempotency_keys").fetchone()[0]
    assert first.json()["credential"] not in dump


def test_only_what_is_sent_changes(keeper, registered):
    answer = changed(keeper, registered, place=None, enabled=False, name=None)
    shown = answer.json()
    assert (shown["place"], shown["enabled"], shown["name"]) == (None, False, DEVICE["name"])
    assert shown["component_code"] == DEVICE["component_code"]
    assert changed(keeper, answer, component_code=None).json()["component_code"] is None


def test_a_rotation_ends_the_old_credential(keeper, registered, owner):
    answer = keeper.post(f"{DEVICES}/WL-0001/credential")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    (stored,) = owner.execute("SELECT credential_hash FROM devices").fetchone()
    assert verify(answer.json()["credential"], stored)
    assert not verify(registered.json()["credential"], stored)
    acts = owner.execute("SELECT action FROM audit_log WHERE object_id = 'WL-0001' ORDER BY seq")
    assert [row[0] for row in acts] == ["device.create", "device.rotate"]


def test_maintenance_must_end_in_sight(keeper, registered):
    for hours in (-1, 0, 24 * 367):
        body = {"reason": "清淤", "until": (now() + timedelta(hours=hours)).isoformat()}
        answer = keeper.put(f"{DEVICES}/WL-0001/maintenance", json=body, headers=ANY)
        assert (answer.status_code, answer.json()["code"]) == (422, "maintenance_end")


def test_maintenance_begins_changes_and_ends(keeper, registered):
    path = f"{DEVICES}/WL-0001/maintenance"
    until = (now() + timedelta(hours=2)).isoformat()
    first, second = {"reason": "清淤", "until": until}, {"reason": "清淤，换探头", "until": until}
    begun = keeper.put(path, json=first, headers=ANY).json()["maintenance"]
    longer = keeper.put(path, json=second, headers=ANY).json()["maintenance"]
    assert longer == begun | {"reason": "清淤，换探头"}
    assert keeper.delete(path, headers=ANY).json()["maintenance"] is None
    assert keeper.delete(path, headers=ANY).status_code == 200


def test_a_retired_device_is_left_alone_until_it_comes_back(keeper, registered, owner):
    path = f"{DEVICES}/WL-0001"
    retired = keeper.post(f"{path}/retirement", json={"reason": "桥梁拆除"}, headers=ANY)
    assert retired.json()["retired_reason"] == "桥梁拆除"
    again = keeper.post(f"{path}/retirement", json={"reason": "again"}, headers=ANY)
    assert again.status_code == 409
    assert changed(keeper, retired, name="x").json()["code"] == "device_retired"
    assert keeper.post(f"{path}/credential").status_code == 409
    assert keeper.get(DEVICES).json()["items"] == []
    listed = keeper.get(DEVICES, params={"retired": True}).json()["items"]
    assert [device["device_id"] for device in listed] == ["WL-0001"]
    back = keeper.delete(f"{path}/retirement", headers=ANY)
    (stored,) = owner.execute("SELECT credential_hash FROM devices").fetchone()
    assert verify(back.json()["credential"], stored)
    twice = keeper.delete(f"{path}/retirement", headers=ANY)
    assert twice.json()["code"] == "device_not_retired"


def test_filters_that_mean_nothing_are_refused(keeper):
    wrong = ("kind=ship", "state=gone", "division=43%25", "limit=501", "limit=0", "after=x", "q=")
    assert {
        query: keeper.get(f"{DEVICES}?{query}").status_code for query in wrong
    } == dict.fromkeys(wrong, 422)


@pytest.fixture
def many(keeper, owner):
    """Twelve sensors in two districts and one camera, some of them heard of."""
    owner.execute("""
        INSERT INTO devices (device_id, kind, model, name, owner, division_code)
        SELECT 'S-' || lpad(i::text, 2, '0'), 'sensor', m.id, '路灯 ' || i, '路灯管理处 100%',
               CASE WHEN i % 2 = 0 THEN '430405001' ELSE '430408' END
        FROM generate_series(1, 12) i, device_models m WHERE m.name = 'generic-lamp';
        INSERT INTO devices (device_id, kind, model, name, division_code)
        SELECT 'CAM_1', 'camera', m.id, '高点摄像机', '430405' FROM device_models m
        WHERE m.name = 'generic-camera';
        INSERT INTO device_status (device, state, reason, since, will_state, will_at)
        SELECT id, 'online', 'reporting', now(), 'online', '2026-11-22T01:00:00Z'
        FROM devices WHERE device_id IN ('S-01', 'S-02', 'CAM_1');
        INSERT INTO ledger (device, boot, committed, added, first_seen, last_seen, clock_skew)
        SELECT id, boot, '{[0,9)}', '{}', now(), '2026-11-22T02:00:00Z'::timestamptz
               + boot * interval '1 hour', boot
        FROM devices, generate_series(1, 3) boot WHERE device_id = 'S-01'""")
    return keeper


FOUND = (
    ("kind=camera", ["CAM_1"]),
    ("state=online", ["CAM_1", "S-01", "S-02"]),
    ("state=unknown&division=430408&limit=3", ["S-03", "S-05", "S-07"]),
    ("division=430405001&limit=2", ["S-02", "S-04"]),
    ("model=generic-camera", ["CAM_1"]),
    ("q=高点", ["CAM_1"]),
    ("q=cam_", ["CAM_1"]),
    ("q=s-1", ["S-10", "S-11", "S-12"]),
    ("q=100%25&limit=1", ["S-01"]),
    ("q=%25%25", []),
    ("q=路灯 3", ["S-03"]),
)


def test_a_list_is_narrowed_by_each_filter(many):
    for query, found in FOUND:
        items = many.get(f"{DEVICES}?{query}").json()["items"]
        assert [item["device_id"] for item in items] == found, query


def test_pages_give_every_device_once(many):
    seen, after = [], None
    while True:
        page = many.get(DEVICES, params={"limit": 5} | ({"after": after} if after else {})).json()
        seen += [item["device_id"] for item in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert seen == ["CAM_1", *(f"S-{i:02}" for i in range(1, 13))]


def test_a_list_shows_the_last_sign_of_life_of_any_boot(many):
    first, second = many.get(DEVICES, params={"q": "s-0", "limit": 2}).json()["items"]
    assert first["last_seen"] == "2026-11-22T05:00:00Z"
    assert first["clock_skew_seconds"] == 3.0
    assert second["last_seen"] == "2026-11-22T01:00:00Z"
    assert (first["state"], first["state_reason"]) == ("online", "reporting")


def test_a_page_is_one_statement(many):
    statements = []

    @sa.event.listens_for(sa.Engine, "before_cursor_execute")
    def note(_c, _cursor, statement, *_rest):
        statements.append(statement)

    many.get(DEVICES)
    sa.event.remove(sa.Engine, "before_cursor_execute", note)
    assert len([text for text in statements if "FROM devices" in text]) == 1


def test_the_order_of_a_models_quantities_cannot_be_changed_by_anybody(owner):
    for quantities in ("'{}'", "'{lamp_power,lamp_on}'", "'{lamp_on}'", "NULL"):
        with pytest.raises(psycopg.errors.IntegrityError):
            owner.execute(
                f"UPDATE device_models SET quantities = {quantities} WHERE name = 'generic-lamp'"
            )


UNTOUCHABLE = (
    "UPDATE devices SET device_id = 'x'",
    "UPDATE devices SET model = 1",
    "DELETE FROM devices",
    "UPDATE quantities SET unit = 'km'",
    "DELETE FROM quantities",
    "UPDATE device_models SET kind = 'camera'",
)


def test_no_login_changes_what_stored_facts_rest_on(session):
    for statement in UNTOUCHABLE:
        with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
            session.execute(sa.text(statement))
        session.rollback()


def test_a_reader_of_revisions_misses_nothing_whatever_commits_first(database, keeper, registered):
    """A second writer cannot get, let alone commit, a number before the first has committed."""
    with psycopg.connect(database.ingest, autocommit=True) as reader:
        before = newest(reader)
        with transaction() as session:
            lock_register(session)
            session.execute(sa.text("UPDATE devices SET owner = '甲'"))
            answers = []
            second = threading.Thread(
                target=lambda: answers.append(keeper.post(f"{DEVICES}/WL-0001/credential"))
            )
            second.start()
            second.join(0.3)
            assert not answers
            assert newest(reader) == before
        second.join()
        assert answers[0].status_code == 200
        assert newest(reader) == before + 2
        changed_rows = reader.execute(
            "SELECT device_id FROM devices WHERE revision > %s", (before,)
        ).fetchall()
    assert changed_rows == [("WL-0001",)]
