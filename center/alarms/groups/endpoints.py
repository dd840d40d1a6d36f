"""Groups over HTTP."""

from typing import Annotated

from fastapi import Query

from center.alarms.groups import repository
from center.alarms.groups.schemas import AlarmGroupRead
from center.identity.caller import Caller
from center.identity.guard import permits
from center.pages import Page, PageQuery
from center.requests import Reads
from center.routing import Router

router = Router(prefix="/alarm-groups", tags=["alarms"])


@router.get("")
def list_alarm_groups(
    caller: Annotated[Caller, permits("alarms:read")],
    session: Reads,
    page: PageQuery,
    open: Annotated[  # noqa: A002  # the name of the parameter in the address
        bool, Query(description="Only those with an open alarm in your divisions.")
    ] = True,
) -> Page[AlarmGroupRead]:
    """Storms, the newest first. The alarms of one: `GET /alarms?group=`."""
    return repository.page_of(session, caller, page, only_open=open)
