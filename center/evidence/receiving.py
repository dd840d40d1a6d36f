"""Taking in content of unknown size: hashed, sniffed and bounded while it flows."""

import hashlib
import tempfile
from typing import IO

from center.errors import Invalid, TooLarge
from center.evidence.content import HEAD_BYTES, sniff

MEMORY_BYTES = 256 * 1024  # more of one upload goes to a temporary file without a name


class WrongDigest(Invalid):
    """The content does not have the SHA-256 under which it was sent; nothing was kept."""


class Receiver:
    """Gathers one upload; nothing of it can be seen before `finish` has approved all of it."""

    def __init__(self, sha256: str, max_bytes: int) -> None:
        self.sha256 = sha256
        self.size = 0
        self.content_type = ""
        self._limit = max_bytes
        self._hash = hashlib.sha256()
        self._head = b""
        self.file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=MEMORY_BYTES)  # noqa: SIM115  # `close` closes it

    def announced(self, length: int | None) -> None:
        """Refuses by the Content-Length, before the content is sent.

        Raises:
            TooLarge: it says more than allowed.
        """
        if length is not None and length > self._limit:
            raise TooLarge(f"At most {self._limit} bytes are allowed.", limit=self._limit)

    def take(self, chunk: bytes) -> None:
        """Adds what has arrived.

        Raises:
            TooLarge: it is more than allowed by now.
            UnsupportedContent: it begins like nothing that we keep.
        """
        self.size += len(chunk)
        self.announced(self.size)
        self._hash.update(chunk)
        self.file.write(chunk)
        if not self.content_type:
            self._head = (self._head + chunk)[:HEAD_BYTES]
            if len(self._head) == HEAD_BYTES:
                self.content_type = sniff(self._head)

    def finish(self) -> None:
        """Approves the whole and rewinds `file`.

        Raises:
            UnsupportedContent: it is nothing that we keep.
            WrongDigest: the content is not what its name says.
        """
        self.content_type = self.content_type or sniff(self._head)
        digest = self._hash.hexdigest()
        if digest != self.sha256:
            raise WrongDigest(expected=self.sha256, received=digest)
        self.file.seek(0)

    def close(self) -> None:
        self.file.close()
