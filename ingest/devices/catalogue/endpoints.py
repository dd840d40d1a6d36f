"""Device models over HTTP."""

from typing import Annotated

from fastapi import Path, Response

from center.identity.caller import Caller
from center.identity.guard import permits
from center.pages import Page, PageQuery
from center.requests import IdempotencyKey, IfMatch, Reads, Writes, etag, located
from center.routing import Router
from ingest.devices.catalogue import service
from ingest.devices.catalogue.schemas import ModelChange, ModelCreate, ModelRead
from ingest.devices.models import DeviceModel
from ingest.devices.schemas import Kind

router = Router(prefix="/device-models", tags=["device models"])

Reader = Annotated[Caller, permits("devices:read")]
Writer = Annotated[Caller, permits("quantities:write")]
NamePath = Annotated[str, Path(max_length=64, examples=["generic-water-level"])]


def _read(model: DeviceModel, response: Response) -> ModelRead:
    response.headers["ETag"] = etag(model)
    return ModelRead.model_validate(model)


@router.get("")
def list_models(
    _: Reader, session: Reads, page: PageQuery, kind: Kind | None = None
) -> Page[ModelRead]:
    """Models of devices and what they measure."""
    return service.list_models(session, page, kind)


@router.get("/{name}")
def get_model(_: Reader, session: Reads, name: NamePath, response: Response) -> ModelRead:
    """One model, with the ETag that a change needs."""
    return _read(service.find_model(session, name), response)


@router.post("", status_code=201)
def create_model(
    caller: Writer, session: Writes, body: ModelCreate, key: IdempotencyKey, response: Response
) -> ModelRead:
    """Add a model; afterwards devices of it can be enrolled."""

    def act() -> ModelRead:
        return ModelRead.model_validate(service.create_model(session, caller, body))

    made = key.once(session, caller, body, ModelRead, act)
    response.headers["ETag"] = etag(made)
    located(response, f"/device-models/{made.name}")
    return made


@router.patch("/{name}")
def change_model(
    caller: Writer,
    session: Writes,
    name: NamePath,
    body: ModelChange,
    version: IfMatch,
    response: Response,
) -> ModelRead:
    """Change manufacturer and description, append quantities: stored values keep their order."""
    return _read(service.change_model(session, caller, name, body, version), response)
