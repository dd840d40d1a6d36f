"""Cameras that fail on command, and workers that watch them."""

from collections.abc import Iterator

import pytest

from center.settings import settings
from tests.integration.video.enlisting import enlist
from tests.integration.video.rtsp import Server, serving

QUICK = {
    "HENGYANG_VIDEO_CAMERA_NETWORKS": '["127.0.0.0/8"]',
    "HENGYANG_VIDEO_OPEN_SECONDS": "2",
    "HENGYANG_VIDEO_READ_SECONDS": "2",
    "HENGYANG_VIDEO_RETRY_SECONDS": "1",
    "HENGYANG_VIDEO_SNAPSHOT_SECONDS": "1",
}


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as made:
        yield made


@pytest.fixture
def cameras(database, monkeypatch, owner) -> Iterator[None]:
    """CAM-1 to CAM-3 in the register; settings that let tests be quick."""
    for name, value in QUICK.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()  # read anew with these
    enlist(owner, "CAM-1", "CAM-2", "CAM-3")
    yield
    settings.cache_clear()
