"""Writing a file that only its owner may ever read."""

import os
from pathlib import Path


def write_secret(path: Path, text: str) -> None:
    """Replace the file in one step, with mode 0600 whatever it had before."""
    partial = path.with_name(f"{path.name}.new")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    partial.replace(path)
