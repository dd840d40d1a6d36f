"""The matrix of escalation over HTTP."""

from typing import Annotated

from fastapi import Response

from center.alarms.escalation import service
from center.alarms.escalation.schemas import EscalationMatrix, EscalationMatrixSet
from center.identity.caller import Caller
from center.identity.guard import permits
from center.requests import IfMatch, Reads, Writes, etag
from center.routing import Router

router = Router(prefix="/escalation-matrix", tags=["alarms"])


def _shown(matrix: EscalationMatrix, response: Response) -> EscalationMatrix:
    response.headers["ETag"] = etag(matrix)
    return matrix


@router.get("")
def get_escalation_matrix(
    caller: Annotated[Caller, permits("alarms:read")], session: Reads, response: Response
) -> EscalationMatrix:
    """After how long unacknowledged an alarm goes to whom."""
    return _shown(service.read(session), response)


@router.put("")
def set_escalation_matrix(
    caller: Annotated[Caller, permits("escalation:write")],
    session: Writes,
    body: EscalationMatrixSet,
    version: IfMatch,
    response: Response,
) -> EscalationMatrix:
    """Put another matrix into force, for open alarms too."""
    return _shown(service.change(session, caller, body, version), response)
