"""The rules in force, for all who keep to them."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.identity.models import SecurityPolicy


def policy(session: Session, *, lock: bool = False) -> SecurityPolicy:
    """The one row of them."""
    statement = sa.select(SecurityPolicy)
    return session.scalars(statement.with_for_update() if lock else statement).one()
