"""Tiles through the API: refusals, scope, counts that add up at every zoom, caching."""

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy.orm import Session

from gis.tiles.grid import EXTENT
from gis.tiles.service import kept
from gis.tiles.settings import TileSettings
from server.benches.tiles import tile_at
from tests.integration.gis.mapped import EAST, MIDDLE, WEST, draw, features, scatter, tiles_around
from tests.integration.http import Api

TILES = "/api/v1/gis/tiles"
COMPONENTS, DEVICES = 1500, 400
ZOOMS = (0, 8, 10, 12, 13)


@pytest.fixture
def city(owner: psycopg.Connection, client: Api) -> Iterator[Api]:
    draw(owner)
    scatter(owner, COMPONENTS, DEVICES)
    return client


def figure(owner: psycopg.Connection, query: str, *values: object) -> int:
    row = owner.execute(query, values).fetchone()
    assert row is not None
    return row[0]


def total(owner: psycopg.Connection, tile_set: str, prefix: str) -> int:
    queries = {
        "components": "SELECT count(*) FROM components WHERE starts_with(division_code, %s)",
        "devices": "SELECT count(*) FROM devices WHERE kind <> 'vehicle'"
        " AND starts_with(division_code, %s)",
    }
    return figure(owner, queries[tile_set], prefix)


def counted(api: Api, tile_set: str, z: int) -> int:
    return sum(
        feature.attributes["n"]
        for z, x, y in tiles_around(z)
        for feature in features(api.get(f"{TILES}/{tile_set}/{z}/{x}/{y}"), tile_set)
    )


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("base/3/8/0", 404),
        ("base/3/0/8", 404),
        ("base/-1/0/0", 404),
        ("base/99/0/0", 404),
        ("devices/0/1/0", 404),
        (f"components/5/{10**30}/0", 404),
        ("base/a/0/0", 422),
        ("base/1/0/0.5", 422),
        ("base/1/0/" + "9" * 5000, 422),
        ("nothing/1/0/0", 404),
        ("base;DROP TABLE devices/1/0/0", 404),
    ],
)
def test_an_address_that_is_none_is_refused(client: Api, path: str, status: int) -> None:
    answer = client.as_role("operator").get(f"{TILES}/{path}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (
        status,
        "application/problem+json",
    )


def test_who_may_not_see_the_map_gets_no_tile(client: Api) -> None:
    assert client.get(f"{TILES}/base/0/0/0").status_code == 401
    assert client.as_role("auditor").get(f"{TILES}/base/0/0/0").status_code == 403


@pytest.mark.parametrize("tile_set", ["components", "devices"])
def test_counts_add_up_at_every_zoom_for_the_city_and_for_a_district(
    city: Api, owner: psycopg.Connection, tile_set: str
) -> None:
    for prefix in ("4304", EAST, f"{WEST}001002"):
        api = city.as_role("operator", divisions=[prefix])
        expected = total(owner, tile_set, prefix)
        assert expected > 0
        assert {z: counted(api, tile_set, z) for z in ZOOMS} == dict.fromkeys(ZOOMS, expected)


def test_the_counts_of_four_tiles_are_that_of_the_tile_they_make_up(city: Api) -> None:
    """From blocks (up to zoom 13) to points."""
    api = city.as_role("operator", divisions=[EAST])
    x, y = tile_at(112.61, 26.855, 12)

    def count(z: int) -> int:
        times = 1 << (z - 12)
        return sum(
            feature.attributes["n"]
            for dx in range(times)
            for dy in range(times)
            for feature in features(
                api.get(f"{TILES}/components/{z}/{x * times + dx}/{y * times + dy}"), "components"
            )
        )

    whole = count(12)
    assert whole > 1
    assert [count(z) for z in (13, 14, 15)] == [whole] * 3


