"""Messages over HTTP."""

from typing import Annotated

from center.identity.caller import Caller
from center.identity.guard import permits
from center.pages import Page, PageQuery
from center.requests import Reads
from center.routing import Router
from ingest.devices.endpoints import DeviceIdPath
from ingest.messages import service
from ingest.messages.schemas import MessageRead
from ingest.series.service import source

router = Router(tags=["messages"])

Reader = Annotated[Caller, permits("series:read")]


@router.get("/devices/{device_id}/messages")
def list_messages(
    session: Reads, caller: Reader, device_id: DeviceIdPath, page: PageQuery
) -> Page[MessageRead]:
    """What a device has said, the newest first by its own time; among it, for who may see dead
    letters, what was refused, by when it came. A page looks 15 days back at most: read on as long
    as there is a `next`, were it behind an empty page."""
    return service.messages(session, caller, source(session, caller, device_id), page)
