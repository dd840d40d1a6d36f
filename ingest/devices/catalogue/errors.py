"""What may go wrong with device models."""

from center.errors import Conflict, Invalid


class ModelExists(Conflict):
    """There is a device model of this name already."""


class UnknownModel(Invalid):
    """There is no such device model: create it first."""


class QuantityTwice(Invalid):
    """A model names each quantity once."""


class TooManyQuantities(Invalid):
    """A model has 64 quantities at most."""
