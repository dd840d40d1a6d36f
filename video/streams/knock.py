"""A first short question to a camera: cheap to ask of hundreds that never answer."""

import socket
import ssl
import time

from video.cameras.address import Target
from video.streams.findings import Fault

MOST_BYTES = 4096  # of the head of an answer


def knock(target: Target, number: str, seconds: float) -> None:
    """Asks the camera at this number for its OPTIONS (RFC 2326).

    Raises:
        Fault: it does not answer, refuses, speaks no RTSP, or sends us elsewhere.
    """
    deadline = time.monotonic() + seconds
    try:
        with (
            socket.create_connection((number, target.port), seconds) as plain,
            _secured(plain, target) as connection,
        ):
            status = _ask(connection, target, number, deadline)
    except TimeoutError as error:
        raise Fault("no_answer", f"no answer within {seconds:g} s") from error
    except ssl.SSLError as error:
        raise Fault("not_video", "it speaks no TLS that we know") from error
    except ConnectionError as error:
        refused = isinstance(error, ConnectionRefusedError)
        reason = "connection refused" if refused else "the connection was broken off"
        raise Fault("refused", reason) from error
    except OSError as error:
        raise Fault("no_answer", error.strerror or "the network does not reach it") from error
    if 300 <= status < 400:
        # FFmpeg would follow, wherever that is.
        raise Fault("address_forbidden", "the camera sends us to another address")


def _secured(plain: socket.socket, target: Target) -> socket.socket:
    if target.scheme == "rtsp":
        return plain
    # Cameras sign their own certificates: this hides the picture from listeners, no more.
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context.wrap_socket(plain)


def _ask(connection: socket.socket, target: Target, number: str, deadline: float) -> int:
    request = f"OPTIONS {target.url(number)} RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: hengyang\r\n\r\n"
    connection.sendall(request.encode())
    head = b""
    while b"\n" not in head:
        connection.settimeout(max(0.01, deadline - time.monotonic()))
        more = connection.recv(MOST_BYTES)
        head += more
        if not b"RTSP/1.".startswith(head[:7]):
            raise Fault("not_video", "it answers, but not as a camera does")
        if not more:
            raise Fault("refused", "it closes the connection without an answer")
        if len(head) > MOST_BYTES or time.monotonic() > deadline:
            raise Fault("no_answer", "its answer does not end")
    words = head.split(b"\n", 1)[0].split()
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
