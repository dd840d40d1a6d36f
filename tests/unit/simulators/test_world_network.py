"""From streets to crossings and edges, and to a network that SUMO can drive on."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.world.graph import StreetsInvalid, build
from simulators.world.network import Network, prepare
from simulators.world.plane import Plane

HAND = Path("simulators/places/streets.geojson")


def write(folder: Path, *streets: tuple[str, str, list[list[float]]]) -> Path:
    features = [
        {
            "type": "Feature",
            "properties": {"name": name, "class": kind},
            "geometry": {"type": "LineString", "coordinates": points},
        }
        for name, kind, points in streets
    ]
    file = folder / "streets.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return file


EAST = ("解放路", "main", [[112.59, 26.89], [112.61, 26.89]])
NORTH = ("蒸阳巷", "branch", [[112.60, 26.88], [112.60, 26.90]])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no GeoJSON"),
        ('{"features": []}', "has no streets"),
        ('{"features": [{"properties": {}, "geometry": {"coordinates": [[1, 2]]}}]}', "no GeoJSON"),
        ("[1]", "no GeoJSON"),
    ],
)
def test_what_is_no_file_of_streets_is_refused(text: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "streets.geojson"
    file.write_text(text)
    with pytest.raises(StreetsInvalid, match=said):
        build(file)


def test_a_class_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StreetsInvalid, match="no class 'lane'; there are expressway"):
        build(write(tmp_path, ("巷", "lane", [[112.59, 26.89], [112.61, 26.89]])))


def test_a_road_that_is_refused_by_sumo_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(StreetsInvalid):
        prepare(write(tmp_path), 1, tmp_path / "home")
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["lock"]


def test_streets_are_cut_where_they_cross_and_can_be_driven_both_ways(tmp_path: Path) -> None:
    graph = build(write(tmp_path, EAST, NORTH))
    assert (len(graph.nodes), len(graph.edges)) == (5, 8)
    by_id = {edge.id: edge for edge in graph.edges}
    for edge in graph.edges:
        other = by_id[edge.reverse]
        assert (other.source, other.target, other.length) == (edge.target, edge.source, edge.length)
        assert other.points == edge.points[::-1]
        assert edge.lanes == (3 if edge.name == "解放路" else 1)
    assert [node.signal for node in graph.nodes].count(True) == 1


def test_branches_alone_cross_without_signals(tmp_path: Path) -> None:
    graph = build(write(tmp_path, ("一巷", "branch", EAST[2]), NORTH))
    assert not any(node.signal for node in graph.nodes)


def test_short_blind_ends_and_lonely_roads_are_left_out(tmp_path: Path) -> None:
    stub = ("断头路", "main", [[112.605, 26.89], [112.605, 26.8905]])
    far = ("孤路", "main", [[112.7, 26.8], [112.71, 26.8]])
    graph = build(write(tmp_path, EAST, NORTH, stub, far))
    assert {edge.name for edge in graph.edges} == {"解放路", "蒸阳巷"}


def test_the_network_is_built_once_and_kept_while_its_streets_stay(tmp_path: Path) -> None:
    first = prepare(HAND, 1, tmp_path)
    built = first.net.stat().st_mtime_ns
    again = prepare(HAND, 1, tmp_path)
    assert again == first
    assert again.net.stat().st_mtime_ns == built
    other = prepare(HAND, 2, tmp_path)
    assert other.fingerprint != first.fingerprint
    assert not first.folder.exists()


def test_the_network_of_sumo_has_the_edges_of_the_graph(tmp_path: Path) -> None:
    network: Network = prepare(HAND, 1, tmp_path)
    text = network.net.read_text("utf-8")
    for edge in network.graph.edges:
        assert f'<edge id="{edge.id}" from="{edge.source}" to="{edge.target}"' in text
    signals = {node.id for node in network.graph.nodes if node.signal}
    assert signals
    assert all(f'<tlLogic id="{signal}" type="static"' in text for signal in signals)


@given(st.floats(112, 113), st.floats(26, 28))
def test_the_plane_leads_back_to_where_it_came_from(lon: float, lat: float) -> None:
    plane = Plane.at(112.6, 26.9)
    back = plane.degrees(*plane.metres(lon, lat))
    assert back == pytest.approx((lon, lat), abs=1e-12)
