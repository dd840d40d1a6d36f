"""Sites over HTTP: what they watch, who may say so, and lanes that were only seen."""

import psycopg
import pytest
from sqlalchemy.orm import Session

from tests.integration.audits import actions
from tests.integration.http import Api
from tests.integration.ingest.writing import enrol

PATH = "/api/v1/traffic/sites"
SITE = {
    "crossing": "解放大道与船山大道路口",
    "direction": "n",
    "lanes": [{"lane": 2, "movements": ["through", "right"]}, {"lane": 1, "movements": ["left"]}],
}


@pytest.fixture
def site(owner: psycopg.Connection) -> int:
    enrol(owner, "D-1")
    return enrol(owner, "E-1", "epolice")


def put(api: Api, version: str = '"0"', device: str = "E-1", **changed: object):
    return api.put(f"{PATH}/{device}", json=SITE | changed, headers={"If-Match": version})


def test_who_may_not_register_or_lives_elsewhere_changes_nothing(client: Api, site: int) -> None:
    assert put(client.as_role("analyst")).status_code == 403
    elsewhere = client.as_role("sysadmin", divisions=["430406"])
    assert put(elsewhere).status_code == 404
    assert elsewhere.get(PATH).json()["items"] == []
    assert put(client.as_role("sysadmin"), device="D-1").status_code == 404  # not e-police


@pytest.mark.parametrize(
    "wrong",
    [
        {"lanes": []},
        {"lanes": [{"lane": 33}]},
        {"lanes": [{"lane": 1}, {"lane": 1}]},
        {"direction": "up"},
        {"crossing": " "},
        {"lanes": [{"lane": 1, "movements": ["fly"]}]},
        {"lanes": [{"lane": 1, "approach": "up"}]},
        {"direction": None},  # nor do its lanes have one
    ],
)
def test_what_cannot_be_is_refused(client: Api, site: int, wrong: dict[str, object]) -> None:
    assert put(client.as_role("sysadmin"), **wrong).status_code == 422


def test_a_site_is_registered_changed_and_audited(client: Api, site: int, session: Session) -> None:
    admin = client.as_role("sysadmin")
    assert admin.get(f"{PATH}/E-1").json()["registered"] is False
    first = put(admin)
    assert first.status_code == 200, first.text
    assert [lane["lane"] for lane in first.json()["lanes"]] == [1, 2]
    assert first.json()["lanes"][1]["movements"] == ["through", "right"]
    assert put(admin).status_code == 412  # the version is 1 now
    second = put(admin, first.headers["etag"], lanes=[{"lane": 3, "use": "bus"}])
    assert [(one["lane"], one["use"]) for one in second.json()["lanes"]] == [(3, "bus")]
    assert [row.object_id for row in actions(session, "site.register")] == ["E-1", "E-1"]
    [listed] = admin.get(PATH, params={"q": "船山", "registered": True}).json()["items"]
    assert listed == second.json()


def test_lanes_that_were_only_seen_stand_beside_registered_ones(
    client: Api, owner: psycopg.Connection, site: int
) -> None:
    owner.execute("INSERT INTO traffic_lanes_seen VALUES (%(d)s, 1, now()), (%(d)s, 4, now())",
                  {"d": site})  # fmt: skip
    admin = client.as_role("sysadmin")
    lanes = admin.get(f"{PATH}/E-1").json()["lanes"]
    assert [(lane["lane"], lane["registered"]) for lane in lanes] == [(1, False), (4, False)]
    lanes = put(admin).json()["lanes"]
    assert [(lane["lane"], lane["registered"], lane["last_seen"] is None) for lane in lanes] == [
        (1, True, False), (2, True, True), (4, False, False)
    ]  # fmt: skip


def test_lanes_of_several_approaches_count_anew_on_each(client: Api, site: int) -> None:
    lanes = [{"lane": n, "approach": "n" if n < 3 else "e"} for n in (1, 2, 3, 4)]
    shown = put(client.as_role("sysadmin"), direction=None, lanes=lanes).json()
    assert shown["direction"] is None
    assert shown["registered"] is True
    assert [(lane["approach"], lane["approach_lane"]) for lane in shown["lanes"]] == [
        ("n", 1), ("n", 2), ("e", 1), ("e", 2)
    ]  # fmt: skip
