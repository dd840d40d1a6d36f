"""Heartbeats: who lives, who is lost, and what a database that is away does to them."""

import os
import time

import psycopg
import pytest
from sqlalchemy.orm import Session

from center.processes import service
from center.processes.figures import QueueFigure
from center.processes.heartbeat import Heartbeat
from tests.integration.databases import Database
from tests.integration.patience import wait_for


def test_a_process_lives_on_while_the_database_is_away() -> None:
    heart = Heartbeat("api-1", "api", "postgresql://nobody@127.0.0.1:1/none", interval_seconds=0.05)
    heart.start()
    time.sleep(0.2)
    assert heart.last_beat is None
    heart.stop()


def test_a_cut_connection_costs_one_beat(database: Database, owner: psycopg.Connection) -> None:
    heart = Heartbeat("api-1", "api", database.app, interval_seconds=0.05)
    heart.start()
    owner.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE %s",
        ["hengyang-heartbeat%"],
    )
    cut_off = heart.last_beat
    wait_for(lambda: heart.last_beat is not None and heart.last_beat != cut_off)
    again = heart.last_beat
    wait_for(lambda: heart.last_beat != again)
    heart.stop()


@pytest.mark.parametrize("role", ["app", "ingest"])
def test_a_process_shows_itself_with_its_queues(
    database: Database, session: Session, role: str
) -> None:
    heart = Heartbeat(
        f"{role}-1",
        role,
        getattr(database, role),
        queues=lambda: [QueueFigure("intake", 7, 100, 0.5)],
        detail=lambda: {"connected": True},
    )
    heart.start()
    (found,) = service.processes(session)
    assert (found.name, found.kind, found.pid) == (f"{role}-1", role, os.getpid())
    assert found.state == "running"
    assert found.detail["connected"] is True
    assert service.queues([found]) == [QueueFigure(f"{role}-1:intake", 7, 100, 0.5)]
    heart.stop()
    session.rollback()
    assert [p.state for p in service.processes(session)] == ["stopped"]


def test_a_silent_process_is_lost_and_forgotten_after_a_day(
    database: Database, owner: psycopg.Connection, session: Session
) -> None:
    heart = Heartbeat("worker-1", "worker", database.app)
    heart.start()
    owner.execute("UPDATE processes SET last_beat = now() - interval '1 minute'")
    assert [p.state for p in service.processes(session)] == ["lost"]
    assert service.forget(session) == 0
    owner.execute("UPDATE processes SET last_beat = now() - interval '25 hours'")
    assert service.forget(session) == 1
    session.commit()
    heart.stop()
