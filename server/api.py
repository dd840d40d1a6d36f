"""The site map: every router of the API, in the order of the document."""

from importlib import import_module

from fastapi import FastAPI

from center.requests import PREFIX

# Each module has `router = Router(prefix=..., tags=[...])`.
ROUTERS: tuple[str, ...] = (
    "center.identity.login.endpoints",
    "center.identity.me.endpoints",
    "center.identity.users.endpoints",
    "center.identity.sessions.endpoints",
    "center.identity.policy.endpoints",
    "center.audit.endpoints",
    "center.evidence.endpoints",
    "center.alarms.endpoints",
    "center.alarms.groups.endpoints",
    "center.alarms.silences.endpoints",
    "center.alarms.escalation.endpoints",
    "gis.divisions.endpoints",
    "gis.components.endpoints",
    "gis.dictionary.endpoints",
    "gis.layers.endpoints",
    "gis.tiles.endpoints",
    "gis.search.endpoints",
    "gis.features.endpoints",
    "ingest.evidence_upload",
    "ingest.quantities.endpoints",
    "ingest.devices.catalogue.endpoints",
    "ingest.devices.enrolment.endpoints",
    "ingest.devices.endpoints",
    "ingest.commands.endpoints",
    "ingest.series.endpoints",
    "ingest.messages.endpoints",
    "ingest.ledger.endpoints",
    "ingest.deadletters.endpoints",
    "cityops.rules.endpoints",
    "traffic.codes.endpoints",
    "traffic.sites.endpoints",
    "traffic.counts.endpoints",
    "traffic.records.endpoints",
    "video.enrolment.endpoints",
    "video.cameras.endpoints",
    "video.trials.endpoints",
    "server.system.endpoints",
)


def include(app: FastAPI) -> None:
    """All routers under `/api/v1`, each by itself: a router within a router is searched twice."""
    for name in ROUTERS:
        app.include_router(import_module(name).router, prefix=PREFIX)
