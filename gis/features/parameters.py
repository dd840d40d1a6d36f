"""What may be asked of a collection: a box, how many, from which on. The rest is refused (400)."""

import math
from dataclasses import dataclass
from typing import Annotated

from fastapi import Query, Request

from center.errors import HengyangError

DEFAULT_LIMIT, MAX_LIMIT = 10, 1000
MOST_OFFSET = 10_000_000
Box = tuple[float, float, float, float]


class BadParameter(HengyangError):
    """A parameter of the request is unknown or cannot be used."""

    status = 400


@dataclass(frozen=True)
class Asked:
    """Which features: at most `limit` from the `offset`-th on, of those that touch the box."""

    bbox: Box | None = None
    limit: int = DEFAULT_LIMIT
    offset: int = 0


async def nothing_else(request: Request) -> None:
    """For addresses that take no parameters but the format, which is always JSON."""
    check(request, {"f"})


async def asked(  # async because it does not wait: it needs no thread
    request: Request,
    bbox: Annotated[
        str | None,
        Query(
            max_length=200,
            description="West, south, east, north in degrees (CRS84).",
            examples=["112.5,26.8,112.7,27.0"],
        ),
    ] = None,
    limit: Annotated[
        int, Query(ge=1, description=f"Most features in the answer; {MAX_LIMIT} at most.")
    ] = DEFAULT_LIMIT,
    offset: Annotated[int, Query(ge=0, le=MOST_OFFSET, description="Features to skip.")] = 0,
) -> Asked:
    """The parameters of `items`. Beyond the most there is the limit is lowered, as the standard
    has it; `datetime` is taken and matches all, since these features have no time of their own."""
    check(request, {"f", "bbox", "limit", "offset", "datetime"})
    return Asked(None if bbox is None else box(bbox), min(limit, MAX_LIMIT), offset)


def check(request: Request, known: set[str]) -> None:
    """Refuses what nobody would have looked at.

    Raises:
        BadParameter
    """
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        raise BadParameter(f"Unknown parameters: {', '.join(unknown)[:200]}.")
    if request.query_params.get("f", "json") not in {"json", "geojson"}:
        raise BadParameter("`f` is json: there is no other format.")


def box(text: str) -> Box:
    """Four numbers, or six of which the heights are not looked at.

    Raises:
        BadParameter
    """
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError as error:
        raise BadParameter("`bbox` are four numbers: west, south, east, north.") from error
    if len(numbers) == 6:
        numbers = [*numbers[:2], *numbers[3:5]]
    if len(numbers) != 4 or not all(map(math.isfinite, numbers)):
        raise BadParameter("`bbox` are four numbers: west, south, east, north.")
    west, south, east, north = numbers
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise BadParameter("`bbox` is west, south, east, north in degrees, the lower first.")
    return west, south, east, north
