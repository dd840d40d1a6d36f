"""The fleet's passwords between two runs: a JSON file that only its owner may read."""

import json
import os
from collections.abc import Mapping
from pathlib import Path


def read(path: Path) -> dict[str, str]:
    """Device id to password; empty where there is no file yet."""
    return dict(json.loads(path.read_text())) if path.exists() else {}


def write(path: Path, credentials: Mapping[str, str]) -> None:
    """Replaces the file in one step, mode 0600."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(dict(credentials), file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
