"""Errors people may meet: few, named, each with its HTTP status and default message."""

from collections.abc import Mapping
from typing import Any, ClassVar


class HengyangError(Exception):
    """Something went wrong."""

    status: ClassVar[int] = 500

    def __init__(self, detail: str | None = None, **fields: Any) -> None:
        self.detail = detail or (type(self).__doc__ or "").strip()
        self.fields: Mapping[str, Any] = fields
        super().__init__(self.detail)

    @classmethod
    def code(cls) -> str:
        """Stable name of the kind of error, e.g. `not_found`, for programs and translations."""
        name = cls.__name__
        return "".join("_" + c.lower() if c.isupper() else c for c in name).lstrip("_")


class Invalid(HengyangError):
    """The request holds a value that cannot be used."""

    status = 422


class Unauthenticated(HengyangError):
    """Log in first."""

    status = 401


class Forbidden(HengyangError):
    """Your roles do not permit this."""

    status = 403


class NotFound(HengyangError):
    """There is no such thing, or it lies outside your divisions."""

    status = 404


class Conflict(HengyangError):
    """Somebody or something else got there first."""

    status = 409


class Stale(HengyangError):
    """The thing has changed since you read it: read it again and repeat your change."""

    status = 412


class PreconditionMissing(HengyangError):
    """Send If-Match with the ETag of the version you read."""

    status = 428


class TooLarge(HengyangError):
    """The content is larger than allowed."""

    status = 413


class TooMany(HengyangError):
    """Too many requests: wait as long as Retry-After says."""

    status = 429


class Unavailable(HengyangError):
    """A server we depend on does not answer; the request may be repeated."""

    status = 503
