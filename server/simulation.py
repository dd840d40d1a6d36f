"""Simulated devices in the real register: enlisted like others, with their own credentials."""

import csv
import io
import json
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.audit.service import audit
from center.database import sql, transaction
from center.errors import HengyangError
from center.identity.caller import Caller, system
from gis.divisions.service import finest_of
from ingest.devices import service
from ingest.devices.credentials import verify
from ingest.devices.enrolment import service as enrolment
from ingest.devices.models import Device
from ingest.devices.revision import lock_register
from simulators import credentials
from simulators.links.knock import accepts
from simulators.links.link import Broker
from simulators.spec import DeviceSpec

OWNER = "仿真 simulated"
KNOCK_SECONDS = 0.5
MOST_NAMED = 100  # moved devices in one entry of the audit trail
_ROADS = sa.text("""
    SELECT name_zh, class, ST_AsGeoJSON(geom, 7) FROM roads
    WHERE class IN ('expressway', 'main', 'secondary', 'branch') AND name_zh <> ''
      AND division_code IN ('430405', '430406', '430407', '430408')
    ORDER BY id""")
HEADINGS = (
    "device_id", "name", "model", "kind", "division", "owner", "lon", "lat",
    "expected_interval_seconds", "camera_number",
)  # fmt: skip


class EnlistingFailed(HengyangError):
    """The register does not take the simulated devices."""


class BrokerUnaware(HengyangError):
    """The broker does not know the simulated devices: is `hengyang ingest` running?"""


def enlist(specs: Sequence[DeviceSpec], file: Path) -> dict[str, str]:
    """Registers what is missing, moves what stands elsewhere now, renews credentials that do not
    fit; gives those of all devices.

    Devices that somebody has retired are left out. `file` keeps the credentials.

    Raises:
        EnlistingFailed: the register refuses a row.
    """
    caller = replace(system("simulator"), divisions=("",))
    with transaction() as session:
        lock_register(session)
        known = credentials.read(file)
        register = _register(session, [spec.device_id for spec in specs])
        placed = settled(session, specs)
        given = _enrol(session, caller, [s for s in placed if s.device_id not in register])
        _move(session, caller, placed)
        for device_id, (hashed, retired) in register.items():
            if not retired and not verify(known.get(device_id, ""), hashed):
                given[device_id] = service.rotate_credential(session, caller, device_id)[1]
        if given:
            # Inside the transaction: no device without its credential on the disk.
            credentials.write(file, known | given)
    retired_ids = {device_id for device_id, (_, retired) in register.items() if retired}
    secrets = known | given
    return {s.device_id: secrets[s.device_id] for s in specs if s.device_id not in retired_ids}


def settled(session: Session, specs: Sequence[DeviceSpec]) -> list[DeviceSpec]:
    """The same devices, each in the smallest division of the map that its place lies in."""
    standing = [spec for spec in specs if spec.lon is not None and spec.lat is not None]
    found = finest_of(
        session,
        [spec.lon for spec in standing if spec.lon is not None],
        [spec.lat for spec in standing if spec.lat is not None],
    )
    known = {spec.device_id: place.division for spec, place in zip(standing, found, strict=True)}
    return [spec._replace(division=known.get(spec.device_id) or spec.division) for spec in specs]


def streets(file: Path) -> str | None:
    """Writes the roads of the map's urban districts for a fleet to drive on; gives their file.

    None: the map has none, and the fleet keeps to the streets drawn by hand.
    """
    with transaction() as session:
        found = session.execute(_ROADS).all()
    if not found:
        return None
    features = [
        {
            "type": "Feature",
            "properties": {"name": name, "class": kind},
            "geometry": json.loads(shape),
        }
        for name, kind, shape in found
    ]
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".partial")
    partial.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    partial.replace(file)
    return str(file)


def await_broker(broker: Broker, secrets: dict[str, str], seconds: float) -> None:
    """Waits until the broker lets the newest device in.

    Raises:
        BrokerUnaware: it does not, or there is no broker.
    """
    deadline = time.monotonic() + seconds
    device_id = next(reversed(secrets))
    while True:
        try:
            if accepts(broker, device_id, secrets[device_id]):
                return
            problem: OSError | None = None
        except OSError as error:
            problem = error
        if time.monotonic() > deadline:
            raise BrokerUnaware(f"The broker does not answer: {problem}" if problem else None)
        time.sleep(KNOCK_SECONDS)


def _register(session: Session, device_ids: list[str]) -> dict[str, tuple[str | None, bool]]:
    """Hash of the credential and whether it is retired, of each device that is known."""
    chosen = sa.select(Device.device_id, Device.credential_hash, Device.retired_at).where(
        Device.device_id == sa.any_(sa.literal(device_ids, sa.ARRAY(sa.Text)))
    )
    return {name: (hashed, at is not None) for name, hashed, at in session.execute(chosen)}


def _move(session: Session, caller: Caller, specs: Sequence[DeviceSpec]) -> None:
    """Devices of ours stand where the world has them, which another map or program may move."""
    standing = [spec for spec in specs if spec.lon is not None and spec.lat is not None]
    moved = session.scalars(
        sa.text(sql("server", "move_devices")),
        {
            "owner": OWNER,
            "device_id": [spec.device_id for spec in standing],
            "name": [spec.name for spec in standing],
            "division": [spec.division for spec in standing],
            "lon": [spec.lon for spec in standing],
            "lat": [spec.lat for spec in standing],
        },
    ).all()
    if moved:
        audit(
            session,
            caller,
            "device.move",
            "device",
            devices=sorted(moved)[:MOST_NAMED],
            count=len(moved),
        )


def _enrol(session: Session, caller: Caller, specs: Sequence[DeviceSpec]) -> dict[str, str]:
    if not specs:
        return {}
    options = enrolment.Options(all_or_nothing=True)
    enrolled = enrolment.enrol(session, caller, io.BytesIO(_table(specs)), options)
    if enrolled.report.problems:
        found = enrolled.report.problems[0]
        raise EnlistingFailed(f"{specs[found.row - 2].device_id}, {found.field}: {found.message}")
    return dict(enrolled.credentials)


def _table(specs: Sequence[DeviceSpec]) -> bytes:
    """An enrolment file; what speaks by chance has the longest silence as its interval."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADINGS)
    for s in specs:
        place = ("", "") if s.lon is None else (s.lon, s.lat)
        interval = max(1, round(s.expected_interval))
        number = s.camera_number and s.division[:6] + s.camera_number[6:]
        row = (s.device_id, s.name, s.model, s.kind, s.division, OWNER, *place, interval, number)
        writer.writerow(row)
    return text.getvalue().encode()
