"""A socket for the MQTT client that reads and writes in large pieces.

paho-mqtt asks for one byte, then another, then the rest of each packet, and sends each
acknowledgement by itself: five system calls a message. This socket answers from a buffer, tells
through `pending()` (as a TLS socket does) that more lies ready, and keeps small writes together.
"""

import socket

READ_SIZE = 256 * 1024


class BufferedSocket(socket.socket):
    """Non-blocking stream socket with a read-ahead and a write-behind buffer."""

    def __init__(self, connected: socket.socket) -> None:
        super().__init__(
            connected.family, connected.type, connected.proto, fileno=connected.detach()
        )
        self._read = memoryview(b"")
        self._unsent = bytearray()
        self.corked = False

    def recv(self, bufsize: int, flags: int = 0) -> bytes:
        """Up to `bufsize` bytes; empty at the end; BlockingIOError when nothing is there."""
        if not self._read:
            self._read = memoryview(super().recv(READ_SIZE, flags))
        piece = bytes(self._read[:bufsize])
        self._read = self._read[len(piece) :]
        return piece

    def pending(self) -> int:
        """Bytes that can be had without asking the kernel."""
        return len(self._read)

    def send(self, data: bytes, _flags: int = 0) -> int:  # type: ignore[override]
        """Takes all of it; while `corked` it waits for `flush`."""
        self._unsent += data
        if not self.corked:
            self.flush()
        return len(data)

    def flush(self) -> bool:
        """Sends what waits; False when the kernel takes no more at the moment."""
        try:
            while self._unsent:
                sent = super().send(self._unsent)
                del self._unsent[:sent]
        except BlockingIOError:
            return False
        return True

    @property
    def unsent(self) -> int:
        """Bytes taken and not yet handed to the kernel."""
        return len(self._unsent)
