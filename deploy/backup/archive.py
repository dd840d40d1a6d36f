"""The file of a backup: a tar archive whose last member says what the others must be."""

import hashlib
import io
import json
import shutil
import tarfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO

from deploy.backup.errors import BackupError, Spoilt

# Each part is a tree of files. Its SHA-256 in `manifest.json` is taken over one line
# `sha256 size name` per file, in the order of their names.
FORMAT = 1
MANIFEST = "manifest.json"
CHUNK = 1 << 20


@dataclass(frozen=True)
class Part:
    """What one part holds: the number of its files, their bytes, and the digest of it all."""

    name: str
    files: int
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup is made of, when and by which versions."""

    versions: dict[str, str]
    parts: list[Part]
    made_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    format: int = FORMAT

    def to_json(self) -> bytes:
        return json.dumps(asdict(self), indent=2, ensure_ascii=False).encode()

    @classmethod
    def from_json(cls, text: bytes) -> "Manifest":
        """Raises Spoilt if it is none, or of a format that this program does not know."""
        try:
            found = json.loads(text)
            if found["format"] != FORMAT:
                raise Spoilt(f"The backup has format {found['format']}; this program reads 1.")
            parts = [Part(**part) for part in found["parts"]]
            return cls(found["versions"], parts, found["made_at"], found["format"])
        except (ValueError, KeyError, TypeError) as error:
            raise Spoilt(f"{MANIFEST} cannot be read: {error}") from error


class _Digest:
    """Sums up a part while its files pass by."""

    def __init__(self, name: str) -> None:
        self._name, self._files, self._bytes = name, 0, 0
        self._all = hashlib.sha256()

    def add(self, name: str, size: int, sha256: str) -> None:
        self._all.update(f"{sha256} {size} {name}\n".encode())
        self._files += 1
        self._bytes += size

    def part(self) -> Part:
        return Part(self._name, self._files, self._bytes, self._all.hexdigest())


class Writer:
    """Adds parts to an archive that is being made."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.parts: list[Part] = []

    def add(self, name: str, folder: Path, only: Collection[str] | None = None) -> None:
        """Add the regular files below a folder, or those of some names; no folder, no files."""
        digest = _Digest(name)
        for path in _regular_files(folder):
            if only is None or path.name in only:
                inside = str(PurePosixPath(name) / path.relative_to(folder).as_posix())
                with suppress(FileNotFoundError):  # removed while we read: it is gone by right
                    self._add_file(digest, path, inside)
        self.parts.append(digest.part())

    def _add_file(self, digest: _Digest, path: Path, inside: str) -> None:
        with path.open("rb") as file:
            member = self._tar.gettarinfo(arcname=inside, fileobj=file)
            passing = _Hashing(file)
            self._tar.addfile(member, passing)
        digest.add(inside, member.size, passing.sha256.hexdigest())


@contextmanager
def writing(path: Path, versions: dict[str, str]) -> Iterator[Writer]:
    """Make a backup; the file appears under its name only when it is whole."""
    partial = path.with_name(f"{path.name}.partial")
    try:
        partial.unlink(missing_ok=True)
        partial.touch(mode=0o600)
        with tarfile.open(partial, "w") as tar:
            writer = Writer(tar)
            yield writer
            text = Manifest(versions, writer.parts).to_json()
            member = tarfile.TarInfo(MANIFEST)
            member.size, member.mode = len(text), 0o600
            tar.addfile(member, io.BytesIO(text))
        partial.replace(path)
    except OSError as error:
        raise BackupError(f"{path} could not be written: {error}") from error
    finally:
        partial.unlink(missing_ok=True)


def verified(path: Path) -> Manifest:
    """The manifest of a backup whose every byte was compared with it; raises Spoilt."""
    digests: dict[str, _Digest] = {}
    manifest: Manifest | None = None
    for member, content in _members(path):
        if member.name == MANIFEST:
            manifest = Manifest.from_json(content.read())
            continue
        passing = _Hashing(content)
        while passing.read(CHUNK):
            pass
        first = member.name.partition("/")[0]
        digest = digests.setdefault(first, _Digest(first))
        digest.add(member.name, member.size, passing.sha256.hexdigest())
    if manifest is None:
        raise Spoilt(f"{path} ends before its manifest: it was cut off, or is no backup.")
    for part in manifest.parts:
        if digests.get(part.name, _Digest(part.name)).part() != part:
            raise Spoilt(f"Part {part.name} of {path} is not what was written into it.")
    return manifest


def extract(path: Path, part: str, place: Callable[[PurePosixPath], Path | None]) -> int:
    """Write the files of a part where `place` says (None: nowhere); gives how many.

    Raises BackupError if one cannot be written.
    """
    written = 0
    for member, content in _members(path):
        first, *rest = PurePosixPath(member.name).parts
        target = place(PurePosixPath(*rest)) if first == part else None
        if target is None:
            continue
        _write(target, content, member.mode & 0o700)
        written += 1
    return written


def _write(target: Path, content: IO[bytes], mode: int) -> None:
    partial = target.with_name(f"{target.name}.partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as file:
            shutil.copyfileobj(content, file, CHUNK)
        partial.chmod(mode)
        partial.replace(target)
    except OSError as error:
        with suppress(OSError):
            partial.unlink()
        raise BackupError(f"{target} could not be written: {error}") from error


def _members(path: Path) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
    try:
        with tarfile.open(path, "r:") as tar:
            for member in tar:
                content = tar.extractfile(member) if _is_plain(member) else None
                if content is None:
                    raise Spoilt(f"{path} holds {member.name}, which is no part of a backup.")
                yield member, content
    except (tarfile.TarError, EOFError) as error:
        raise Spoilt(f"{path} cannot be read as a backup: {error}") from error
    except OSError as error:
        raise BackupError(f"{path} cannot be read: {error}") from error


def _is_plain(member: tarfile.TarInfo) -> bool:
    """True for a file inside the archive; links and odd names are traps of somebody else."""
    name = PurePosixPath(member.name)
    return member.isreg() and not name.is_absolute() and ".." not in name.parts


def _regular_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


class _Hashing:
    """A reader that remembers the digest of what passed through it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.sha256 = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        chunk = self._file.read(size)
        self.sha256.update(chunk)
        return chunk
