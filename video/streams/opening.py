"""Opening a stream: the name looked up, the camera asked, FFmpeg let in."""

import time
from collections.abc import Sequence

import av

from center.errors import HengyangError
from video.cameras.address import Network, resolve
from video.settings import VideoSettings
from video.streams.findings import OPENING, Fault, fault_of
from video.streams.knock import knock
from video.streams.source import Source

# FFmpeg would look at a second of the stream to guess what the SDP has said already.
OPTIONS = {
    "rtsp_transport": "tcp",
    "allowed_media_types": "video",
    "analyzeduration": "1",
    "probesize": "32",
}


def reach(source: Source, allowed: Sequence[Network], seconds: float) -> str:
    """The number of a camera that answers there.

    Raises:
        Fault: it cannot be tried, lies outside the networks, or does not answer as a camera does.
    """
    if source.broken is not None:
        raise Fault("secret_unreadable", source.broken)
    try:
        number = resolve(source.target, allowed)
    except HengyangError as error:
        raise Fault(error.code(), error.detail) from error
    knock(source.target, number, seconds)
    return number


def opened(source: Source, number: str, limits: VideoSettings) -> av.container.InputContainer:
    """The stream, opened at the number that was checked.

    Raises:
        Fault
    """
    seconds = (limits.video_open_seconds, limits.video_read_seconds)
    began = time.monotonic()
    try:
        return av.open(source.target.url(number, source.login), options=OPTIONS, timeout=seconds)
    except (av.FFmpegError, OSError, ValueError) as error:
        # FFmpeg calls a wait that was broken off by many names.
        late = time.monotonic() - began >= limits.video_open_seconds
        # Not chained: its text holds the password.
        raise fault_of(TimeoutError() if late else error, OPENING) from None
