"""Why the local stack cannot be built, started or stopped."""


class StackError(Exception):
    """The local stack failed."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.__doc__)


class ToolMissing(StackError):
    """A program that the local stack needs is not installed."""


class RootfsFailed(StackError):
    """The root file system of the local stack could not be built."""


class PortTaken(StackError):
    """Another process listens on a port of the local stack."""


class ServerFailed(StackError):
    """A server of the local stack did not become ready."""


class InUse(StackError):  # named for what the stack is
    """The whole system runs on this stack."""


class PartialServers(StackError):
    """Some of the city's own servers are named and some are not."""
