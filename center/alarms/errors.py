"""What may go wrong with alarms."""

from center.errors import Conflict, Forbidden, Invalid


class ActNotPossible(Conflict):
    """The alarm is in a state in which this cannot be done."""


class AlreadyAcknowledged(Conflict):
    """Somebody has acknowledged this alarm already."""


class NoFurtherLevel(Conflict):
    """The escalation matrix has no further level for alarms of this severity."""


class ShelvingEnd(Invalid):
    """A shelving ends after now and within the longest time that is allowed."""


class SilenceEnd(Invalid):
    """A silence ends after now and within the longest time that is allowed."""


class SilenceOver(Conflict):
    """The silence has ended: make a new one."""


class SilenceElsewhere(Forbidden):
    """What would be silenced reaches beyond your divisions."""


class AreaInvalid(Invalid):
    """The area is no polygon that encloses a surface."""


class MatrixInvalid(Invalid):
    """Levels of a severity count from 1 without a hole, each later than the one before."""
