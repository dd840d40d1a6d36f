"""A film for viewers is made beside the stream, and never at its cost."""

import av

from tests.integration.video.rtsp import Server
from video.live.hub import Hub, Viewer
from video.live.messages import MEDIA
from video.streams.findings import Finding
from video.streams.opening import OPTIONS
from video.streams.pictures import Format, parameters


def test_a_film_is_made_by_the_size_of_the_picture_and_its_failure_ends_no_stream(
    server: Server,
) -> None:
    """FFmpeg often knows no size of a stream just opened; without one there is no film."""
    server.mount("a")
    hub, viewer = Hub(), Viewer(10_000_000)
    hub.attach(viewer)
    with av.open(server.address("a"), options=OPTIONS, timeout=(5, 5)) as container:
        video = container.streams.video[0]
        format_ = Format("h264", video.codec_context.extradata)
        sets = parameters("h264", format_.extradata or b"")
        hub.tell(Finding("online", "", 0, 0, "h264"))
        packets = (packet for packet in container.demux(video) if packet.size)
        for _, packet in zip(range(12), packets, strict=False):
            hub.take(packet, video, format_, sets)
        assert MEDIA not in bytes(viewer.take(0.1) or b"")[:1]
        hub.tell(Finding("online", "", 320, 240, "h264"))
        for _, packet in zip(range(24), packets, strict=False):
            hub.take(packet, video, format_, sets)
    told = b"".join(iter(lambda: viewer.take(0.1) or b"", b""))
    assert b'"width":320,"height":240' in told
    assert b"moof" in told
    assert all(unit in told for unit in sets)  # the player's avcC, not only the frames
