"""What COPY stores is what the device said, in every stream and every shade of absence."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from ingest.facts import FACT_TABLES
from tests.integration.databases import Database
from tests.integration.ingest.writing import (
    FULL,
    MINUTE_AGO,
    POISON,
    Pen,
    enrol,
    pen,
    recent,
    refuse,
)
from tests.messages import PICTURE, VEHICLE

DEVICES = {"D-1": "sensor", "V-1": "vehicle", "E-1": "epolice"}
SENDERS = {"readings": "D-1", "event": "D-1", "position": "V-1", "pass": "E-1", "violation": "E-1"}
PLACE = {"lon": 112.6123456789, "lat": 26.9, "speed_mps": 8.25, "heading_deg": 359.5}


@pytest.fixture
def writer(database: Database, owner: psycopg.Connection) -> Any:
    for device_id, kind in DEVICES.items():
        enrol(owner, device_id, kind)
    with pen(database.ingest) as made:
        yield made


def stored(writer: Pen, stream: str) -> list[dict[str, Any]]:
    with writer.connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(f"SELECT * FROM {FACT_TABLES[stream].table} ORDER BY seq").fetchall()
    writer.connection.commit()
    return rows


SAID: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("readings", {"readings": FULL}, {"values": [1.0, 2.0, 3.6, -70.0]}),
    ("readings", {"readings": {"flow_rate": 0.1}}, {"values": [None, 0.1, None, None]}),
    ("readings", {"readings": {"flow_rate": -0.0, "water_level": 60}},
     {"values": [60.0, -0.0, None, None]}),
    ("position", PLACE, PLACE | {"accuracy_m": None}),
    ("position", PLACE | {"accuracy_m": 2.5}, PLACE | {"accuracy_m": 2.5}),
    ("pass", VEHICLE, VEHICLE),
    ("pass", {"plate": "", "plate_colour": "unknown", "speed_mps": None, "evidence": []},
     {"plate": "", "plate_colour": "unknown", "speed_mps": None, "evidence": []}),
    ("pass", {"evidence": [PICTURE, "0" * 64]}, {"evidence": [PICTURE, "0" * 64]}),
    ("violation", {"plate": "湘D·警0001", "code": "1625", "limit_mps": 16.5},
     VEHICLE | {"plate": "湘D·警0001", "code": "1625", "limit_mps": 16.5}),
    ("violation", {"speed_mps": None, "limit_mps": None, "evidence": []},
     {"speed_mps": None, "limit_mps": None, "evidence": []}),
    ("event", {}, {"name": "door_opened", "command": None, "ok": None, "detail": None}),
    ("event", {"name": "answer", "command": "x", "ok": True, "detail": "好\n“引号”\\"},
     {"name": "answer", "command": "x", "ok": True, "detail": "好\n“引号”\\"}),
    ("event", {"ok": False, "detail": ""}, {"ok": False, "detail": ""}),
]  # fmt: skip


def test_what_was_said_is_what_is_stored(writer: Pen) -> None:
    sent = [recent(SENDERS[s], s, boot=2**62, seq=2**62 - n, **said)
            for n, (s, said, _) in enumerate(SAID)]  # fmt: skip
    batch = writer.take_batch()
    assert writer.write(*sent, batch=batch).stored == len(SAID)
    rows = {row["seq"]: row for stream in SENDERS for row in stored(writer, stream)}
    for made, (_, _, kept) in zip(sent, SAID, strict=True):
        assert made.device is not None
        assert made.message is not None
        row = rows[made.message.seq]
        assert {name: row[name] for name in kept} == kept
        assert (row["device"], row["boot"]) == (made.device.number, 2**62)
        assert (row["digest"], row["batch"]) == (made.digest, batch)
        assert row["time"] == MINUTE_AGO
        assert row["received_at"] == MINUTE_AGO + timedelta(seconds=0.2)


def test_all_streams_go_in_one_batch(writer: Pen) -> None:
    batch = [recent(SENDERS[s], s, seq=n) for n, s in enumerate(SENDERS)]
    assert writer.write(*batch).stored == len(SENDERS)
    assert [len(stored(writer, stream)) for stream in SENDERS] == [1] * len(SENDERS)


def test_pictures_that_a_message_names_are_expected(writer: Pen) -> None:
    writer.write(recent("E-1", "pass"), recent("E-1", "violation", seq=1))
    assert writer.all("SELECT encode(sha256, 'hex'), state, division_code FROM evidence") == [
        (PICTURE, "pending", "430405")
    ]


def test_an_answer_closes_its_command(writer: Pen, owner: psycopg.Connection) -> None:
    (command,) = owner.execute(
        "INSERT INTO commands (device, name, requested_by, deadline) SELECT id, 'reboot', 'test',"
        " now() + interval '1 minute' FROM devices WHERE device_id = 'D-1' RETURNING id::text"
    ).fetchone() or ("",)
    writer.write(recent(stream="event", name="answer", command=command, ok=True, detail="ok"))
    assert writer.all("SELECT state, detail FROM commands") == [("answered", "ok")]


def test_a_fact_that_the_database_does_not_take_is_refused_alone(
    writer: Pen, owner: psycopg.Connection
) -> None:
    """The writer then halves the batch until this message is alone."""
    refuse(owner)
    with pytest.raises(psycopg.IntegrityError):
        writer.write(recent(stream="event", detail=POISON))
    writer.connection.rollback()
    alone = recent(stream="event", detail=POISON)
    alone.unstorable = "violates check constraint"
    assert writer.write(alone).dead_letters == 1
    assert writer.letters() == [("unstorable", True, 0)]
