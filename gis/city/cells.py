"""Cutting the built-up area into unit grids: lattice squares, cut where districts meet."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.city import lattice
from gis.city.districts import Settlement
from gis.coordinates import from_plane, to_plane

Shapes = NDArray[np.object_]

# All lines are noded together on this grid, so that neighbours share every corner exactly.
_NODE_METRES = 0.01
_SMALLEST_M2 = 2500.0  # what a border cuts off smaller than this joins its neighbour
_CRUMB_M2 = 500.0  # and what has no neighbour is not built up
_MARGIN_METRES = 400.0
_DEGREE_DIGITS = 8  # a millimetre: equal corners stay equal
_EDGE_POINTS = 128
# An edge that is straight in degrees is a curve in the plane: 2 cm off within 1.4 km, half a
# millimetre within 220 m.
_STRAIGHT_DEGREES = 0.002


class Cells(NamedTuple):
    """Unit grids: shape in degrees, square metres, district, and the middle in lattice metres."""

    shapes: Shapes
    area: NDArray[np.float64]
    district: NDArray[np.str_]
    u: NDArray[np.float64]
    v: NDArray[np.float64]


def cut(settlement: Settlement, outlines: Mapping[str, shapely.Geometry]) -> Cells:
    """The unit grids of a settlement: no gap and no overlap, each in one district.

    `outlines` are those of the districts in WGS-84.
    """
    limits = limits_of(settlement)
    near = shapely.buffer(shapely.envelope(limits), _MARGIN_METRES, cap_style="square")
    districts = [
        shapely.intersection(_in_the_plane(outlines[code]), near) for code in settlement.districts
    ]
    faces = _faces(limits, districts)
    inside = shapely.point_on_surface(faces)
    owner = np.full(len(faces), -1)
    for number, district in enumerate(districts):
        shapely.prepare(district)
        owner[(owner < 0) & shapely.contains(district, inside)] = number
    faces, owner = faces[owner >= 0], owner[owner >= 0]
    faces, owner = _merged(faces, owner)
    u, v = lattice.lattice_of(*shapely.get_coordinates(shapely.centroid(faces)).T)
    names = np.array(settlement.districts)[owner]
    return Cells(shapely.transform(faces, degrees), shapely.area(faces), names, u, v)


def limits_of(settlement: Settlement) -> shapely.Polygon:
    """How far a settlement is built up, in the plane: its eight reaches, smoothly joined."""
    east, north = to_plane(settlement.lon, settlement.lat)
    waves = np.fft.rfft(settlement.reaches)
    reach = np.fft.irfft(waves, _EDGE_POINTS) * (_EDGE_POINTS / len(settlement.reaches))
    angle = np.arange(_EDGE_POINTS) * 2 * np.pi / _EDGE_POINTS
    points = np.column_stack([east + reach * np.cos(angle), north + reach * np.sin(angle)])
    return shapely.Polygon(points)


def degrees(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """From the plane to WGS-84, rounded so that equal corners stay equal."""
    moved = from_plane(points[:, 0], points[:, 1])
    return np.asarray(np.round(np.column_stack(moved), _DEGREE_DIGITS), dtype=np.float64)


def _in_the_plane(outline: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(shapely.segmentize(outline, _STRAIGHT_DEGREES), _plane)


def _plane(points: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack(to_plane(points[:, 0], points[:, 1]))


def _faces(limits: shapely.Polygon, districts: list[shapely.Geometry]) -> Shapes:
    """What lattice and borders cut out, with its middle within the limits."""
    edges = [shapely.boundary(district) for district in districts]
    drawn = [*lattice.lines(*lattice.span(limits)), *edges]
    noded = shapely.unary_union(drawn, grid_size=_NODE_METRES)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    shapely.prepare(limits)
    return np.asarray(faces[shapely.contains(limits, shapely.centroid(faces))])


def _merged(faces: Shapes, owner: NDArray[np.int_]) -> tuple[Shapes, NDArray[np.int_]]:
    """Small pieces join the neighbour of their district with the longest common edge."""
    for _ in range(3):  # two pieces that join may still be small
        partner = _partners(faces, owner)
        if not partner:
            break
        faces, owner = _joined(faces, owner, partner)
    large = shapely.area(faces) >= _CRUMB_M2
    return faces[large], owner[large]


def _partners(faces: Shapes, owner: NDArray[np.int_]) -> dict[int, int]:
    """Of each small piece the neighbour to join."""
    area = shapely.area(faces)
    small = np.flatnonzero(area < _SMALLEST_M2)
    which, other = shapely.STRtree(faces).query(faces[small], predicate="intersects")
    which = small[which]
    same = (owner[which] == owner[other]) & (which != other)
    which, other = which[same], other[same]
    common = shapely.length(shapely.intersection(faces[which], faces[other]))
    found: dict[int, int] = {}
    for number in np.argsort(common, kind="stable"):  # the longest comes last and stays
        if common[number] > _NODE_METRES:
            found[int(which[number])] = int(other[number])
    return found


def _joined(
    faces: Shapes, owner: NDArray[np.int_], partner: dict[int, int]
) -> tuple[Shapes, NDArray[np.int_]]:
    leader = np.arange(len(faces))

    def lead(index: int) -> int:
        while leader[index] != index:
            index = int(leader[index])
        return index

    for piece, other in sorted(partner.items()):
        leader[lead(piece)] = lead(other)
    members: dict[int, list[int]] = {}
    for index in np.flatnonzero(leader != np.arange(len(faces))):
        members.setdefault(lead(int(index)), []).append(int(index))
    made = faces.copy()
    for head, others in members.items():
        made[head] = shapely.coverage_union_all(faces[[head, *others]])
    stays = leader == np.arange(len(faces))
    return made[stays], owner[stays]
