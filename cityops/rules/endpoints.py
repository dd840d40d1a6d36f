"""Rules over HTTP."""

from typing import Annotated, Literal

from fastapi import Depends, Path, Query, Response

from center.identity.caller import Caller
from center.identity.guard import permits
from center.pages import Page, PageQuery
from center.requests import IdempotencyKey, IfMatch, Reads, Writes, etag, located
from center.routing import Router
from cityops.rules import dryrun, repository, service
from cityops.rules.schemas import (
    DryRun,
    DryRunAsk,
    RuleChange,
    RuleCreate,
    RuleRead,
    RuleVersionRead,
)

router = Router(prefix="/rules", tags=["rules"])

Reader = Annotated[Caller, permits("rules:read")]
Writer = Annotated[Caller, permits("rules:write")]
RuleId = Annotated[int, Path(ge=1, le=2**31 - 1, examples=[12])]


async def _filters(  # async because it does not wait: it needs no thread
    enabled: bool | None = None,
    source: Literal["threshold", "liveness", "gap"] | None = None,
    quantity: Annotated[str | None, Query(max_length=64)] = None,
    division: Annotated[
        str | None,
        Query(pattern=r"^[0-9]{2,12}$", description="Division code or the beginning of one."),
    ] = None,
    q: Annotated[
        str | None, Query(min_length=1, max_length=60, description="Part of name or description.")
    ] = None,
) -> repository.Filters:
    return repository.Filters(enabled, source, quantity, division, q)


def _read(rule: RuleRead, response: Response) -> RuleRead:
    response.headers["ETag"] = etag(rule)
    return rule


@router.get("")
def list_rules(
    caller: Reader,
    session: Reads,
    page: PageQuery,
    filters: Annotated[repository.Filters, Depends(_filters)],
) -> Page[RuleRead]:
    """Rules that hold in your divisions, in the order in which they were made."""
    return repository.page_of(session, caller, page, filters)


@router.get("/{rule_id}")
def get_rule(caller: Reader, session: Reads, rule_id: RuleId, response: Response) -> RuleRead:
    """One rule, with the ETag that a change needs."""
    return _read(service.find(session, caller, rule_id), response)


@router.get("/{rule_id}/versions")
def list_rule_versions(
    caller: Reader, session: Reads, rule_id: RuleId, page: PageQuery
) -> Page[RuleVersionRead]:
    """Every version of a rule, the newest first."""
    return repository.versions_of(session, repository.find(session, caller, rule_id), page)


@router.post("", status_code=201)
def create_rule(
    caller: Writer, session: Writes, body: RuleCreate, key: IdempotencyKey, response: Response
) -> RuleRead:
    """Put a rule in force. Facts that come within a second may still be judged without it."""

    def act() -> RuleRead:
        return service.create(session, caller, body)

    made = key.once(session, caller, body, RuleRead, act)
    located(response, f"/rules/{made.id}")
    return _read(made, response)


@router.patch("/{rule_id}")
def change_rule(
    caller: Writer,
    session: Writes,
    rule_id: RuleId,
    body: RuleChange,
    version: IfMatch,
    response: Response,
) -> RuleRead:
    """Change what is sent. Its open alarms are closed if more changes than words."""
    return _read(service.change(session, caller, rule_id, body, version), response)


@router.delete("/{rule_id}", status_code=204)
def delete_rule(caller: Writer, session: Writes, rule_id: RuleId, version: IfMatch) -> None:
    """End a rule; its open alarms are closed."""
    service.delete(session, caller, rule_id, version)


@router.post("/dry-runs")
def try_rule(caller: Reader, session: Reads, body: DryRunAsk) -> DryRun:
    """What a rule would have raised on stored readings, as they came; nothing is kept of it."""
    return dryrun.try_rule(session, caller, body)
