"""The road graph (路网): crossings and directed edges of a file, put in as a whole for routing."""

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import numpy as np
import shapely
import sqlalchemy as sa
from msgspec import Meta, Struct
from sqlalchemy.orm import Session

from center.audit.service import audit
from center.errors import Invalid
from center.identity.caller import Caller
from gis.city import state
from gis.divisions.service import finest_of
from gis.loading import at_leisure, copy, hexes

PART = "road graph"
LOCK = 0x726F_6164_7321  # "roads!": one process replaces the graph at a time
_NODE_COLUMNS = ("id", "key", "signal", "division_code", "place")
_EDGE_COLUMNS = (
    "id", "key", "source", "target", "cost", "name_zh", "class", "lanes", "limit_mps", "length_m",
    "division_code", "geom",
)  # fmt: skip

Key = Annotated[str, Meta(min_length=1, max_length=64)]
Longitude = Annotated[float, Meta(ge=-180, le=180)]
Latitude = Annotated[float, Meta(ge=-90, le=90)]


class GraphInvalid(Invalid):
    """The file is not a road graph."""


class Node(Struct):
    """A crossing, bend or end of roads."""

    id: Key
    lon: Longitude
    lat: Latitude
    signal: bool


class Edge(Struct):
    """One direction of a road between two nodes; limit in m/s, length in metres."""

    id: Key
    source: Key
    target: Key
    name: Annotated[str, Meta(max_length=200)]
    road_class: Literal["expressway", "main", "secondary", "branch"]
    lanes: Annotated[int, Meta(ge=1, le=16)]
    limit: Annotated[float, Meta(gt=0, le=100)]
    length: Annotated[float, Meta(gt=0, le=1_000_000)]
    points: Annotated[list[tuple[Longitude, Latitude]], Meta(min_length=2)]


class Graph(Struct):
    """The file: JSON, other fields are passed over."""

    nodes: Annotated[list[Node], Meta(min_length=1)]
    edges: Annotated[list[Edge], Meta(min_length=1)]


class Report(Struct, frozen=True):
    """What is on the map now. `changed`: it was not there before."""

    nodes: int
    edges: int
    signals: int
    changed: bool


def import_file(session: Session, caller: Caller, file: Path) -> Report:
    """Puts the graph of a file in place of the one before; does nothing where it is the same.

    Raises:
        GraphInvalid: it is no graph, an id stands twice, or an edge ends nowhere.
    """
    data = _bytes(file)
    graph = _read(data, file)
    signals = sum(node.signal for node in graph.nodes)
    report = Report(len(graph.nodes), len(graph.edges), signals, changed=True)
    session.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    fingerprint = blake2b(data, digest_size=8).hexdigest()
    if state.part(session, PART) == fingerprint:
        return msgspec.structs.replace(report, changed=False)
    at_leisure(session)
    session.execute(sa.text("DELETE FROM road_edges"))
    session.execute(sa.text("DELETE FROM road_nodes"))
    # Lists: while a COPY runs, its connection answers nothing else.
    nodes, edges = list(_node_rows(session, graph)), list(_edge_rows(session, graph))
    copy(session, "road_nodes", _NODE_COLUMNS, nodes)
    copy(session, "road_edges", _EDGE_COLUMNS, edges)
    session.execute(sa.text("ANALYZE road_nodes, road_edges"))
    state.note(session, PART, fingerprint, nodes=report.nodes, edges=report.edges)
    audit(
        session, caller, "map.import", "map", file.name,
        nodes=report.nodes, edges=report.edges, signals=signals,
    )  # fmt: skip
    return report


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise GraphInvalid(f"{file} cannot be read: {error.strerror}") from error


def _read(data: bytes, file: Path) -> Graph:
    try:
        graph = msgspec.json.decode(data, type=Graph)
    except msgspec.DecodeError as error:
        raise GraphInvalid(f"{file.name}: {error}") from error
    known = {node.id for node in graph.nodes}
    if len(known) < len(graph.nodes) or len({e.id for e in graph.edges}) < len(graph.edges):
        raise GraphInvalid(f"{file.name}: an id stands twice")
    for edge in graph.edges:
        if not {edge.source, edge.target} <= known:
            raise GraphInvalid(f"{file.name}: edge {edge.id} ends at a node that is not there")
    return graph


def _node_rows(session: Session, graph: Graph) -> Iterator[Sequence[Any]]:
    lons, lats = [n.lon for n in graph.nodes], [n.lat for n in graph.nodes]
    shapes = hexes(shapely.points(np.column_stack([lons, lats])))
    divisions = [place.division for place in finest_of(session, lons, lats)]
    for number, node in enumerate(graph.nodes):
        yield number + 1, node.id, node.signal, divisions[number], shapes[number]


def _edge_rows(session: Session, graph: Graph) -> Iterator[Sequence[Any]]:
    numbers = {node.id: number + 1 for number, node in enumerate(graph.nodes)}
    lines = np.array([shapely.LineString(edge.points) for edge in graph.edges], dtype=object)
    middles = shapely.get_coordinates(shapely.line_interpolate_point(lines, 0.5, normalized=True))
    found = finest_of(session, middles[:, 0].tolist(), middles[:, 1].tolist())
    shapes = hexes(lines)
    for number, edge in enumerate(graph.edges):
        yield (
            number + 1, edge.id, numbers[edge.source], numbers[edge.target],
            edge.length / edge.limit, edge.name, edge.road_class, edge.lanes, edge.limit,
            edge.length, found[number].division, shapes[number],
        )  # fmt: skip
