"""Unix sockets in folders of any depth: the kernel takes only short names of them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LONGEST_BYTES = 107  # of the name of a socket (unix(7))


@contextmanager
def named(path: Path) -> Iterator[str]:
    """A name under which a socket can be bound or reached, valid within the block.

    Where the path is too long it leads through the descriptor of its folder.

    Raises:
        OSError: the folder is not there.
    """
    if len(os.fsencode(path)) <= LONGEST_BYTES:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
