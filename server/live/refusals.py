"""The trace of a topic that was asked for and not permitted."""

from collections.abc import Sequence
from typing import Any, Literal

from center.audit.service import audit_alone
from center.identity.caller import Caller
from center.identity.guard import refusals
from server.live.protocol import Topic

ROUTE = "/api/v1/live"


def tell_refusal(caller: Caller, topic: Topic | Literal["picture"], missing: Sequence[str]) -> None:
    """Enters a refusal into the audit trail, as the guard of a handler does: a repeat is counted
    with the next one."""
    folded = refusals().take((caller.user_id, f"{ROUTE} {topic}"))
    if folded is not None:
        detail: dict[str, Any] = {"missing": list(missing)} | ({"folded": folded} if folded else {})
        audit_alone(caller, "request.refuse", "route", f"WS {ROUTE} {topic}", **detail)
