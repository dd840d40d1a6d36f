"""What may go wrong with rules."""

from center.errors import Conflict, Forbidden, Invalid, TooLarge


class RuleNameTaken(Conflict):
    """Another rule has this name."""


class RuleOutsideDivisions(Forbidden):
    """The rule reaches beyond your divisions: name a division of yours in its target."""


class LimitImplausible(Invalid):
    """A limit lies outside what the quantity can be: no reading would ever pass it."""


class UnknownModel(Invalid):
    """There is no device model of this name."""


class UnknownDevices(Invalid):
    """There is no such device, or it lies outside your divisions."""


class NothingToWatch(Invalid):
    """Devices of this model do not measure the quantity."""


class DryRunNotPossible(Invalid):
    """Only rules on a quantity can be tried on stored readings: states of devices are not kept."""


class DryRunTooLong(TooLarge):
    """A dry run goes over a month at most, and begins before it ends."""
