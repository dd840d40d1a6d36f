"""The registry of layers over HTTP."""

from typing import Annotated

from center.identity.caller import Caller
from center.identity.guard import permits
from center.requests import Reads
from center.routing import Router
from gis.layers import service
from gis.layers.schemas import LayerList

router = Router(prefix="/gis/layers", tags=["gis"])


@router.get("")
def list_layers(caller: Annotated[Caller, permits("gis:read")], session: Reads) -> LayerList:
    """What a map of yours can show, the lowest layer first."""
    return service.list_layers(session, caller)
