"""Number plates are shown to who may see them, and each look at them is told of."""

import psycopg
import pytest
from sqlalchemy.orm import Session

from ingest.devices.credentials import hash_credential
from tests.integration.audits import actions
from tests.integration.center.pictures import PICTURE, SECRET, basic, digest, path
from tests.integration.databases import Database
from tests.integration.http import Api
from tests.integration.ingest.writing import Pen, enrol, pen, recent

PASSES = "/api/v1/devices/E-1/passes"
MESSAGES = "/api/v1/devices/E-1/messages"


@pytest.fixture
def site(owner: psycopg.Connection, database: Database) -> int:
    number = enrol(owner, "E-1", "epolice")
    owner.execute(
        "UPDATE devices SET credential_hash = %s, credential_rotated_at = now()",
        [hash_credential(SECRET)],
    )
    return number


@pytest.fixture
def writer(database: Database, site: int):
    with pen(database.ingest) as writing:
        writing.write(
            recent("E-1", "pass", seq=0, evidence=[digest(PICTURE)]),
            recent("E-1", "pass", seq=1, plate="无牌"),
            recent("E-1", "pass", seq=2, plate=""),
            recent("E-1", "violation", seq=3),
        )
        yield writing


def plates(api: Api, address: str) -> list[str]:
    items = api.get(address).json()["items"]
    return sorted({(item.get("vehicle") or item)["plate"] for item in items})


def test_who_may_not_see_plates_gets_masks_and_may_not_search(
    client: Api, writer: Pen, session: Session
) -> None:
    analyst = client.as_role("analyst")
    assert plates(analyst, PASSES) == ["", "***", "湘D·1**45"]
    assert plates(analyst, MESSAGES) == ["", "***", "湘D·1**45"]
    answer = analyst.get(PASSES, params={"plate": "湘D12345"})
    assert (answer.status_code, answer.json()["code"]) == (403, "plates_withheld")
    assert [row.result for row in actions(session, "plate.search")] == ["refused"]
    assert actions(session, "plate.reveal") == []


def test_each_look_and_each_search_is_audited(client: Api, writer: Pen, session: Session) -> None:
    operator = client.as_role("operator")
    assert plates(operator, PASSES) == ["", "无牌", "湘D12345"]
    assert plates(operator, MESSAGES) == ["", "无牌", "湘D12345"]
    for _ in range(2):
        assert len(operator.get(PASSES, params={"plate": "湘D12345"}).json()["items"]) == 1
    searches = actions(session, "plate.search")
    assert [(row.result, row.detail["plate"]) for row in searches] == [("ok", "湘D12345")] * 2
    revealed = actions(session, "plate.reveal")
    assert {row.object_id for row in revealed} == {"E-1"}
    assert len(revealed) == 2  # of passes and of messages; the same within a minute is one


@pytest.mark.parametrize("picture_first", [True, False])
def test_a_picture_with_a_plate_needs_the_right_whichever_came_first(
    client: Api, owner: psycopg.Connection, site: int, database: Database, session: Session,
    picture_first: bool,
) -> None:  # fmt: skip
    with pen(database.ingest) as writing:
        acts = [
            lambda: client.put(path(PICTURE), content=PICTURE, headers=basic("E-1")),
            lambda: writing.write(recent("E-1", "pass", seq=0, evidence=[digest(PICTURE)])),
        ]
        for act in acts if picture_first else reversed(acts):
            act()
    answer = client.as_role("inspector").get(path(PICTURE))
    assert (answer.status_code, answer.json()["code"]) == (403, "plates_withheld")
    assert client.as_role("operator").get(path(PICTURE)).content == PICTURE
    told = [(row.object_id, row.result) for row in actions(session, "plate.reveal")]
    assert told == [(digest(PICTURE), "refused"), (digest(PICTURE), "ok")]


def test_a_picture_of_somebody_else_that_a_pass_names_is_personal_from_then_on(
    client: Api, writer: Pen
) -> None:
    other = b"\xff\xd8\xff" + b"x" * 100
    inspector = client.as_role("inspector", divisions=["430405"])
    assert inspector.put(path(other), content=other).status_code == 201
    assert inspector.get(path(other)).status_code == 200
    writer.write(recent("E-1", "pass", seq=9, evidence=[digest(other)]))
    assert inspector.get(path(other)).status_code == 403


@pytest.mark.parametrize(
    ("content", "named", "code"),
    [
        (b"<html>no picture</html>", b"<html>no picture</html>", "unsupported_content"),
        (PICTURE, b"something else", "wrong_digest"),
    ],
)
def test_a_refused_upload_of_a_named_picture_is_noted_until_the_true_one_comes(
    client: Api, owner: psycopg.Connection, writer: Pen, content: bytes, named: bytes, code: str
) -> None:
    writer.write(recent("E-1", "pass", seq=9, evidence=[digest(named)]))
    assert client.put(path(named), content=content, headers=basic("E-1")).status_code in {415, 422}
    asked = "SELECT state, refused FROM evidence WHERE sha256 = %s"
    row = owner.execute(asked, [bytes.fromhex(digest(named))]).fetchone()
    assert row == ("pending", code)


def test_a_dead_letter_of_a_pass_shows_its_plate_to_who_may_see_it(
    client: Api, writer: Pen
) -> None:
    writer.write(recent("E-1", "pass", seq=9, lane=99))
    reader = client.as_role("operator")
    [letter] = reader.get("/api/v1/dead-letters").json()["items"]
    address = f"/api/v1/dead-letters/{letter['id']}"
    assert "湘D12345" in reader.get(address).json()["payload"]["text"]
    payload = client.as_role("sysadmin").get(address).json()["payload"]
    assert (payload["text"], payload["hex"], payload["withheld"]) == ("", "", True)
