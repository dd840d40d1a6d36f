"""The socket under a gateway's MQTT client: PUBLISH packets are ours, the rest is the client's."""

import socket
import ssl
from collections.abc import Iterable, Iterator

from ingest.publish_packets import PUBLISH, Publish, parse, variable_integer

READ_SIZE = 256 * 1024
WOULD_BLOCK = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
PUBACK = bytes((0x40, 0x02))


class SievingSocket:
    """A stream socket, plain or TLS, that hands the client one packet at a time, PUBLISH excepted.

    `publishes()` reads what has come and yields each PUBLISH; it stops in front of any other
    packet, which the client then gets from `recv`, until `pending()` is 0.
    """

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._came = bytearray()
        self._at = 0
        self._for_client = 0  # bytes from `_at` on that `recv` may give
        self._ended: OSError | bool = False
        self._unsent = bytearray()

    def fill(self) -> None:
        """Takes over what the kernel has; an end or an error is kept for the client's `recv`."""
        del self._came[: self._at]
        self._at = 0
        try:
            # A TLS socket may hold more decrypted bytes than one call gives, and the selector
            # would not tell; a plain one is asked once more at the next round.
            while piece := self._socket.recv(READ_SIZE):
                self._came += piece
                if not isinstance(self._socket, ssl.SSLSocket):
                    return
            self._ended = True
        except WOULD_BLOCK:
            return
        except OSError as error:
            self._ended = error

    def publishes(self) -> Iterator[Publish]:
        """Each PUBLISH up to the next packet of another kind.

        Raises:
            MalformedPacket: what came is no MQTT.
        """
        came = self._came
        while not self._for_client and len(came) - self._at >= 2:
            head = came[self._at]
            found = variable_integer(came, self._at + 1)
            if found is None:
                return
            length, body = found
            end = body + length
            if len(came) < end:
                return
            if head & 0xF0 != PUBLISH:
                self._for_client = end - self._at
                return
            self._at = end
            yield parse(head, came, body, end)

    def recv(self, bufsize: int) -> bytes:
        """For the client: bytes of the packet that `publishes` has stopped at."""
        if self._for_client:
            size = min(bufsize, self._for_client)
            piece = bytes(self._came[self._at : self._at + size])
            self._at += size
            self._for_client -= size
            return piece
        if isinstance(self._ended, OSError):
            raise self._ended
        if self._ended:
            return b""
        raise BlockingIOError

    def pending(self) -> int:
        """Bytes that the client may have at once."""
        return self._for_client

    def give_up(self) -> None:
        """Has the client see the end of the connection: what came was no MQTT."""
        self._ended = True

    @property
    def ended(self) -> bool:
        """Whether nothing will come any more; the client learns it from `recv`."""
        return bool(self._ended)

    def send(self, data: bytes) -> int:
        """For the client: takes all of it, sends what the kernel takes."""
        self._unsent += data
        self.flush()
        return len(data)

    def acknowledge(self, mids: Iterable[int]) -> None:
        """Sends a PUBACK (success) for each packet identifier, all in one piece."""
        self._unsent += b"".join([PUBACK + mid.to_bytes(2, "big") for mid in mids])
        self.flush()

    def flush(self) -> bool:
        """Sends what waits; False when the kernel takes no more at the moment."""
        try:
            while self._unsent:
                sent = self._socket.send(self._unsent)
                del self._unsent[:sent]
        except WOULD_BLOCK:
            return False
        except OSError as error:
            self._ended = error
        return True

    def fileno(self) -> int:
        """For the selector; -1 once closed."""
        return self._socket.fileno()

    def setblocking(self, flag: bool) -> None:  # the client calls it so
        """For the client, which wants it non-blocking."""
        self._socket.setblocking(flag)

    def close(self) -> None:
        """Ends the connection."""
        self._socket.close()

    @property
    def unsent(self) -> int:
        """Bytes taken and not yet handed to the kernel."""
        return len(self._unsent)
