"""What may go wrong with devices."""

from center.errors import Conflict, Forbidden, Invalid


class DeviceExists(Conflict):
    """There is, or was, a device of this id: ids are never used again."""


class CameraNumberTaken(Conflict):
    """Another device has this camera number."""


class DeviceRetired(Conflict):
    """The device is retired: reinstate it first."""


class DeviceNotRetired(Conflict):
    """The device is not retired."""


class ReservedName(Invalid):
    """Programs of our own go by this name at the broker: choose another id."""


class OutsideDivisions(Forbidden):
    """The division lies outside yours."""


class NotMeasured(Invalid):
    """The calibration names a quantity that the device's model does not measure."""


class MaintenanceEnd(Invalid):
    """Maintenance ends after now and within a year."""
