"""A small RTSP server (RFC 2326, RTP over the same connection) whose cameras fail on command."""

import base64
import hashlib
import itertools
import os
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from tests.integration.video.clips import FPS, Clip, clip, kind

MTU = 1400
PAYLOAD = 96


@dataclass
class Mount:
    """One camera. What a test changes acts at once, on streams under way too.

    `mode`: ok, silent (plays and sends nothing), garbage (sends noise as RTP), mute (describes
    nothing; `deaf`: answers nothing at all), closed (breaks off), elsewhere (redirects).
    `reticent`: tells parameter sets in the stream alone.
    """

    clip: Clip = field(default_factory=clip)
    mode: str = "ok"
    deaf: bool = False
    reticent: bool = False
    password: str | None = None
    live: Callable[[], tuple[bytes, ...]] | None = None  # frames made now, in place of the film
    plays: int = 0  # how many are watching
    opened: int = 0


class Server:
    """Serves its mounts until `close`."""

    def __init__(self, port: int = 0) -> None:
        self.mounts: dict[str, Mount] = {}
        self._socket = socket.create_server(("127.0.0.1", port), backlog=512)
        self.port = self._socket.getsockname()[1]
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def mount(self, name: str, **options: object) -> Mount:
        self.mounts[name] = Mount(**options)  # type: ignore[arg-type]
        return self.mounts[name]

    def address(self, name: str) -> str:
        return f"rtsp://127.0.0.1:{self.port}/{name}"

    def close(self) -> None:
        """Gone, with every stream."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self.drop()

    def drop(self) -> None:
        """Breaks every connection off."""
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self._open.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError, ConnectionError), connection:
            Session(self, connection).run()
        self._open.discard(connection)


class Session:
    """One connection."""

    def __init__(self, server: Server, connection: socket.socket) -> None:
        self._server, self._connection = server, connection
        self._file = connection.makefile("rb")

    def run(self) -> None:
        while request := self._request():
            method, url, headers = request
            mount = self._server.mounts.get(url.split("/", 3)[-1].split("/")[0])
            if mount is not None and mount.mode == "mute" and (mount.deaf or method != "OPTIONS"):
                self._connection.recv(1)  # until the other side has enough
                return
            if mount is not None and mount.mode == "closed":
                return
            self._answer(method, mount, headers)
            if method == "PLAY" and mount is not None:
                self._play(mount)
                return

    def _request(self) -> tuple[str, str, dict[str, str]] | None:
        first = self._file.readline().decode(errors="replace").split()
        if len(first) < 2:
            return None
        lines = iter(lambda: self._file.readline().decode(errors="replace").strip(), "")
        return first[0], first[1], dict(line.split(": ", 1) for line in lines if ": " in line)

    def _answer(self, method: str, mount: Mount | None, headers: dict[str, str]) -> None:
        sequence = headers.get("CSeq", "0")
        if mount is not None and mount.mode == "elsewhere":
            self._say(sequence, "302 Moved", "Location: rtsp://8.8.8.8/a")
        elif method == "OPTIONS":
            self._say(sequence, "200 OK", "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN")
        elif mount is None:
            self._say(sequence, "404 Not Found")
        elif not self._knows(mount, method, headers.get("Authorization", "")):
            challenge = 'WWW-Authenticate: Digest realm="camera", nonce="abc123"'
            self._say(sequence, "401 Unauthorized", challenge)
        elif method == "DESCRIBE":
            mount.opened += 1
            self._say(sequence, "200 OK", "Content-Type: application/sdp", body=sdp(mount))
        elif method == "SETUP" and "interleaved" not in headers.get("Transport", ""):
            self._say(sequence, "461 Unsupported Transport")
        else:
            transport = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1"
            lines = (transport, "Session: 1;timeout=60") if method == "SETUP" else ("Session: 1",)
            self._say(sequence, "200 OK", *lines)

    def _say(self, sequence: str, status: str, *lines: str, body: str = "") -> None:
        head = [f"RTSP/1.0 {status}", f"CSeq: {sequence}", *lines]
        if body:
            head.append(f"Content-Length: {len(body)}")
        self._connection.sendall(("\r\n".join(head) + "\r\n\r\n" + body).encode())

    def _knows(self, mount: Mount, method: str, said: str) -> bool:
        if mount.password is None:
            return True
        given = dict(re.findall(r'(\w+)="([^"]*)"', said))

        def md5(text: str) -> str:
            return hashlib.md5(text.encode()).hexdigest()  # noqa: S324  # RFC 2617 asks for it

        user = md5(f"admin:camera:{mount.password}")
        asked = md5(f"{method}:{given.get('uri', '')}")
        expected = md5(f"{user}:abc123:{asked}")
        return given.get("response") == expected

    def _play(self, mount: Mount) -> None:
        mount.plays += 1
        try:
            self._send_frames(mount)
        finally:
            mount.plays -= 1

    def _send_frames(self, mount: Mount) -> None:
        sequence = itertools.count(1)
        began = time.monotonic()
        for number in itertools.count():
            frames = mount.clip.frames
            nals = mount.live() if mount.live else frames[number % len(frames)]
            stamp = int(number * 90_000 / FPS) & 0xFFFFFFFF
            if mount.mode == "closed":
                return
            if mount.mode == "garbage":
                nals = (os.urandom(300),)
            if mount.mode != "silent":
                payloads = [p for nal in nals for p in payloads_of(mount.clip.codec, nal)]
                self._connection.sendall(b"".join(rtp(payloads, stamp, sequence)))
            time.sleep(max(0.0, began + (number + 1) / FPS - time.monotonic()))


def sdp(mount: Mount) -> str:
    film = mount.clip
    sets = [base64.b64encode(nal).decode() for nal in film.parameters]
    if film.codec == "h264":
        format_ = f"packetization-mode=1;sprop-parameter-sets={','.join(sets)}"
        name = "H264"
    else:
        names = {32: "sprop-vps", 33: "sprop-sps", 34: "sprop-pps"}
        pairs = zip(film.parameters, sets, strict=True)
        format_ = ";".join(f"{names[kind('hevc', nal)]}={text}" for nal, text in pairs)
        name = "H265"
    if mount.reticent:
        format_ = "packetization-mode=1"
    return (
        "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=camera\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n"
        f"m=video 0 RTP/AVP {PAYLOAD}\r\na=rtpmap:{PAYLOAD} {name}/90000\r\n"
        f"a=fmtp:{PAYLOAD} {format_}\r\na=control:track1\r\n"
    )


def payloads_of(codec: str, nal: bytes) -> Iterator[bytes]:
    """RTP payloads of a NAL unit: whole, or in fragments (RFC 6184, RFC 7798)."""
    if len(nal) <= MTU:
        yield nal
        return
    if codec == "h264":
        head, type_, rest = bytes([(nal[0] & 0xE0) | 28]), nal[0] & 0x1F, nal[1:]
    else:
        head, type_, rest = bytes([(nal[0] & 0x81) | (49 << 1), nal[1]]), kind(codec, nal), nal[2:]
    for start in range(0, len(rest), MTU):
        first, last = start == 0, start + MTU >= len(rest)
        yield head + bytes([(first << 7) | (last << 6) | type_]) + rest[start : start + MTU]


def rtp(payloads: list[bytes], stamp: int, sequence: Iterator[int]) -> Iterator[bytes]:
    """Interleaved RTP packets of one frame."""
    for place, payload in enumerate(payloads, 1):
        marker = 0x80 if place == len(payloads) else 0
        number = next(sequence) & 0xFFFF
        packet = struct.pack(">BBHII", 0x80, marker | PAYLOAD, number, stamp, 7) + payload
        yield struct.pack(">cBH", b"$", 0, len(packet)) + packet


@contextmanager
def serving() -> Iterator[Server]:
    server = Server()
    try:
        yield server
    finally:
        server.close()