def test_a_viewer_never_sees_points_of_another_district(city: Api) -> None:
    everybody, east = city.as_role("operator"), city.as_role("operator", divisions=[EAST])
    seen = set()
    for z, x, y in tiles_around(13):
        path = f"{TILES}/components/{z}/{x}/{y}"
        side = 360 / (1 << z)
        west = x * side - 180
        theirs = features(east.get(path), "components")
        for feature in theirs:
            lon = west + feature.point[0] / EXTENT * side
            assert lon > MIDDLE - side / EXTENT
            seen.add(feature.attributes.get("id", EAST)[:6])
        if west + side < MIDDLE:
            assert theirs == []
        assert len(theirs) <= len(features(everybody.get(path), "components"))
    assert seen == {EAST}


def test_of_no_division_nothing_is_seen(city: Api) -> None:
    nobody = city.as_role("operator", divisions=[])
    assert counted(nobody, "components", 8) == counted(nobody, "devices", 13) == 0


def test_a_cluster_tells_how_many_of_each_kind_and_a_single_point_what_it_is(city: Api) -> None:
    api = city.as_role("operator")
    # A cell of zoom 0 ends at 112.5 degrees east: two clusters.
    for cluster in features(api.get(f"{TILES}/components/0/0/0"), "components"):
        kinds = {key: n for key, n in cluster.attributes.items() if key != "n"}
        assert kinds.keys() == {"01", "03"}
        assert sum(kinds.values()) == cluster.attributes["n"]
    singles = [
        feature.attributes
        for z, x, y in tiles_around(13)
        for feature in features(api.get(f"{TILES}/components/{z}/{x}/{y}"), "components")
        if feature.attributes["n"] == 1
    ]
    assert singles
    for one in singles:
        assert one.keys() == {"n", "id", "name", "class_code"}
        assert one["id"][6:10] == one["class_code"]


def test_points_at_one_very_place_stay_one_cluster_at_the_last_zoom(city: Api) -> None:
    x, y = tile_at(112.5001, 26.85, 20)
    found = features(city.as_role("operator").get(f"{TILES}/components/20/{x}/{y}"), "components")
    assert max(feature.attributes["n"] for feature in found) >= COMPONENTS // 10


