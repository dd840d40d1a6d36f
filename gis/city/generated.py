"""A whole generated city in memory: the same settings give the same one."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import NamedTuple

import numpy as np
import shapely

from gis.city import cells as cutting
from gis.city import naming, network
from gis.city.communities import Layout, lay_out
from gis.city.districts import NANYUE, SMALL, URBAN, Settlement
from gis.components.generation import Generated, Ground, generate


class Size(NamedTuple):
    """How much is generated."""

    settlements: tuple[Settlement, ...]
    components: int


SIZES = {"full": Size((URBAN, NANYUE), 100_000), "small": Size((SMALL,), 2000)}


class City(NamedTuple):
    """Unit grids with their codes, roads, and components."""

    ground: Ground
    components: Generated


def build(size: Size, outlines: Mapping[str, shapely.Geometry], seed: int, digits: int) -> City:
    """The city inside the real outlines (WGS-84, by code of district)."""
    stems = naming.stems(seed)
    parts = [_settle(settlement, outlines, digits, stems) for settlement in size.settlements]
    cells = cutting.Cells(
        *(np.concatenate(columns) for columns in zip(*(p.cells for p in parts), strict=True))
    )
    layout = Layout(
        np.concatenate([part.layout.grids for part in parts]),
        np.concatenate([part.layout.communities for part in parts]),
        {code: name for part in parts for code, name in part.layout.names.items()},
    )
    ground = Ground(cells, layout, list(chain.from_iterable(part.roads for part in parts)))
    return City(ground, generate(ground, size.components, seed))


def _settle(
    settlement: Settlement,
    outlines: Mapping[str, shapely.Geometry],
    digits: int,
    stems: Iterator[str],
) -> Ground:
    cells = cutting.cut(settlement, outlines)
    layout = lay_out(cells, digits, stems)
    return Ground(cells, layout, network.build(settlement, cells, stems))
