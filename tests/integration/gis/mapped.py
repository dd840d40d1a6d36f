"""A small map for tests: two districts of squares, with points scattered over them."""

from collections.abc import Iterator
from typing import Any

import httpx
import psycopg

from server.benches.tiles import tile_at
from server.benches.vector_tile import Feature, Layer, read

EAST, WEST = "430405", "430407"
CITY = (112.4, 26.7, 112.8, 27.0)
MIDDLE = 112.6  # degrees east: the border of the two districts

# A district is halved into streets from south to north, a street into communities.
DIVISIONS = """
INSERT INTO divisions (code, level, parent, name_zh, name_en, pinyin, initials, geom, label, source)
SELECT code, level, parent, name_zh, name_en, pinyin, initials, ST_Multi(box), ST_Centroid(box),
       'test'
FROM (VALUES
    ('4304', 1::smallint, NULL, '衡阳市', 'Hengyang', 'hengyangshi', 'hys',
     ST_MakeEnvelope(112.4, 26.7, 112.8, 27.0, 4326)),
    ('430405', 2, '4304', '珠晖区', 'Zhuhui District', 'zhuhuiqu', 'zhq',
     ST_MakeEnvelope(112.6, 26.7, 112.8, 27.0, 4326)),
    ('430407', 2, '4304', '石鼓区', 'Shigu District', 'shiguqu', 'sgq',
     ST_MakeEnvelope(112.4, 26.7, 112.6, 27.0, 4326))
) AS d (code, level, parent, name_zh, name_en, pinyin, initials, box)
UNION ALL
SELECT p.code || lpad(n::text, 3, '0'), 3, p.code, p.name || n || '街道', 'Subdistrict ' || n,
       'jiedao', 'jd', ST_Multi(b.box), ST_Centroid(b.box), 'test'
FROM (VALUES ('430405', '珠晖', 112.6), ('430407', '石鼓', 112.4)) AS p (code, name, west)
CROSS JOIN generate_series(1, 2) AS n
CROSS JOIN LATERAL (SELECT ST_MakeEnvelope(p.west, 26.55 + 0.15 * n, p.west + 0.2, 26.7 + 0.15 * n,
                                           4326) AS box) AS b
"""
COMMUNITIES = """
INSERT INTO divisions (code, level, parent, name_zh, name_en, pinyin, initials, geom, label, source)
SELECT s.code || '00' || n, 4, s.code, s.name_zh || n || '社区', 'Community ' || n, 'shequ', 'sq',
       ST_Multi(b.box), ST_Centroid(b.box), 'test'
FROM divisions s
CROSS JOIN generate_series(1, 2) AS n
CROSS JOIN LATERAL (
    SELECT ST_MakeEnvelope(ST_XMin(s.geom) + 0.1 * (n - 1), ST_YMin(s.geom),
                           ST_XMin(s.geom) + 0.1 * n, ST_YMax(s.geom), 4326) AS box) AS b
WHERE s.level = 3
"""
GRIDS = """
INSERT INTO unit_grids (code, community, geom, area_m2)
SELECT code || '01', code, ST_Envelope(geom)::geometry(Polygon, 4326), 10000
FROM divisions WHERE level = 4
"""
ROADS = """
INSERT INTO roads (id, name_zh, name_en, class, division_code, geom, source) VALUES
    (1, '衡州大道', 'Hengzhou Avenue', 'expressway', '430405',
     ST_GeomFromText('LINESTRING(112.41 26.85, 112.79 26.86)', 4326), 'test'),
    (2, '解放路', 'Jiefang Road', 'main', '430407',
     ST_GeomFromText('LINESTRING(112.5 26.71, 112.5 26.99)', 4326), 'test'),
    (3, '解放路', 'Jiefang Road', 'main', '430407',
     ST_GeomFromText('LINESTRING(112.5 26.99, 112.51 26.995)', 4326), 'test')
"""
# Most points lie crowded in the middle, some at one very place.
SPOTS = """
SELECT n,
       CASE n %% 10 WHEN 0 THEN 112.5001 ELSE 112.41 + 0.38 * (random() + random()) / 2 END AS lon,
       CASE n %% 10 WHEN 0 THEN 26.85 ELSE 26.71 + 0.28 * (random() + random()) / 2 END AS lat
FROM generate_series(1, %(count)s) AS n
"""
COMPONENTS = f"""
INSERT INTO components (code, class_code, name_zh, division_code, state, place, started_on,
                        changed_on, source, authority, note)
SELECT left(d.code, 6) || k.class || lpad(s.n::text, 6, '0'), k.class, k.name, d.code, 'intact',
       ST_SetSRID(ST_MakePoint(s.lon, s.lat), 4326), '2020-01-01', '2020-01-01', 'test',
       '城管局', 'not for everybody'
FROM ({SPOTS}) AS s
CROSS JOIN LATERAL (
    SELECT d.code FROM divisions d
    WHERE d.level = 4 AND ST_Covers(d.geom, ST_SetSRID(ST_MakePoint(s.lon, s.lat), 4326))
    ORDER BY d.code LIMIT 1) AS d
JOIN (VALUES (0, '0103', '雨水井盖'), (1, '0118', '路灯'), (2, '0303', '公厕指示牌'))
     AS k (turn, class, name) ON k.turn = s.n %% 3
"""
DEVICES = f"""
INSERT INTO devices (device_id, kind, model, name, division_code, place)
SELECT 'T-' || s.n, m.kind, m.id, '水位计' || s.n, d.code,
       ST_SetSRID(ST_MakePoint(s.lon, s.lat), 4326)
FROM ({SPOTS}) AS s
CROSS JOIN LATERAL (
    SELECT d.code FROM divisions d
    WHERE d.level = 4 AND ST_Covers(d.geom, ST_SetSRID(ST_MakePoint(s.lon, s.lat), 4326))
    ORDER BY d.code LIMIT 1) AS d
JOIN (SELECT row_number() OVER (ORDER BY id) - 1 AS turn, count(*) OVER () AS turns, id, kind
      FROM device_models) m ON m.turn = s.n %% m.turns
"""


def draw(owner: psycopg.Connection[Any]) -> None:
    """Divisions, grids and roads; what the database came with goes."""
    owner.execute("TRUNCATE divisions, unit_grids, roads, waters, components, places CASCADE")
    for statement in (DIVISIONS, COMMUNITIES, GRIDS, ROADS):
        owner.execute(statement)


def scatter(owner: psycopg.Connection[Any], components: int, devices: int) -> None:
    """So many points, the same in every run."""
    owner.execute("SELECT setseed(0.5)")
    owner.execute(COMPONENTS, {"count": components})
    owner.execute(DEVICES, {"count": devices})


def tiles_around(z: int) -> Iterator[tuple[int, int, int]]:
    """Every tile of a zoom that touches the small city, and a rim of others."""
    west, south, east, north = CITY
    (left, top), (right, bottom) = tile_at(west, north, z), tile_at(east, south, z)
    side = 1 << z
    for x in range(max(0, left - 1), min(side, right + 2)):
        for y in range(max(0, top - 1), min(side, bottom + 2)):
            yield z, x, y


def features(answer: httpx.Response, layer: str) -> list[Feature]:
    """What a tile's answer holds in a layer."""
    assert answer.status_code == 200, answer.text
    return read(answer.content).get(layer, Layer()).features
