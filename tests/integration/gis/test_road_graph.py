"""The road graph of a file in the database, as pgRouting reads it."""

from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from center.database import transaction
from center.identity.caller import command_line
from gis.roads.graph import GraphInvalid, Report, import_file
from server.cli import build
from server.simulation import streets
from simulators.world.network import prepare
from tests.integration.databases import Database


def put_in(file: Path) -> Report:
    with transaction() as session:
        return import_file(session, command_line(), file)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no json", "malformed"),
        ('{"nodes": [], "edges": []}', "nodes"),
        (
            (
                '{"nodes": [{"id": "a", "lon": 112, "lat": 26, "signal": false}],'
                ' "edges": [{"id": "e", "source": "a", "target": "b", "name": "",'
                ' "road_class": "main", "lanes": 1, "limit": 10, "length": 9,'
                ' "points": [[112, 26], [112, 26.1]]}]}'
            ),
            "ends at a node that is not there",
        ),
        (
            '{"nodes": [{"id": "a", "lon": 112, "lat": 260, "signal": false}], "edges": []}',
            "nodes",
        ),
    ],
)
def test_what_is_no_graph_is_refused_and_the_one_before_stays(
    text: str, said: str, database: Database, owner: psycopg.Connection, tmp_path: Path
) -> None:
    file = tmp_path / "graph.json"
    file.write_text(text)
    with pytest.raises(GraphInvalid, match=said):
        put_in(file)
    assert owner.execute("SELECT count(*) FROM city_parts").fetchone() == (0,)


def test_the_roads_of_the_map_become_a_graph_on_which_ways_are_found(
    small: Database, owner: psycopg.Connection, tmp_path: Path
) -> None:
    drawn = streets(tmp_path / "streets.geojson")
    assert drawn is not None
    network = prepare(Path(drawn), 7, tmp_path / "networks")
    report = put_in(network.graph_file)
    assert report == Report(
        len(network.graph.nodes),
        len(network.graph.edges),
        sum(node.signal for node in network.graph.nodes),
        changed=True,
    )
    assert put_in(network.graph_file).changed is False
    rows = owner.execute("""
        SELECT count(*), count(division_code),
               max(abs(ST_Length(geom::geography) - length_m) / length_m)
        FROM road_edges""").fetchone()
    assert rows is not None
    assert rows[0] == report.edges
    assert rows[1] > 0.9 * rows[0]
    assert rows[2] < 0.003
    owner.execute("CREATE EXTENSION IF NOT EXISTS pgrouting")
    ends = owner.execute("SELECT min(id), max(id) FROM road_nodes").fetchone()
    assert ends is not None
    way = owner.execute(
        "SELECT count(*), max(agg_cost) FROM pgr_dijkstra("
        "'SELECT id, source, target, cost, reverse_cost FROM road_edges', %s, %s)",
        (int(ends[0]), int(ends[1])),
    ).fetchone()
    assert way is not None
    assert way[0] > 2
    assert way[1] > 10


def test_the_command_says_what_is_there(small: Database, tmp_path: Path) -> None:
    network = prepare(Path("simulators/places/streets.geojson"), 7, tmp_path / "networks")
    words = ["gis", "import-network", str(network.graph_file)]
    first, second = (CliRunner().invoke(build(), words) for _ in range(2))
    assert f"{len(network.graph.nodes):,} crossings" in first.output
    assert second.output.endswith("they were there already\n")
