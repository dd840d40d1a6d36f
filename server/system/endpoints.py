"""The system over HTTP."""

from typing import Annotated

from fastapi import Query

from center.identity.caller import Caller
from center.identity.guard import permits
from center.requests import Reads
from center.routing import Router
from server.system import service
from server.system.schemas import Overview, Throughput

router = Router(prefix="/system", tags=["system"])

Reader = Annotated[Caller, permits("system:read")]


@router.get("/overview")
def get_overview(caller: Reader, session: Reads) -> Overview:
    """Devices, ledger, rate, queues and processes, at this moment. Cheap: ask every two seconds."""
    return service.overview(session, caller)


@router.get("/throughput")
def get_throughput(
    caller: Reader,
    session: Reads,
    minutes: Annotated[int, Query(ge=1, le=service.MOST_MINUTES)] = 15,
) -> Throughput:
    """What was received lately, by what became of it."""
    return service.throughput(session, minutes)
