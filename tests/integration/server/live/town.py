"""Devices and their facts in the hands of a test, written as ingest writes them."""

from datetime import datetime
from typing import Any

import psycopg

from center.clock import now
from center.database import sql

HERE = (112.6072, 26.8967)
INNER, OUTER = "430405001002", "430408001001"  # communities of two districts

_ENTER = """
    INSERT INTO devices (device_id, kind, model, name, division_code, place)
    SELECT %(device_id)s, m.kind, m.id, %(name)s, %(division)s,
           CASE WHEN %(lon)s::float8 IS NOT NULL
                THEN ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326) END
    FROM device_models m WHERE m.name = %(model)s RETURNING id"""


class Town:
    """`owner` registers, `ingest` writes facts; each call is committed when it returns."""

    def __init__(self, owner: psycopg.Connection[Any], ingest: psycopg.Connection[Any]) -> None:
        self.owner, self.ingest = owner, ingest
        self.numbers: dict[str, int] = {}

    def enter(
        self,
        device_id: str,
        model: str = "generic-bin",
        division: str = INNER,
        place: tuple[float, float] | None = HERE,
    ) -> str:
        """A device of the register."""
        lon, lat = place or (None, None)
        names = {"device_id": device_id, "name": f"设备 {device_id}", "division": division,
                 "lon": lon, "lat": lat, "model": model}  # fmt: skip
        row = self.owner.execute(_ENTER, names).fetchone()
        assert row is not None
        self.numbers[device_id] = row[0]
        return device_id

    def change(self, device_id: str, assignment: str, *values: Any) -> None:
        """An edit of the register."""
        self.owner.execute(
            f"UPDATE devices SET {assignment} WHERE device_id = %s", [*values, device_id]
        )

    def read(self, device_id: str, *values: float | None, time: datetime | None = None) -> None:
        """A message with readings, in the order of the model's quantities."""
        literal = "{" + ",".join("NULL" if v is None else str(v) for v in values) + "}"
        self.write("latest_full", device_id, time, values=[literal])

    def drive(self, device_id: str, lon: float, lat: float, time: datetime | None = None) -> None:
        """A message with a position."""
        fix = {"lon": lon, "lat": lat, "speed_mps": 8.5, "heading_deg": 90.0, "accuracy_m": 3.0}
        self.write(
            "latest_positions", device_id, time, **{name: [value] for name, value in fix.items()}
        )

    def write(self, query: str, device_id: str, time: datetime | None, **columns: Any) -> None:
        moment = int((time or now()).timestamp() * 1_000_000)
        names = {"device": [self.numbers[device_id]], "time_us": [moment], "received_us": [moment]}
        with self.ingest.transaction():
            self.ingest.execute(sql("ingest", query), names | columns)
            self.ingest.execute("UPDATE commit_watermark SET commit_no = commit_no + 1")

    def state(self, device_id: str, state: str) -> None:
        """The judgement of the warden."""
        self.ingest.execute(
            "INSERT INTO device_status (device, state) VALUES (%s, %s)"
            " ON CONFLICT (device) DO UPDATE SET state = excluded.state",
            [self.numbers[device_id], state],
        )
