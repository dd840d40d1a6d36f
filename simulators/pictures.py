"""Pictures of the sites: painted and sent to the evidence store beside the fleet's own work."""

import logging
import ssl
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import TypeVar
from urllib.parse import urlsplit

from simulators.spool import Spool
from simulators.world.shots import Painter, Shot, Ticket

WAITING = 400  # tickets, some 20 MB: with a server that is away the newest have no pictures
TIMEOUT_SECONDS = 10.0
END_SECONDS = 1.0
LOOK_SECONDS = 0.02
PAUSE_SECONDS = 2.0  # before a picture is sent again
TRIES_SECONDS = 600.0  # then the centre has told it as missing, or soon will
log = logging.getLogger(__name__)


Parcel = tuple[Ticket, list[bytes]]


class Pictures:
    """One thread that paints and one that sends. `order` never waits.

    What the server has not taken when the program ends, or is killed, waits in the `spool`.
    """

    def __init__(
        self,
        server: str,
        secrets: Mapping[str, str],
        painter: Painter,
        spool: Spool | None = None,
    ) -> None:
        self._spool = spool
        self._left_over = spool.kept() if spool else []
        self._server = urlsplit(server)
        self._secrets = secrets
        self._painter = painter
        self._orders: Queue[Ticket] = Queue(WAITING)
        self._parcels: Queue[Parcel] = Queue(WAITING)
        self._ended = Event()
        self.sent = 0
        self.refused = 0
        self._threads = [
            Thread(target=act, name="pictures", daemon=True) for act in (self._paint, self._send)
        ]
        for thread in self._threads:
            thread.start()

    def order(self, device: str, shots: Sequence[Shot]) -> Ticket:
        """Has pictures painted and sent; with too many under way the ticket is over at once."""
        ticket = Ticket(device, shots, time.monotonic())
        try:
            self._orders.put_nowait(ticket)
        except Full:
            ticket.over = True
        return ticket

    def paint_all(self, seconds: float) -> None:
        """Waits until all that is ordered is painted, so that its messages can name it."""
        deadline = time.monotonic() + seconds
        while self._orders.unfinished_tasks and time.monotonic() < deadline:
            time.sleep(LOOK_SECONDS)

    def close(self) -> None:
        """What is not sent yet comes after the next start, where there is a spool."""
        self._ended.set()
        for thread in self._threads:
            thread.join(END_SECONDS)

    def _paint(self) -> None:
        while not self._ended.is_set():
            ticket = _next(self._orders)
            if ticket is None:
                continue
            try:
                parcel = [self._painter(shot) for shot in ticket.shots]
            except Exception:  # what cannot be painted must not take all later pictures with it
                log.exception("a picture of %s cannot be painted", ticket.device)
                ticket.over = True
                self._orders.task_done()
                continue
            names = tuple(sha256(data).hexdigest() for data in parcel)
            if self._spool is not None:  # before a message can name them
                self._spool.keep(ticket.device, names, parcel)
            ticket.names = names
            try:
                self._parcels.put_nowait((ticket, parcel))
            except Full:
                self._done_with(ticket)
                ticket.names = ()
            self._orders.task_done()

    def _done_with(self, ticket: Ticket) -> None:
        ticket.over = True
        if self._spool is not None:
            self._spool.drop(ticket.device, ticket.names)

    def _to_send(self) -> Iterator[Parcel]:
        for device, name in self._left_over:
            if self._spool is not None and device in self._secrets and not self._ended.is_set():
                parcel = [self._spool.read(device, name)]
                yield Ticket(device, (), time.monotonic(), (name,)), parcel
        while not self._ended.is_set():
            item = _next(self._parcels)
            if item is not None:
                yield item

    def _send(self) -> None:
        connection: HTTPConnection | None = None
        for ticket, parcel in self._to_send():
            while not self._ended.is_set() and not ticket.over:
                connection = connection or self._connect()
                try:
                    ticket.over = self._put(connection, ticket, parcel)
                except (OSError, HTTPException) as error:
                    log.info("pictures wait: %s", error)
                    connection.close()
                    connection = None
                if not ticket.over and self._pause(ticket):
                    ticket.over = True
            if ticket.over:
                self._done_with(ticket)
        if connection is not None:
            connection.close()

    def _pause(self, ticket: Ticket) -> bool:
        """Waits before another try; True when there have been enough."""
        self._ended.wait(PAUSE_SECONDS)
        return time.monotonic() - ticket.ordered > TRIES_SECONDS

    def _put(self, connection: HTTPConnection, ticket: Ticket, parcel: list[bytes]) -> bool:
        """Whether the server has taken all, or refuses them for good."""
        words = f"{ticket.device}:{self._secrets[ticket.device]}"
        headers = {
            "Authorization": "Basic " + b64encode(words.encode()).decode(),
            "Content-Type": "image/jpeg",
        }
        for name, data in zip(ticket.names, parcel, strict=True):
            connection.request("PUT", f"/api/v1/evidence/{name}", data, headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status >= 500 or answer.status in {408, 429}:
                return False
            if answer.status >= 400:
                self.refused += 1
                log.warning("picture of %s refused: %d", ticket.device, answer.status)
            else:
                self.sent += 1
        return True

    def _connect(self) -> HTTPConnection:
        host, port = self._server.hostname or "127.0.0.1", self._server.port
        if self._server.scheme != "https":
            return HTTPConnection(host, port, timeout=TIMEOUT_SECONDS)
        # Only ever the API of the same machine, by a number: its certificate is for a name.
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return HTTPSConnection(host, port, timeout=TIMEOUT_SECONDS, context=context)


T = TypeVar("T")


def _next(queue: "Queue[T]") -> "T | None":
    try:
        return queue.get(timeout=0.5)
    except Empty:
        return None
