"""Search over HTTP."""

from typing import Annotated

from fastapi import Query

from center.identity.caller import Caller
from center.identity.guard import permits
from center.requests import Reads
from center.routing import Router
from gis.search import service
from gis.search.schemas import Found

router = Router(prefix="/gis/search", tags=["gis"])


@router.get("")
def search(
    caller: Annotated[Caller, permits("gis:read")],
    session: Reads,
    q: Annotated[
        str,
        Query(
            min_length=1,
            max_length=1000,
            description="Chinese, pinyin, initials, English, or the beginning of a code; what is"
            " beyond 60 characters is not looked at.",
            examples=["石鼓"],
        ),
    ],
    kinds: Annotated[
        str | None,
        Query(
            max_length=100, description="Kinds, separated by commas.", examples=["division,road"]
        ),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=50, description="Most items in the answer.")] = 10,
) -> Found:
    """Find divisions, grids, roads, places, and the components and devices of your divisions."""
    return service.find(session, caller, q, service.kinds_of(caller, kinds), limit)
