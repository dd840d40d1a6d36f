"""One trial: the stream is opened as a worker opens it, and read until it has shown a picture."""

import time
from collections.abc import Sequence

import av

from video.cameras.address import Network
from video.settings import VideoSettings
from video.streams.findings import READING, Fault, Finding, fault_of
from video.streams.opening import opened, reach
from video.streams.pictures import Format, decode
from video.streams.source import Source


def try_out(source: Source, allowed: Sequence[Network], limits: VideoSettings) -> Finding:
    """What is found of a stream within the settings' times for opening and for a key frame."""
    try:
        number = reach(source, allowed, limits.video_open_seconds)
        with opened(source, number, limits) as container:
            return _first_picture(container, limits.video_key_frame_seconds)
    except Fault as fault:
        return fault.finding


def _first_picture(container: av.container.InputContainer, seconds: float) -> Finding:
    if not container.streams.video:
        return Finding("not_video", "it has no picture")
    video = container.streams.video[0]
    context = video.codec_context
    format_ = Format(context.name, context.extradata)
    began, broken = time.monotonic(), False
    try:
        for packet in container.demux(video):
            if packet.size and packet.is_keyframe:
                frame = decode(format_, bytes(packet))
                if frame is not None:
                    return Finding("online", "", frame.width, frame.height, format_.codec)
                broken = True
            if time.monotonic() - began > seconds:
                state = "not_video" if broken else "no_key_frame"
                return Finding(state, f"no whole picture for {seconds:g} s")
    except (av.FFmpegError, OSError, ValueError) as error:
        raise fault_of(error, READING) from None
    return Finding("stale", "the camera has ended the stream")
