"""What may be wrong with a camera."""

from center.errors import Conflict, Invalid


class NotACamera(Conflict):
    """The device is not a camera."""


class AddressWrong(Invalid):
    """A stream's address is rtsp://host[:port]/path or rtsps://..., without user and password."""


class AddressForbidden(Invalid):
    """The address lies outside the networks in which cameras may stand."""


class HostUnknown(Invalid):
    """The name of the camera's host cannot be resolved."""


class PasswordNeeded(Invalid):
    """Give the password again: host or user of the stream has changed."""
