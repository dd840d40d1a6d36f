"""What may go wrong with quantities."""

from center.errors import Conflict, Invalid


class QuantityExists(Conflict):
    """There is a quantity of this key already."""


class EmptyRange(Invalid):
    """The lower bound of the plausible range must lie below the upper one."""


class UnknownQuantity(Invalid):
    """There is no such quantity: create it first."""
