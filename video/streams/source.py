"""What a worker knows of the streams it watches: where they are, and whose they are."""

import hashlib
from dataclasses import dataclass

from video.cameras.address import Target


@dataclass(frozen=True, slots=True)
class Watched:
    """A camera as the worker sees it. `snapshot_seconds` 0: no snapshots."""

    device: int
    device_id: str
    division_code: str
    snapshot_seconds: int


@dataclass(frozen=True)
class Source:
    """One stream. Cameras with the same address and login share it, and one pull of it.

    `broken`: why it cannot even be tried.
    """

    target: Target
    login: tuple[str, str] | None
    broken: str | None = None

    @property
    def key(self) -> bytes:
        """Equal for equal streams; tells nothing of the password by itself."""
        words = (self.target.url(), *(self.login or ()), self.broken or "")
        return hashlib.sha256("\0".join(words).encode()).digest()
