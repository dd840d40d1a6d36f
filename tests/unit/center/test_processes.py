"""What silence of a process means."""

from datetime import UTC, datetime, timedelta

import pytest

from center.processes.service import LOST_AFTER, Process, queues, state_at

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "age", "state"),
    [
        ("running", LOST_AFTER + timedelta(seconds=1), "lost"),
        ("running", LOST_AFTER, "running"),
        ("running", timedelta(0), "running"),
        ("running", timedelta(seconds=-3), "running"),  # a beat after our look at the clock
        ("stopped", timedelta(days=3), "stopped"),
    ],
)
def test_a_silent_process_is_lost_unless_it_said_farewell(said, age, state) -> None:
    assert state_at(said, NOW - age, NOW) == state


def test_only_queues_of_running_processes_count() -> None:
    queue = {"name": "intake", "length": 3, "limit": 9, "oldest_seconds": None}
    detail = {"queues": [queue | {"of_a_newer_program": 1}]}
    rows = [
        Process(name, "ingest", 1, "h", NOW, NOW, state, detail)
        for name, state in (("ingest-1", "running"), ("ingest-2", "lost"))
    ]
    assert [(q.name, q.length, q.limit) for q in queues(rows)] == [("ingest-1:intake", 3, 9)]