def test_a_device_that_moves_retires_or_is_renamed_changes_the_tile_at_once(
    city: Api, owner: psycopg.Connection
) -> None:
    api = city.as_role("operator")
    path = f"{TILES}/devices/0/0/0"
    before = api.get(path)

    def count() -> int:
        return sum(f.attributes["n"] for f in features(api.get(path), "devices"))

    one = "WHERE id = (SELECT min(id) FROM devices WHERE kind = 'sensor')"
    owner.execute("UPDATE devices SET maintenance_reason = 'x', maintenance_since = now(),"
                  f" maintenance_until = now() + interval '1 h' {one}")  # fmt: skip
    same = api.get(path, headers={"If-None-Match": before.headers["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    all_of_them = count()
    for change, expected in (
        ("retired_at = now(), retired_reason = 'gone'", all_of_them - 1),
        ("retired_at = NULL, retired_reason = NULL", all_of_them),
        ("place = NULL", all_of_them - 1),
        ("place = ST_SetSRID(ST_MakePoint(112.7, 26.8), 4326)", all_of_them),
        ("name = 'another'", all_of_them),
    ):
        tag = api.get(path).headers["ETag"]
        owner.execute(f"UPDATE devices SET {change} {one}")
        changed = api.get(path, headers={"If-None-Match": tag})
        assert changed.status_code == 200, change
        assert count() == expected, change
    owner.execute("TRUNCATE components")
    assert counted(api, "components", 8) == 0


def test_blocks_are_what_a_new_count_would_give(city: Api, owner: psycopg.Connection) -> None:
    owner.execute("DELETE FROM components WHERE class_code = '0118'")
    owner.execute("UPDATE components SET division_code = left(division_code, 9) || '002',"
                  " place = ST_Translate(place, 0.01, 0) WHERE class_code = '0103'")  # fmt: skip
    again = """
        SELECT layer, v.level, (cell >> v.shift) << v.shift, division_code, kind, count(*),
               sum(x), sum(y)
        FROM map_points, (VALUES (10, 32), (12, 28), (13, 26)) AS v (level, shift)
        GROUP BY 1, 2, 3, 4, 5"""
    kept_blocks = "SELECT layer, level, cell, division_code, kind, n, sx, sy FROM point_blocks"
    for one, other in ((again, kept_blocks), (kept_blocks, again)):
        assert figure(owner, f"SELECT count(*) FROM ({one} EXCEPT ({other})) d") == 0
    assert figure(owner, "SELECT count(*) FROM map_points WHERE layer = 'components'") == figure(
        owner, "SELECT count(*) FROM components"
    )


def test_the_base_map_has_its_layers_and_grows_no_tile_too_large(city: Api) -> None:
    api = city.as_role("inspector", divisions=[EAST])
    names = {layer["key"]: layer for layer in api.get("/api/v1/gis/layers").json()["items"]}
    for z in (6, 8, 10, 12, 13, 15):
        found = set()
        for x, y in {tile_at(*spot, z) for spot in ((112.5, 26.85), (112.61, 26.855))}:
            answer = api.get(f"{TILES}/base/{z}/{x}/{y}")
            assert len(answer.content) <= TileSettings.model_fields["tile_most_bytes"].default
            found |= {key for key in names if features(answer, key)}
        wanted = {"districts": 0, "streets": 10, "communities": 13, "grids": 15, "roads": 7}
        for layer, first in wanted.items():
            assert (layer in found) == (z >= first), (layer, z)


def test_neighbours_keep_the_border_they_share(city: Api, owner: psycopg.Connection) -> None:
    city.as_role("operator").get(f"{TILES}/base/8/208/108")
    gaps = """
        SELECT max(ST_Area(ST_Difference(ST_Envelope(u), u)) + s - ST_Area(u)) / min(ST_Area(u))
        FROM (SELECT ST_Union(geom) AS u, sum(ST_Area(geom)) AS s FROM map_shapes
              WHERE layer = ANY ('{districts,streets,communities}') GROUP BY layer, min_zoom) x"""
    assert figure(owner, gaps) < 1e-9


def test_a_changed_division_is_drawn_anew(city: Api, owner: psycopg.Connection) -> None:
    api, path = city.as_role("operator"), f"{TILES}/base/8/208/108"
    before = api.get(path)
    names = {f.attributes["name_zh"] for f in features(before, "districts")}
    assert names == {"珠晖区", "石鼓区"}
    owner.execute("UPDATE divisions SET name_zh = '新区' WHERE code = %s", (EAST,))
    after = api.get(path, headers={"If-None-Match": before.headers["ETag"]})
    assert {f.attributes["name_zh"] for f in features(after, "districts")} == {"新区", "石鼓区"}


def test_a_tile_is_kept_for_those_of_the_same_scope(city: Api, session: Session) -> None:
    path = f"{TILES}/components/8/208/108"
    whole, other = city.as_role("operator"), city.as_role("analyst")
    east = city.as_role("operator", divisions=[EAST])
    first = whole.get(path)
    size = kept().size
    assert size > 0
    assert other.get(path).content == first.content
    assert kept().size == size
    assert east.get(path).content != first.content
    assert kept().size > size
    assert east.get(path).headers["ETag"] != first.headers["ETag"]


def test_layers_tell_revision_legend_and_what_a_role_may_see(
    city: Api, owner: psycopg.Connection
) -> None:
    api = city.as_role("operator")
    layers = {one["key"]: one for one in api.get("/api/v1/gis/layers").json()["items"]}
    assert {"districts", "grids", "roads", "labels", "components", "devices"} <= layers.keys()
    assert {item["key"] for item in layers["devices"]["legend"]} >= {"sensor", "camera"}
    owner.execute("UPDATE roads SET name_zh = '解放大道' WHERE id = 2")
    again = {one["key"]: one for one in api.get("/api/v1/gis/layers").json()["items"]}
    grown = {key for key in layers if again[key]["revision"] != layers[key]["revision"]}
    assert grown == {"roads"}
