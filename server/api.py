"""The site map: every router of the API, in the order of the document."""

from importlib import import_module

from fastapi import APIRouter

PREFIX = "/api/v1"

# Each module has `router = APIRouter(prefix=..., tags=[...])`.
ROUTERS: tuple[str, ...] = (
    "center.identity.login.endpoints",
    "center.identity.me.endpoints",
    "center.identity.users.endpoints",
    "center.identity.sessions.endpoints",
    "center.identity.policy.endpoints",
    "center.audit.endpoints",
    "center.evidence.endpoints",
    "ingest.evidence_upload",
    "ingest.quantities.endpoints",
    "ingest.devices.catalogue.endpoints",
    "ingest.devices.enrolment.endpoints",
    "ingest.devices.endpoints",
    "ingest.commands.endpoints",
    "ingest.series.endpoints",
    "ingest.ledger.endpoints",
    "ingest.deadletters.endpoints",
    "server.system.endpoints",
)


def build() -> APIRouter:
    """All routers under `/api/v1`."""
    api = APIRouter(prefix=PREFIX)
    for name in ROUTERS:
        api.include_router(import_module(name).router)
    return api
