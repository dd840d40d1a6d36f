"""The catalogue of quantities: list, add, change."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from center.audit.service import audit
from center.errors import NotFound
from center.identity.caller import Caller
from center.pages import Page, PageParameters, paginate
from center.requests import Precondition
from ingest.devices.revision import lock_register
from ingest.quantities.catalogue import QUANTITIES
from ingest.quantities.errors import EmptyRange, QuantityExists, UnknownQuantity
from ingest.quantities.models import Quantity
from ingest.quantities.schemas import QuantityChange, QuantityCreate, QuantityRead


def list_quantities(session: Session, page: PageParameters) -> Page[QuantityRead]:
    """All quantities by key."""
    return paginate(session, sa.select(Quantity), [Quantity.key], page, QuantityRead.model_validate)


def find_quantity(session: Session, key: str) -> Quantity:
    """One quantity.

    Raises:
        NotFound: none has this key.
    """
    found = session.get(Quantity, key)
    if found is None:
        raise NotFound()
    return found


def create_quantity(session: Session, caller: Caller, body: QuantityCreate) -> Quantity:
    """Adds a quantity; a model can name it from now on.

    Raises:
        QuantityExists, EmptyRange
    """
    lock_register(session)
    if session.get(Quantity, body.key) is not None:
        raise QuantityExists()
    made = Quantity(**body.model_dump())
    _check_range(made)
    session.add(made)
    session.flush()
    audit(session, caller, "quantity.create", "quantity", made.key, unit=made.unit)
    return made


def change_quantity(
    session: Session, caller: Caller, key: str, change: QuantityChange, version: Precondition
) -> Quantity:
    """Changes names, range or digits; ingest follows within a second.

    Raises:
        NotFound, Stale, EmptyRange
    """
    lock_register(session)
    quantity = find_quantity(session, key)
    version.check(quantity)
    bounds = {"plausible_min", "plausible_max"}  # here null means something: no bound
    sent = change.model_dump(exclude_unset=True)
    changed = {k: v for k, v in sent.items() if v is not None or k in bounds}
    for name, value in changed.items():
        setattr(quantity, name, value)
    _check_range(quantity)
    session.flush()
    audit(session, caller, "quantity.change", "quantity", key, changed=changed)
    return quantity


def known(session: Session, keys: Iterable[str]) -> dict[str, Quantity]:
    """The quantities of these keys.

    Raises:
        UnknownQuantity: one of them is not in the table.
    """
    wanted = set(keys)
    rows = session.scalars(sa.select(Quantity).where(Quantity.key.in_(wanted)))
    found = {row.key: row for row in rows}
    if missing := sorted(wanted - found.keys()):
        raise UnknownQuantity(f"There is no quantity {missing[0]!r}: create it first.")
    return found


def seed(session: Session) -> None:
    """Adds standard quantities that are missing; those that the city has changed stay."""
    rows = [vars(quantity) for quantity in QUANTITIES]
    session.execute(insert(Quantity).values(rows).on_conflict_do_nothing())


def _check_range(quantity: Quantity) -> None:
    low, high = quantity.plausible_min, quantity.plausible_max
    if low is not None and high is not None and low >= high:
        raise EmptyRange()
