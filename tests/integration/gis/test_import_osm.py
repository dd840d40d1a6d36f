"""A real extract in place of the generated roads, however damaged its shapes are."""

from pathlib import Path

import psycopg
import pytest

from center.database import transaction
from center.identity.caller import command_line
from gis.osm.reading import FileUnreadable
from gis.osm.service import NothingOfTheCity, Report, import_file
from tests.integration.databases import Database
from tests.integration.gis.maps import put_in

NODES = {
    1: (112.590, 26.885), 2: (112.592, 26.885), 3: (112.594, 26.886),
    # A square, a bow tie, and a corner far away.
    11: (112.600, 26.880), 12: (112.601, 26.880), 13: (112.601, 26.881), 14: (112.600, 26.881),
    21: (112.610, 26.880), 22: (112.612, 26.882), 23: (112.612, 26.880), 24: (112.610, 26.882),
    31: (112.940, 28.230), 32: (112.950, 28.230),
}  # fmt: skip
WAYS = (
    (100, (1, 2, 3), {"highway": "primary", "name": "解放大道", "name:en": "Jiefang Avenue"}),
    (101, (2, 3), {"highway": "residential"}),
    (102, (1, 2), {"highway": "footway"}),
    (103, (31, 32), {"highway": "trunk", "name": "长沙的路"}),
    (104, (1, 999), {"highway": "secondary", "name": "断头路"}),  # one of its nodes is not here
    (110, (11, 12, 13, 14, 11), {"natural": "water", "water": "pond", "name": "西湖"}),
    (111, (21, 22, 23, 24, 21), {"natural": "water", "name": "蝴蝶塘"}),
    (112, (21, 22, 23), {"natural": "water", "name": "开口塘"}),
    (113, (11, 12, 11), {"natural": "water", "name": "线塘"}),
    (120, (11, 12, 13), {}),
)
PLACES = ((200, (112.6256, 26.8934), {"railway": "station", "name": "衡阳站"}),)
RELATIONS = (
    (300, ((120, "outer"),), {"type": "multipolygon", "natural": "water", "name": "不闭合"}),
    (301, ((110, "outer"),), {"type": "multipolygon", "water": "lake", "name": "西湖（面）"}),
)


def extract(folder: Path, ways=WAYS) -> Path:
    """The rows above as an .osm file."""
    tag = '<tag k="{}" v="{}"/>'.format

    def tags(words: dict[str, str]) -> str:
        return "".join(tag(*pair) for pair in words.items())

    nodes = [(number, place, {}) for number, place in NODES.items()] + list(PLACES)
    lines = ['<?xml version="1.0" encoding="UTF-8"?><osm version="0.6">']
    lines += [
        f'<node id="{number}" version="1" lat="{lat}" lon="{lon}">{tags(words)}</node>'
        for number, (lon, lat), words in nodes
    ]
    for number, refs, words in ways:
        inner = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        lines.append(f'<way id="{number}" version="1">{inner}{tags(words)}</way>')
    for number, members, words in RELATIONS:
        inner = "".join(f'<member type="way" ref="{r}" role="{role}"/>' for r, role in members)
        lines.append(f'<relation id="{number}" version="1">{inner}{tags(words)}</relation>')
    file = folder / "extract.osm"
    file.write_text("\n".join([*lines, "</osm>"]), "utf-8")
    return file


def put_on(file: Path) -> Report:
    with transaction() as session:
        return import_file(session, command_line(), file)


def test_a_file_that_is_no_extract_is_refused(small: Database, tmp_path: Path) -> None:
    for name, content in (("a.osm", "<html>"), ("a.osm.pbf", "no"), ("a.txt", "x"), ("b.osm", "")):
        (tmp_path / name).write_text(content)
        with pytest.raises(FileUnreadable, match=name):
            put_on(tmp_path / name)


def test_an_extract_of_another_place_leaves_the_map_as_it_is(
    small: Database, owner: psycopg.Connection, tmp_path: Path
) -> None:
    before = owner.execute("SELECT count(*) FROM roads").fetchone()
    with pytest.raises(NothingOfTheCity):
        put_on(extract(tmp_path, [way for way in WAYS if way[0] in (103, 110)]))
    assert owner.execute("SELECT count(*) FROM roads").fetchone() == before
    assert owner.execute("SELECT count(*) FROM waters").fetchone() == (0,)


def test_what_is_damaged_is_mended_or_told_of_and_costs_only_itself(
    small: Database, owner: psycopg.Connection, tmp_path: Path
) -> None:
    report = put_on(extract(tmp_path))
    told = "\n".join(report.left_out)
    for words in ("way 104", "way 112", "way 113", "relation 300"):
        assert words in told
    assert len(report.repaired) == 1
    assert "way 111" in report.repaired[0]
    waters = owner.execute(
        "SELECT name_zh, ST_IsValid(geom), ST_NumGeometries(geom) FROM waters ORDER BY id"
    ).fetchall()
    assert waters == [("西湖", True, 1), ("蝴蝶塘", True, 2), ("西湖（面）", True, 1)]


def test_roads_replace_the_generated_ones_and_those_outside_are_counted(
    small: Database, owner: psycopg.Connection, tmp_path: Path
) -> None:
    report = put_on(extract(tmp_path))
    assert (report.roads, report.waters, report.places, report.outside) == (2, 3, 1, 1)
    roads = owner.execute(
        "SELECT id, name_zh, name_en, class, division_code, source FROM roads ORDER BY id"
    ).fetchall()
    assert roads == [
        (100, "解放大道", "Jiefang Avenue", "main", "430408", "osm"),
        (101, "", "", "branch", "430408", "osm"),
    ]
    station = owner.execute("SELECT id, kind, division_code FROM places WHERE source = 'osm'")
    assert station.fetchall() == [(200, "station", "430405")]
    acts = owner.execute("SELECT object_id FROM audit_log WHERE action = 'map.import'").fetchall()
    assert acts == [("extract.osm",)]


def test_a_second_import_replaces_the_first_and_a_new_city_leaves_it(
    small: Database,
    owner: psycopg.Connection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for _ in "ab":
        put_on(extract(tmp_path))
    assert owner.execute("SELECT count(*) FROM roads").fetchone() == (2,)
    put_in("none", monkeypatch)
    put_in("small", monkeypatch)
    assert owner.execute("SELECT DISTINCT source FROM roads").fetchall() == [("osm",)]
    assert owner.execute("SELECT count(*) FROM waters").fetchone() == (3,)
