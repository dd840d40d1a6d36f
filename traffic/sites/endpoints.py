"""Sites over HTTP."""

from typing import Annotated

from fastapi import Depends, Query, Response

from center.identity.caller import Caller
from center.identity.guard import permits
from center.pages import Page, PageQuery
from center.requests import IfMatch, Reads, Writes, etag
from center.routing import Router
from ingest.devices.endpoints import DeviceIdPath
from traffic.sites import repository, service
from traffic.sites.schemas import SiteChange, SiteRead

router = Router(prefix="/traffic", tags=["traffic"])

Reader = Annotated[Caller, permits("traffic:read")]
Writer = Annotated[Caller, permits("traffic:write")]


async def _filters(  # async because it does not wait: it needs no thread
    division: Annotated[
        str | None,
        Query(pattern=r"^[0-9]{2,12}$", description="Division code or the beginning of one."),
    ] = None,
    registered: bool | None = None,
    q: Annotated[
        str | None, Query(min_length=1, max_length=60, description="Part of name or crossing.")
    ] = None,
) -> repository.Filters:
    return repository.Filters(division, registered, q)


def _shown(site: SiteRead, response: Response) -> SiteRead:
    response.headers["ETag"] = etag(site)
    return site


@router.get("/sites")
def list_sites(
    caller: Reader,
    session: Reads,
    page: PageQuery,
    filters: Annotated[repository.Filters, Depends(_filters)],
) -> Page[SiteRead]:
    """E-police sites (电子警察点位) in your divisions by device id, with their lanes."""
    return repository.page_of(session, caller, page, filters)


@router.get("/sites/{device_id}")
def get_site(
    caller: Reader, session: Reads, device_id: DeviceIdPath, response: Response
) -> SiteRead:
    """One site, with the ETag that a change needs."""
    return _shown(repository.find(session, caller, device_id), response)


@router.put("/sites/{device_id}")
def register_site(
    caller: Writer,
    session: Writes,
    device_id: DeviceIdPath,
    body: SiteChange,
    version: IfMatch,
    response: Response,
) -> SiteRead:
    """Say which crossing, direction and lanes a site watches, in place of what was said before."""
    return _shown(service.register(session, caller, device_id, body, version), response)
