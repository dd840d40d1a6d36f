"""Pictures on the disk, from their painting until the evidence store has them."""

from collections.abc import Sequence
from pathlib import Path


class Spool:
    """A folder with a file for each picture, named by device and hash."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder

    def keep(self, device: str, names: Sequence[str], parcel: Sequence[bytes]) -> None:
        """The pictures of one message; not synced, they survive the program."""
        for name, data in zip(names, parcel, strict=True):
            partial = self._folder / f"{device}.{name}.partial"
            partial.write_bytes(data)
            partial.rename(self._folder / f"{device}.{name}.jpg")

    def drop(self, device: str, names: Sequence[str]) -> None:
        """They have arrived, or are given up."""
        for name in names:
            (self._folder / f"{device}.{name}.jpg").unlink(missing_ok=True)

    def kept(self) -> list[tuple[str, str]]:
        """Device and hash of what is there."""
        names = (file.name.split(".") for file in sorted(self._folder.glob("*.jpg")))
        return [(device, name) for device, name, _ in names]

    def read(self, device: str, name: str) -> bytes:
        """One of them."""
        return (self._folder / f"{device}.{name}.jpg").read_bytes()
