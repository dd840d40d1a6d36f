"""The gateway: receives in one thread, has the writer commit in another, then acknowledges."""

import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from center.settings import IngestSettings
from ingest.broker import BrokerAddress
from ingest.broker_socket import BufferedSocket
from ingest.delivery import Delivery, Receipt
from ingest.session import Session


class Gateway:
    """Some MQTT sessions driven by one selector loop.

    `deliver` is called in the loop's thread for each message; `acknowledge` may be called from
    any thread. `lost` hears of every event after which the broker may have forgotten something.
    """

    def __init__(
        self,
        name: str,
        address: BrokerAddress,
        limits: IngestSettings,
        deliver: Callable[[Delivery], None],
        lost: Callable[[str], None],
    ) -> None:
        self._selector = selectors.DefaultSelector()
        self._sessions = [
            Session(n, f"{name}-{n}", address, limits.ingest_receive_maximum, deliver, lost)
            for n in range(limits.ingest_connections)
        ]
        self._sockets: list[BufferedSocket | None] = [None] * len(self._sessions)
        self._committed: deque[Sequence[Delivery]] = deque()
        self._stopping = threading.Event()
        self._wake_read, self._wake_write = socket.socketpair()
        self._wake_read.setblocking(False)
        self._wake_write.setblocking(False)
        self._selector.register(self._wake_read, selectors.EVENT_READ, None)

    def run(self) -> None:
        """Receives and acknowledges until `stop`."""
        due = 0.0
        while not self._stopping.is_set():
            if time.monotonic() >= due:
                for session in self._sessions:
                    session.keep_alive()
                due = time.monotonic() + (1.0 if self.connected else 0.1)
            self._follow_sockets()
            for key, _ in self._selector.select(timeout=max(0.0, due - time.monotonic())):
                if key.data is None:
                    self._wake_read.recv(4096)
                else:
                    key.data.read()
            self._acknowledge_committed()
        self._acknowledge_committed()
        for session in self._sessions:
            session.close()

    def stop(self) -> None:
        """Ends `run`; sessions stay with the broker."""
        self._stopping.set()
        self._wake()

    @property
    def connected(self) -> bool:
        """Whether every session has its connection."""
        return all(session.connected for session in self._sessions)

    def acknowledge(self, batch: Sequence[Delivery]) -> None:
        """Has the broker told that these are committed."""
        self._committed.append(batch)
        self._wake()

    def _wake(self) -> None:
        try:
            self._wake_write.send(b"\0")
        except BlockingIOError:
            pass  # it is awake already

    def _acknowledge_committed(self) -> None:
        while self._committed:
            mids: list[list[int]] = [[] for _ in self._sessions]
            for delivery in self._committed.popleft():
                receipt = delivery.receipt
                if receipt is not None and self._is_valid(receipt):
                    mids[receipt.session].append(receipt.mid)
            for session, its in zip(self._sessions, mids, strict=True):
                if its:
                    session.acknowledge(its)

    def _is_valid(self, receipt: Receipt) -> bool:
        # After a reconnect the broker hands unacknowledged messages out anew, and a packet
        # identifier of the old connection may by then name another message.
        return self._sessions[receipt.session].connection == receipt.connection

    def _follow_sockets(self) -> None:
        """Registers new sockets, forgets closed ones, waits to write where the kernel was full."""
        for n, session in enumerate(self._sessions):
            known, current = self._sockets[n], session.socket
            if known is not None and known is not current:
                self._selector.unregister(known)
                self._sockets[n] = known = None
            if current is None:
                continue
            events = selectors.EVENT_READ
            if current.unsent:
                current.flush()
                events |= selectors.EVENT_WRITE if current.unsent else 0
            if known is None:
                self._selector.register(current, events, session)
                self._sockets[n] = current
            elif self._selector.get_key(current).events != events:
                self._selector.modify(current, events, session)
