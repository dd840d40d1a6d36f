"""Whole systems for acceptance tests: real servers and real processes, shared where faults allow."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from server.benches.loaded import QUICK
from server.benches.site import Site


@contextmanager
def fresh_site(**settings: str) -> Iterator[Site]:
    """A migrated and seeded system without processes of ours; nothing of it is left afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="hengyang-acceptance-"))
    site = Site(folder, QUICK | settings, test=True)
    try:
        site.up()
        yield site
    finally:
        site.down()
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """A system of this module alone."""
    with fresh_site() as made:
        yield made
