"""Reads the files of truth that a simulated world writes: for scoring, and nothing else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

Row = dict[str, Any]


class WorldTold:
    """What happened in a world, over all its runs; times in epoch seconds, places in degrees."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.passings = self._of("passings")
        self.breaches = self._of("breaches")
        self.positions = self._of("positions")
        self.phases = self._of("phases")
        self.counted = self._of("counted")

    def begun(self) -> list[float]:
        """When each run began."""
        return [row["begun"] for row in rows(self._folder, "passings") if "begun" in row]

    def _of(self, name: str) -> list[Row]:
        return [row for row in rows(self._folder, name) if "begun" not in row]


def rows(folder: Path, name: str) -> Iterator[Row]:
    """The lines of one kind, the older file first; a line that is not whole yet is left out."""
    decode = msgspec.json.Decoder(dict[str, Any]).decode
    for file in (folder / f"{name}.1.jsonl", folder / f"{name}.jsonl"):
        if file.exists():
            for line in file.read_bytes().split(b"\n")[:-1]:
                yield decode(line)
