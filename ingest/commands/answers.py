"""Answers of devices, taken out of a batch of events in the writer's own transaction."""

from collections.abc import Iterable
from typing import Any

import psycopg

from ingest import wire
from ingest.commands.repository import Answer, answer
from ingest.delivery import Delivery


def record_answers(cursor: psycopg.Cursor[Any], events: Iterable[Delivery]) -> None:
    """Closes the commands that these events answer."""
    rows = [found for event in events if (found := _answer(event)) is not None]
    if rows:
        answer(cursor, rows)


def _answer(event: Delivery) -> Answer | None:
    said = event.message
    if event.device is None or not isinstance(said, wire.Event):
        return None
    if said.name != wire.EVENT_ANSWER or said.command is None:
        return None
    return Answer(event.device.number, said.command, said.ok, said.detail)
