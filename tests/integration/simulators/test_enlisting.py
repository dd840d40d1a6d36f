"""Simulated devices in the register: enlisted once, with credentials that fit."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ingest.devices import desk
from ingest.devices.repository import Filters
from server.simulation import BrokerUnaware, EnlistingFailed, await_broker, enlist
from simulators.fleet import describe
from simulators.links.link import Broker
from simulators.scenario import load
from tests.integration.audits import actions

BRISK = describe(load("tests/scenarios/brisk.toml"))

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "simulators" / "credentials.json"


def test_a_row_the_register_refuses_is_named_and_nothing_is_enlisted(file: Path) -> None:
    wrong = [BRISK[0], BRISK[1]._replace(division="Hengyang")]
    with pytest.raises(EnlistingFailed, match=f"{wrong[1].device_id}, division"):
        enlist(wrong, file)
    assert not file.exists()
    assert list(desk.everything(Filters())) == []


def test_nobody_at_the_brokers_address_is_said(file: Path) -> None:
    with pytest.raises(BrokerUnaware, match="does not answer"):
        await_broker(Broker("127.0.0.1", 1), {"a": "b"}, 0.0)


def test_every_device_is_registered_with_all_that_is_known_of_it(file: Path) -> None:
    secrets = enlist(BRISK, file)
    assert set(secrets) == {spec.device_id for spec in BRISK}
    assert file.stat().st_mode & 0o777 == 0o600
    assert json.loads(file.read_text()) == secrets
    found = {device.device_id: device for device in desk.everything(Filters())}
    for spec in BRISK:
        device = found[spec.device_id]
        assert (device.name, device.kind, device.model) == (spec.name, spec.kind, spec.model)
        assert device.division == spec.division
        assert device.expected_interval_seconds == round(spec.expected_interval)
        assert (device.place is None) == (spec.lon is None)


def test_a_second_start_changes_nothing(file: Path) -> None:
    assert enlist(BRISK, file) == enlist(BRISK, file)


def test_a_larger_fleet_adds_what_is_missing(file: Path) -> None:
    few = enlist(BRISK[:5], file)
    everyone = enlist(BRISK, file)
    assert few.items() <= everyone.items()
    assert len(everyone) == len(BRISK)


def test_lost_credentials_are_renewed(file: Path) -> None:
    before = enlist(BRISK, file)
    file.unlink()
    after = enlist(BRISK, file)
    assert after.keys() == before.keys()
    assert all(after[name] != before[name] for name in before)
    assert enlist(BRISK, file) == after


def test_a_credential_that_somebody_renewed_is_renewed_once_more(file: Path) -> None:
    before = enlist(BRISK, file)
    changed = BRISK[3].device_id
    desk.rotate(changed)
    after = enlist(BRISK, file)
    assert after[changed] != before[changed]
    assert {n: s for n, s in after.items() if n != changed} == {
        n: s for n, s in before.items() if n != changed
    }


def test_a_retired_device_is_left_in_peace(file: Path) -> None:
    enlist(BRISK, file)
    desk.retire(BRISK[0].device_id, "broken")
    assert set(enlist(BRISK, file)) == {spec.device_id for spec in BRISK[1:]}


def test_a_device_that_stands_elsewhere_now_is_moved_and_others_keep_their_names(
    file: Path, session: Session
) -> None:
    enlist(BRISK, file)
    lamp, *others = [spec for spec in BRISK if spec.lon is not None and spec.lat is not None]
    session.execute(
        sa.text("UPDATE devices SET name = '改过的名字' WHERE device_id = :id"),
        {"id": others[0].device_id},
    )
    session.commit()
    assert lamp.lon is not None
    moved = lamp._replace(name="新路口路灯", lon=lamp.lon + 0.01, division="430405")
    specs = [moved if spec is lamp else spec for spec in BRISK]
    assert enlist(specs, file) == enlist(specs, file)
    found = {device.device_id: device for device in desk.everything(Filters())}
    place = found[lamp.device_id].place
    assert place is not None
    assert place.coordinates == pytest.approx((moved.lon, moved.lat))
    assert (found[lamp.device_id].name, found[lamp.device_id].division) == (moved.name, "430405")
    assert found[others[0].device_id].name == "改过的名字"
    [told] = actions(session, "device.move")
    assert told.detail == {"count": 1, "devices": [lamp.device_id]}


def test_a_device_of_somebody_else_stays_where_it_is(file: Path, session: Session) -> None:
    enlist(BRISK[:1], file)
    session.execute(sa.text("UPDATE devices SET owner = '市政'"))
    session.commit()
    assert BRISK[0].lon is not None
    enlist([BRISK[0]._replace(lon=BRISK[0].lon + 0.01)], file)
    [device] = desk.everything(Filters())
    assert device.place is not None
    assert device.place.coordinates[0] == pytest.approx(BRISK[0].lon)
    assert actions(session, "device.move") == []
