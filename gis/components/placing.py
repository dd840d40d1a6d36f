"""How many components of each class there are, where they stand, and who answers for them."""

import csv
import io
from functools import cache
from importlib import resources
from typing import NamedTuple


class Department(NamedTuple):
    """Who answers for components."""

    code: str
    name: str


class Placing(NamedTuple):
    """One class: its share among a thousand, and where it stands (a row of `SPOTS`)."""

    code: str
    per_mille: int
    where: str
    authority: Department
    owner: Department
    maintainer: Department


class Spot(NamedTuple):
    """Metres from the middle of the road, least and most."""

    least: float
    most: float


# `crossing` and `ground` are no distances from a road; see `generation`.
SPOTS = {
    "carriageway": Spot(0.5, 5.5),
    "gutter": Spot(6.0, 7.0),
    "kerb": Spot(7.5, 8.5),
    "pavement": Spot(9.0, 13.0),
}
CROSSING, GROUND = "crossing", "ground"


@cache
def placings() -> tuple[Placing, ...]:
    """The rows of `placing.csv`; their shares make a thousand."""
    known = {row["key"]: Department(row["code"], row["name"]) for row in _rows("departments")}
    return tuple(
        Placing(
            row["code"],
            int(row["per_mille"]),
            row["where"],
            *(known[row[role]] for role in ("authority", "owner", "maintainer")),
        )
        for row in _rows("placing")
    )


def _rows(name: str) -> list[dict[str, str]]:
    text = resources.files("gis.components").joinpath(f"{name}.csv").read_text("utf-8")
    return list(csv.DictReader(io.StringIO(text)))
