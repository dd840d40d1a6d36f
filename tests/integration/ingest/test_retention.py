"""Retention: what is old goes by whole chunks, and never what may still be needed."""

from datetime import timedelta

import psycopg
import pytest
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from center.clock import now
from center.settings import IngestSettings
from ingest.series import retention
from ingest.series.retention import Retention
from ingest.series.rolling import roll
from tests.integration.databases import Database
from tests.integration.ingest import facts

DAY = timedelta(days=1)


def chunks(owner: psycopg.Connection, hypertable: str) -> int:
    row = owner.execute("SELECT count(*) FROM show_chunks(%s)", [hypertable]).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("hypertable", ["audit_log", "devices", "readings; DROP TABLE users", ""])
def test_nothing_but_facts_goes_by_age(session: Session, hypertable: str) -> None:
    with pytest.raises(DBAPIError, match="not kept by age"):
        retention.retire(session, Retention(hypertable, 90))


@pytest.mark.parametrize("hypertable", retention.RAW)
def test_what_could_come_again_is_not_forgotten(session: Session, hypertable: str) -> None:
    with pytest.raises(DBAPIError, match="still accepted"):
        retention.retire(session, Retention(hypertable, 7))


def test_the_role_of_ingest_may_not_drop(database: Database) -> None:
    with (
        psycopg.connect(database.ingest) as ingest,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        ingest.execute("SELECT retire_chunks('readings', now() - interval '90 days')")


def test_readings_that_are_not_rolled_up_cannot_be_dropped(session: Session, owner) -> None:
    device = facts.enrol(owner, "S-1")
    with psycopg.connect(owner.info.dsn, password=owner.info.password) as writer:
        facts.store(writer, [(device, now() - 100 * DAY, [1.0])])
    with pytest.raises(DBAPIError, match="not rolled up yet"):
        retention.retire(session, Retention("readings", 90))
    session.rollback()
    assert retention.retire(session, Retention("readings", 90, only_rolled=True)) == []
    assert chunks(owner, "readings") == 1


def test_old_chunks_go_and_their_rollups_stay(session: Session, owner) -> None:
    device = facts.enrol(owner, "S-1")
    with psycopg.connect(owner.info.dsn, password=owner.info.password) as writer:
        facts.store(writer, [(device, now() - age * DAY, [1.0]) for age in (100, 95, 89, 1)])
    while not roll().finished:
        pass
    for row in retention.plan(IngestSettings()):
        retention.retire(session, row)
        session.commit()
    assert chunks(owner, "readings") == 2
    rolled = session.connection().exec_driver_sql("SELECT count(*) FROM rollups_day").scalar_one()
    assert rolled == 4


def test_keeping_facts_shorter_than_late_ones_are_accepted_is_refused() -> None:
    for field, value in (("raw_retention_days", 7), ("ingest_accept_past_seconds", 8 * 86400)):
        with pytest.raises(ValidationError, match=field):
            IngestSettings(**{field: value})
    assert retention.plan(IngestSettings(raw_retention_days=8))


@pytest.mark.parametrize(
    ("licence", "wanted"), [("apache", False), ("timescale", True), ("", False)]
)
def test_columns_are_for_the_community_licence(licence: str, wanted: bool) -> None:
    assert retention.wants_columnstore(licence) is wanted


def test_the_server_of_the_local_stack_is_left_uncompressed(session: Session) -> None:
    assert retention.compress(session) is False
