"""Whether a server was last set up with these very passwords, without keeping them twice."""

import hashlib
from pathlib import Path


class Fingerprint:
    """SHA-256 of secrets in a file; they are random and long, so a plain hash gives none away."""

    def __init__(self, path: Path, *secrets: str) -> None:
        self._path = path
        self._digest = hashlib.sha256("\n".join(secrets).encode()).hexdigest()

    def same(self) -> bool:
        return self._path.exists() and self._path.read_text() == self._digest

    def keep(self) -> None:
        self._path.write_text(self._digest)
