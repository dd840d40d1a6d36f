"""Cursors: how far a viewer has been told, in words that every API process understands."""

from dataclasses import dataclass
from typing import NamedTuple, Self


class Place(NamedTuple):
    """A moment in the life of one database.

    Whatever was committed by transactions before `xid` (PostgreSQL's xid8) had been seen;
    `revision` is that of the device register, `cluster` tells this database from another one and
    from itself before a restart.
    """

    cluster: int
    revision: int
    xid: int


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place, and what was looked at: `view` stands for the viewport and the rights."""

    place: Place
    view: int

    @classmethod
    def parse(cls, text: str | None) -> Self | None:
        """The cursor in the words of `str`, None where it is none of ours."""
        try:
            cluster, revision, xid, view = (int(part, 36) for part in (text or "").split("."))
        except ValueError:
            return None
        return cls(Place(cluster, revision, xid), view)

    def __str__(self) -> str:
        return ".".join(_base36(part) for part in (*self.place, self.view))

    def leads_to(self, place: Place, view: int) -> bool:
        """Whether what happened since can be told as changes.

        Not when the register has changed: a device that moved into another division or was
        retired has left no trace of where it was.
        """
        same = (self.place.cluster, self.place.revision, self.view)
        return same == (place.cluster, place.revision, view)


_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def _base36(number: int) -> str:
    text = ""
    while number or not text:
        number, digit = divmod(number, 36)
        text = _DIGITS[digit] + text
    return text
