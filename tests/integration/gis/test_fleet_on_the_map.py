"""Simulated devices stand on the map's roads, in the community they are registered in."""

from pathlib import Path

import msgspec
import psycopg
import pytest

from center.database import reading
from server.simulation import enlist, settled, streets
from simulators.fleet import describe
from simulators.scenario import load
from tests.integration.databases import Database

BRISK = load("tests/scenarios/brisk.toml")


def test_without_roads_the_fleet_keeps_to_the_streets_drawn_by_hand(
    database: Database, tmp_path: Path
) -> None:
    assert streets(tmp_path / "streets.geojson") is None
    assert list(tmp_path.iterdir()) == []


def test_a_place_outside_every_division_keeps_its_district(small: Database) -> None:
    [spec] = describe(BRISK)[:1]
    with reading() as session:
        assert settled(session, [spec._replace(lon=112.94, lat=28.23)])[0].division == spec.division
        assert settled(session, []) == []


def test_devices_stand_beside_the_roads_of_the_map_in_their_community(
    small: Database, owner: psycopg.Connection, tmp_path: Path
) -> None:
    drawn = streets(tmp_path / "simulators" / "streets.geojson")
    assert drawn is not None
    scenario = msgspec.structs.replace(BRISK, streets=drawn)
    specs = describe(scenario)
    assert specs == describe(scenario)
    enlist(specs, tmp_path / "credentials.json")
    rows = owner.execute("""
        SELECT d.device_id, d.division_code, g.community,
               (SELECT min(ST_Distance(r.geom::geography, d.place::geography)) FROM roads r)
        FROM devices d LEFT JOIN unit_grids g ON ST_Intersects(g.geom, d.place)
        WHERE d.place IS NOT NULL""").fetchall()
    assert len(rows) > 10
    assert max(row[3] for row in rows) < 20
    assert [row for row in rows if row[2] and row[1] != row[2]] == []
    inside = [row for row in rows if row[2]]
    assert len(inside) / len(rows) == pytest.approx(1, abs=0.2)
