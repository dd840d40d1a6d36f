"""Places of the map: known landmarks from a file, and generated ones in streets and communities."""

import csv
import io
from collections.abc import Iterator
from importlib import resources
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.city.cells import Cells
from gis.city.communities import Layout

# Beside the many numbers of imported places, which are those of their nodes.
FIRST_ID = 10**12

# What every street has: kind, ending of its Chinese name, English word.
_OF_A_STREET = (
    ("hospital", "社区卫生服务中心", "Health Centre"),
    ("school", "中学", "Middle School"),
    ("school", "小学", "Primary School"),
    ("market", "农贸市场", "Market"),
    ("park", "公园", "Park"),
    ("police", "派出所", "Police Station"),
    ("fire", "消防救援站", "Fire Station"),
    ("hotel", "宾馆", "Hotel"),
)
_OF_A_COMMUNITY = ("office", "居民委员会", "Residents' Committee")


class Placed(NamedTuple):
    """A place as it is stored; degrees in WGS-84."""

    kind: str
    name_zh: str
    name_en: str
    address: str
    lon: float
    lat: float
    division: str | None
    source: str


def landmarks() -> list[Placed]:
    """Places that everybody knows: coordinates of public facts, good to some hundred metres."""
    text = resources.files("gis.places").joinpath("landmarks.csv").read_text("utf-8")
    return [
        Placed(
            row["kind"], row["name_zh"], row["name_en"], row["address"],
            float(row["lon"]), float(row["lat"]), None, "public",
        )
        for row in csv.DictReader(io.StringIO(text))
    ]  # fmt: skip


def generate(cells: Cells, layout: Layout, english: dict[str, str]) -> Iterator[Placed]:
    """An office for each community, and the eight that every street has; `english` by code."""
    middles = shapely.get_coordinates(shapely.point_on_surface(cells.shapes))
    order = np.argsort(layout.grids)
    codes, firsts, counts = np.unique(
        layout.communities[order], return_index=True, return_counts=True
    )
    streets: dict[str, list[int]] = {}
    for code, first, count in zip(codes, firsts, counts, strict=True):
        own = order[first : first + count]
        streets.setdefault(str(code)[:9], []).extend(int(index) for index in own)
        yield _place(layout, english, str(code), middles[own[count // 2]], *_OF_A_COMMUNITY)
    for street, own_cells in streets.items():
        step = len(own_cells) // len(_OF_A_STREET)
        for number, row in enumerate(_OF_A_STREET):
            index = own_cells[number * step + step // 2]
            code = str(layout.communities[index])
            found = _place(layout, english, street, middles[index], *row)
            yield found._replace(division=code, address=layout.names[street])


def _place(
    layout: Layout,
    english: dict[str, str],
    code: str,
    at: NDArray[np.float64],
    kind: str,
    ending: str,
    word: str,
) -> Placed:
    name, street = layout.names[code], layout.names[code[:9]]
    stem = name.removesuffix("街道").removesuffix("社区")
    whole = f"{name if kind == 'office' else stem}{ending}"
    stem_en = english[code].removesuffix(" Subdistrict").removesuffix(" Community")
    return Placed(
        kind, whole, f"{stem_en} {word}", street, float(at[0]), float(at[1]), code, "generated"
    )
