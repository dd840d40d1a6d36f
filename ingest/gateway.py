"""The gateway: receives in one thread, has the writer commit in another, then acknowledges."""

import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from itertools import count

from center.settings import IngestSettings
from ingest.broker import BrokerAddress
from ingest.broker_socket import SievingSocket
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
        self._new_session = partial(
            Session,
            address=address,
            receive_maximum=limits.ingest_receive_maximum,
            deliver=deliver,
            lost=lost,
        )
        # By number; a number is never used for a second session, so no receipt can be misread.
        self._sessions = {
            n: self._new_session(n, client_id(name, n)) for n in range(limits.ingest_connections)
        }
        self._sockets: dict[int, SievingSocket] = {}
        self._adoptions: deque[str] = deque()
        self._abandoned: deque[str] = deque()
        self._numbers = count(limits.ingest_connections)
        self._due = 0.0
        self._committed: deque[Sequence[Delivery]] = deque()
        self._stopping = threading.Event()
        self._wake_read, self._wake_write = socket.socketpair()
        self._wake_read.setblocking(False)
        self._wake_write.setblocking(False)
        self._selector.register(self._wake_read, selectors.EVENT_READ, None)

    def run(self) -> None:
        """Receives and acknowledges until `stop`."""
        while not self._stopping.is_set():
            self.turn()
        self._acknowledge_committed()
        for session in self._sessions.values():
            session.close()
        self._selector.close()
        self._wake_read.close()
        self._wake_write.close()

    def turn(self) -> None:
        """One round: minds the sessions, takes what came, acknowledges what was committed."""
        if time.monotonic() >= self._due:
            self._keep_sessions()
            self._due = time.monotonic() + (1.0 if self.connected else 0.1)
        self._follow_sockets()
        for key, _ in self._selector.select(timeout=max(0.0, self._due - time.monotonic())):
            if key.data is None:
                self._wake_read.recv(4096)
            else:
                key.data.read()
        self._acknowledge_committed()

    def stop(self) -> None:
        """Ends `run`; sessions stay with the broker."""
        self._stopping.set()
        self._wake()

    def adopt(self, orphan: str) -> None:
        """Empties and ends the session of a gateway that is no more; may be called anywhere."""
        self._adoptions.append(orphan)

    def abandon(self, orphans: Iterable[str]) -> None:
        """Leaves adopted sessions as they are to whom they belong now; may be called anywhere."""
        self._abandoned.extend(orphans)

    @property
    def adopted(self) -> set[str]:
        """Sessions that are being emptied."""
        mine = [s.client_id for s in list(self._sessions.values()) if s.adopted]
        return {*mine, *self._adoptions}

    @property
    def connected(self) -> bool:
        """Whether every session of our own has its connection."""
        return all(s.connected for s in list(self._sessions.values()) if not s.adopted)

    def acknowledge(self, batch: Sequence[Delivery]) -> None:
        """Has the broker told that these are committed."""
        self._committed.append(batch)
        self._wake()

    def _wake(self) -> None:
        with suppress(OSError):  # then it is awake already, or has ended
            self._wake_write.send(b"\0")

    def _keep_sessions(self) -> None:
        while self._adoptions:
            number = next(self._numbers)
            self._sessions[number] = self._new_session(number, self._adoptions[0], adopted=True)
            self._adoptions.popleft()
        abandoned = {self._abandoned.popleft() for _ in range(len(self._abandoned))}
        for session in self._sessions.values():
            if session.adopted and session.client_id in abandoned:
                session.leave()
            else:
                session.keep_alive()
        self._sessions = {n: s for n, s in self._sessions.items() if not s.finished}

    def _acknowledge_committed(self) -> None:
        while self._committed:
            mids: dict[int, list[int]] = {n: [] for n in self._sessions}
            for delivery in self._committed.popleft():
                receipt = delivery.receipt
                if receipt is not None and self._is_valid(receipt):
                    mids[receipt.session].append(receipt.mid)
            for number, its in mids.items():
                if its:
                    self._sessions[number].acknowledge(its)

    def _is_valid(self, receipt: Receipt) -> bool:
        # After a reconnect the broker hands unacknowledged messages out anew, and a packet
        # identifier of the old connection may by then name another message.
        session = self._sessions.get(receipt.session)
        return session is not None and session.connection == receipt.connection

    def _follow_sockets(self) -> None:
        """Registers new sockets, forgets closed ones, waits to write where the kernel was full."""
        for number, known in list(self._sockets.items()):
            session = self._sessions.get(number)
            if session is None or session.socket is not known:
                self._selector.unregister(known)
                del self._sockets[number]
        for number, session in self._sessions.items():
            current = session.socket
            if current is None:
                continue
            events = selectors.EVENT_READ
            if current.unsent and not current.flush():
                events |= selectors.EVENT_WRITE
            if number not in self._sockets:
                self._selector.register(current, events, session)
                self._sockets[number] = current
            elif self._selector.get_key(current).events != events:
                self._selector.modify(current, events, session)


def client_id(gateway: str, session: int) -> str:
    """The fixed MQTT client id of one session of a gateway: `ingest-1-0`."""
    return f"{gateway}-{session}"
