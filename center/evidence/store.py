"""Where the content lies: a local folder or S3 behind one library, named by its hash."""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from center.errors import NotFound, Unavailable
from center.logs import logger
from center.settings import EvidenceSettings, settings, var_dir

log = logger(__name__)

CHUNK_BYTES = 64 * 1024
TRIAL = "trial"  # no hash: it meets no evidence


class StoreAway(Unavailable):
    """The store of the evidence does not answer."""


class ContentGone(NotFound):
    """This evidence was kept once, and the store has lost it."""


class Store:
    """Content by SHA-256 (hex); an object appears whole or not at all, on both kinds of store."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects

    def put(self, sha256: str, file: IO[bytes]) -> None:
        """Keeps the content of `file`, whose hash the caller has checked.

        Raises:
            StoreAway: it could not be kept.
        """
        try:
            obstore.put(self._objects, path(sha256), file)
        except (BaseError, OSError) as error:
            log.error("evidence_not_kept", sha256=sha256, error=str(error))
            raise StoreAway from error

    def remove(self, sha256s: Sequence[str]) -> None:
        """Away with these; one that is not there is away already.

        Raises:
            StoreAway: the store does not answer.
        """
        for sha256 in sha256s:
            try:
                obstore.delete(self._objects, path(sha256))
            except FileNotFoundError:
                log.warning("evidence_was_gone", sha256=sha256)
            except (BaseError, OSError) as error:
                raise StoreAway from error

    def get(self, sha256: str) -> Iterator[bytes]:
        """The content in pieces; it is opened before this returns, so that errors come first.

        Raises:
            ContentGone: there is no such object.
            StoreAway: the store does not answer.
        """
        try:
            found = obstore.get(self._objects, path(sha256))
        except FileNotFoundError as error:
            log.error("evidence_gone", sha256=sha256)
            raise ContentGone from error
        except (BaseError, OSError) as error:
            raise StoreAway from error
        return (bytes(chunk) for chunk in found.stream(min_chunk_size=CHUNK_BYTES))

    def try_out(self) -> None:
        """Keeps something small and removes it again.

        Raises:
            StoreAway: it could not be kept.
        """
        try:
            obstore.put(self._objects, TRIAL, b"trial")
            obstore.delete(self._objects, TRIAL)
        except (BaseError, OSError) as error:
            raise StoreAway(f"The store of the evidence takes nothing: {error}") from error


def path(sha256: str) -> str:
    """`ab/cd/abcd...`: no folder grows beyond what file systems like."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


@cache
def open_store(url: str) -> Store:
    """The store at `file:///folder`, `s3://bucket/prefix` and what else obstore knows.

    S3 takes its credentials from the environment as usual (AWS_ACCESS_KEY_ID, AWS_ENDPOINT ...).
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        Path(parts.path).mkdir(mode=0o700, parents=True, exist_ok=True)
        return Store(LocalStore(parts.path))
    return Store(from_url(url))


def store() -> Store:
    """The store that the settings name."""
    url = settings(EvidenceSettings).evidence_url
    return open_store(url or Path(var_dir() / "evidence").absolute().as_uri())
