"""The catalogue of device models: list, add, append quantities."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from center.audit.service import audit
from center.errors import NotFound
from center.identity.caller import Caller
from center.pages import Page, PageParameters, paginate
from center.requests import Precondition
from ingest.devices.catalogue.errors import (
    ModelExists,
    QuantityTwice,
    TooManyQuantities,
    UnknownModel,
)
from ingest.devices.catalogue.schemas import ModelChange, ModelCreate, ModelRead
from ingest.devices.catalogue.standard import DEVICE_MODELS
from ingest.devices.models import DeviceModel
from ingest.devices.revision import lock_register
from ingest.quantities.service import known

MOST_QUANTITIES = 64  # as many as one message on the wire may hold


def list_models(session: Session, page: PageParameters, kind: str | None) -> Page[ModelRead]:
    """Models by name."""
    chosen = sa.select(DeviceModel)
    if kind is not None:
        chosen = chosen.where(DeviceModel.kind == kind)
    return paginate(session, chosen, [DeviceModel.name], page, ModelRead.model_validate)


def find_model(session: Session, name: str) -> DeviceModel:
    """One model.

    Raises:
        NotFound: none has this name.
    """
    found = session.scalar(sa.select(DeviceModel).where(DeviceModel.name == name))
    if found is None:
        raise NotFound()
    return found


def model_named(session: Session, name: str) -> DeviceModel:
    """The model that a request names in its body.

    Raises:
        UnknownModel: there is none.
    """
    try:
        return find_model(session, name)
    except NotFound as error:
        raise UnknownModel(f"There is no device model {name!r}: create it first.") from error


def create_model(session: Session, caller: Caller, body: ModelCreate) -> DeviceModel:
    """Adds a model.

    Raises:
        ModelExists, UnknownQuantity, QuantityTwice
    """
    lock_register(session)
    if session.scalar(sa.select(DeviceModel.id).where(DeviceModel.name == body.name)) is not None:
        raise ModelExists()
    _check(session, body.quantities)
    made = DeviceModel(**body.model_dump())
    session.add(made)
    session.flush()
    audit(session, caller, "device_model.create", "device_model", made.name, kind=made.kind)
    return made


def change_model(
    session: Session, caller: Caller, name: str, change: ModelChange, version: Precondition
) -> DeviceModel:
    """Changes the words, appends quantities; the order of those it has can never change.

    Raises:
        NotFound, Stale, UnknownQuantity, QuantityTwice, TooManyQuantities
    """
    lock_register(session)
    model = find_model(session, name)
    version.check(model)
    quantities = [*model.quantities, *change.append]
    if len(quantities) > MOST_QUANTITIES:
        raise TooManyQuantities()
    _check(session, quantities)
    model.quantities = quantities
    words = change.model_dump(exclude={"append"}, exclude_none=True)
    for field, value in words.items():
        setattr(model, field, value)
    session.flush()
    audit(session, caller, "device_model.change", "device_model", name, append=change.append)
    return model


def seed(session: Session) -> None:
    """Adds standard models that are missing; those that the city has changed stay."""
    rows = [{**vars(model), "quantities": list(model.quantities)} for model in DEVICE_MODELS]
    session.execute(insert(DeviceModel).values(rows).on_conflict_do_nothing())


def _check(session: Session, quantities: list[str]) -> None:
    if len(set(quantities)) < len(quantities):
        raise QuantityTwice()
    known(session, quantities)
