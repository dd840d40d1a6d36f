"""Evidence has an end: quotas of a day, and an age after which nothing that is needed goes."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.orm import Session

from center.clock import now
from center.evidence import retention
from center.evidence.pending import Named, expect
from center.evidence.retention import EvidenceTooShort
from center.evidence.store import path as kept_at
from center.evidence.store import store
from center.settings import EvidenceSettings, IngestSettings, settings, var_dir
from tests.integration.center.pictures import PICTURE, basic, digest, path
from tests.integration.databases import Database
from tests.integration.http import Api

AGE = timedelta(days=183)


@pytest.fixture
def _no_holders() -> Iterator[None]:
    before = retention.HOLDERS[:]
    yield
    retention.HOLDERS[:] = before


def put(client: Api, content: bytes) -> int:
    return client.put(path(content), content=content, headers=basic("EP-1")).status_code


def files() -> set[str]:
    folder: Path = var_dir() / "evidence"
    return {file.name for file in folder.rglob("*") if file.is_file()}


def grow_old(owner: psycopg.Connection, *contents: bytes, days: int = 200) -> None:
    for content in contents:
        owner.execute(
            "UPDATE evidence SET first_seen = now() - %(age)s, stored_at = now() - %(age)s,"
            " last_named_at = NULL WHERE sha256 = sha256(%(content)s)",
            {"age": timedelta(days=days), "content": content},
        )


def retire(session: Session) -> int:
    gone = retention.retire(session, store(), AGE)
    session.commit()
    return gone


def test_an_age_at_which_a_fact_could_still_name_it_is_refused() -> None:
    facts = IngestSettings.model_construct(raw_retention_days=180)
    evidence = EvidenceSettings.model_construct(evidence_retention_days=183)
    with pytest.raises(EvidenceTooShort):
        retention.age(evidence, facts)


def test_what_is_young_or_was_named_again_stays(
    client: Api, device: int, database: Database, owner: psycopg.Connection, session: Session
) -> None:
    young, named, sent = PICTURE + b"1", PICTURE + b"2", PICTURE + b"3"
    for content in (young, named, sent):
        assert put(client, content) == 201
    grow_old(owner, named, sent)
    grow_old(owner, young, days=180)
    with psycopg.connect(database.ingest) as ingest, ingest.cursor() as cursor:
        expect(cursor, [Named(digest(named), device, "430405", now())])
    assert put(client, sent) == 200
    assert retire(session) == 0
    assert len(files()) == 3


def test_what_is_old_goes_with_its_file_and_may_come_again(
    client: Api, device: int, owner: psycopg.Connection, session: Session
) -> None:
    put(client, PICTURE)
    grow_old(owner, PICTURE)
    assert retire(session) == 1
    assert files() == set()
    assert client.as_role("operator").get(path(PICTURE)).status_code == 404
    assert put(client, PICTURE) == 201


def test_a_file_that_is_gone_already_does_not_stop_the_rest(
    client: Api, device: int, owner: psycopg.Connection, session: Session
) -> None:
    for content in (PICTURE, PICTURE + b"2"):
        put(client, content)
    grow_old(owner, PICTURE, PICTURE + b"2")
    (var_dir() / "evidence" / kept_at(digest(PICTURE))).unlink()
    assert retire(session) == 2
    assert files() == set()


@pytest.mark.usefixtures("_no_holders")
def test_what_something_living_names_stays(
    client: Api, device: int, owner: psycopg.Connection, session: Session
) -> None:
    put(client, PICTURE)
    grow_old(owner, PICTURE)
    retention.HOLDERS.append("EXISTS (SELECT FROM devices WHERE id = evidence.device)")
    assert retire(session) == 0


def test_a_device_that_has_sent_its_share_is_refused_until_tomorrow(
    client: Api, device: int, owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HENGYANG_EVIDENCE_DEVICE_DAY_BYTES", str(1024**2))
    settings.cache_clear()
    assert put(client, PICTURE + bytes(1024**2)) == 201
    answer = client.put(path(b"x"), content=b"x", headers=basic("EP-1"))
    assert (answer.status_code, answer.json()["code"]) == (429, "quota_used")
    assert int(answer.headers["Retry-After"]) > 60
    owner.execute("UPDATE evidence_days SET day = day - 1")
    assert put(client, PICTURE) == 201


def test_a_user_without_a_division_may_send_nothing(client: Api) -> None:
    answer = client.as_role("inspector", divisions=[]).put(path(PICTURE), content=PICTURE)
    assert (answer.status_code, answer.json()["code"]) == (403, "no_division")
