"""Quantities over HTTP."""

from typing import Annotated

from fastapi import Path, Response

from center.identity.caller import Caller
from center.identity.guard import permits
from center.pages import Page, PageQuery
from center.requests import IdempotencyKey, IfMatch, Reads, Writes, etag, located
from center.routing import Router
from ingest.quantities import service
from ingest.quantities.models import Quantity
from ingest.quantities.schemas import QuantityChange, QuantityCreate, QuantityRead

router = Router(prefix="/quantities", tags=["quantities"])

Reader = Annotated[Caller, permits("devices:read")]
Writer = Annotated[Caller, permits("quantities:write")]
KeyPath = Annotated[str, Path(max_length=64, examples=["water_level"])]


def _read(quantity: Quantity, response: Response) -> QuantityRead:
    response.headers["ETag"] = etag(quantity)
    return QuantityRead.model_validate(quantity)


@router.get("")
def list_quantities(_: Reader, session: Reads, page: PageQuery) -> Page[QuantityRead]:
    """What numbers in readings mean: unit, names, plausible range."""
    return service.list_quantities(session, page)


@router.get("/{key}")
def get_quantity(_: Reader, session: Reads, key: KeyPath, response: Response) -> QuantityRead:
    """One quantity, with the ETag that a change needs."""
    return _read(service.find_quantity(session, key), response)


@router.post("", status_code=201)
def create_quantity(
    caller: Writer, session: Writes, body: QuantityCreate, key: IdempotencyKey, response: Response
) -> QuantityRead:
    """Add a quantity; afterwards a device model can name it."""

    def act() -> QuantityRead:
        return QuantityRead.model_validate(service.create_quantity(session, caller, body))

    made = key.once(session, caller, body, QuantityRead, act)
    response.headers["ETag"] = etag(made)
    located(response, f"/quantities/{made.key}")
    return made


@router.patch("/{key}")
def change_quantity(
    caller: Writer,
    session: Writes,
    key: KeyPath,
    body: QuantityChange,
    version: IfMatch,
    response: Response,
) -> QuantityRead:
    """Change names, plausible range or digits. Key and unit stay: stored values have them."""
    return _read(service.change_quantity(session, caller, key, body, version), response)
