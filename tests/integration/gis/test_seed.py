"""Putting the city on the map: once, whole, and again only where the settings differ."""

import time

import psycopg
import pytest

from gis.components.placing import placings
from tests.integration.databases import Database
from tests.integration.gis.maps import put_in


def one(owner: psycopg.Connection, statement: str) -> object:
    row = owner.execute(statement).fetchone()
    assert row is not None
    return row[0]


def test_without_a_city_there_are_outlines_dictionary_and_landmarks_alone(
    database: Database, owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_in("none", monkeypatch)
    assert one(owner, "SELECT count(*) FROM divisions") == 13
    assert one(owner, "SELECT bool_and(source = 'cnmaps' AND ST_IsValid(geom)) FROM divisions")
    assert one(owner, "SELECT count(*) FROM components") == 0
    assert one(owner, "SELECT count(*) FROM dictionary WHERE kind = 'event'") > 50
    assert one(owner, "SELECT bool_and(division_code IS NOT NULL) FROM places")


def test_grids_fill_the_built_up_area_without_gap_or_overlap(
    small: Database, owner: psycopg.Connection
) -> None:
    assert one(owner, "SELECT count(*) FROM unit_grids") > 500
    wrong = """
        SELECT count(*) FROM (
            SELECT ST_CoverageInvalidEdges(geom) OVER () AS edges FROM unit_grids) AS checked
        WHERE edges IS NOT NULL"""
    assert one(owner, wrong) == 0
    difference = """
        SELECT max(ST_Area(ST_SymDifference(d.built_up, own.geom)::geography))
        FROM divisions d JOIN (
            SELECT substr(code, 1, 6) AS code, ST_Union(geom) AS geom FROM unit_grids
            GROUP BY 1) AS own USING (code)"""
    assert one(owner, difference) < 0.01
    outside = """
        SELECT count(*) FROM divisions WHERE built_up IS NOT NULL
          AND ST_Area(ST_Difference(built_up, geom)::geography) > 100"""
    assert one(owner, outside) == 0


def test_every_division_is_the_union_of_those_below_it(
    small: Database, owner: psycopg.Connection
) -> None:
    difference = """
        SELECT max(ST_Area(ST_SymDifference(above.geom, below.geom)::geography))
        FROM divisions above JOIN (
            SELECT parent AS code, ST_Union(geom) AS geom FROM divisions WHERE level = 4
            GROUP BY 1) AS below USING (code)"""
    assert one(owner, difference) < 0.01
    assert one(owner, "SELECT bool_and(ST_Intersects(label, geom)) FROM divisions")


def test_components_stand_in_the_grid_and_community_they_name(
    small: Database, owner: psycopg.Connection
) -> None:
    assert one(owner, "SELECT count(*) FROM components") == 2000
    assert one(owner, """
        SELECT count(*) FROM components c JOIN unit_grids g ON g.code = c.grid_code
        WHERE ST_Intersects(g.geom, c.place) AND g.community = c.division_code
          AND starts_with(c.code, substr(c.division_code, 1, 6))""") == 2000  # fmt: skip
    found = owner.execute("SELECT DISTINCT class_code FROM components").fetchall()
    assert {row[0] for row in found} == {row.code for row in placings()}
    lamps = "SELECT count(*) FROM components WHERE class_code = '0118'"
    assert 200 <= one(owner, lamps) <= 260
    assert one(owner, "SELECT bool_and(source = 'generated') FROM components")


def test_a_second_start_sees_that_all_is_there(
    small: Database, owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_at = "SELECT made_at FROM city_parts WHERE part = 'city'"
    before, started = one(owner, made_at), time.monotonic()
    put_in("small", monkeypatch)
    assert time.monotonic() - started < 5  # it takes milliseconds; another city seconds
    assert one(owner, made_at) == before


def test_another_size_replaces_the_city_and_leaves_what_was_entered(
    small: Database, owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner.execute("""
        INSERT INTO components (code, class_code, name_zh, division_code, state, place, started_on,
                                changed_on, source)
        VALUES ('4304080118900001', '0118', '路灯', '430408', 'intact',
                ST_SetSRID(ST_MakePoint(112.59, 26.885), 4326), '2026-01-01', '2026-01-01',
                'survey')""")
    put_in("none", monkeypatch)
    assert owner.execute("SELECT code FROM components").fetchall() == [("4304080118900001",)]
    assert one(owner, "SELECT count(*) FROM divisions") == 13
    put_in("small", monkeypatch)
    assert one(owner, "SELECT count(*) FROM components") == 2001
