"""One message on its way from the broker to the store."""

from collections.abc import Sequence
from typing import NamedTuple

from ingest.deadletters.reasons import Reason
from ingest.register import DeviceEntry
from ingest.wire import Numbered


class Rejection(NamedTuple):
    """Why a message, or one reading of it, is refused."""

    reason: Reason
    detail: str


class Receipt(NamedTuple):
    """What acknowledges a delivery: valid only on the connection it came over."""

    session: int
    connection: int
    mid: int


class Delivery:
    """What the broker handed over, filled in stage by stage.

    A delivery ends as exactly one of: stored, duplicate, dead letter. There are thousands of
    them a second: the stages' fields are set by `reset`, once, when the stages begin.
    """

    __slots__ = (
        "content_type", "device", "device_id", "digest", "duplicate", "faults", "kind", "known",
        "message", "payload", "receipt", "received_us", "rejection", "stream", "time_us", "topic",
        "unstorable", "values",
    )  # fmt: skip

    def __init__(
        self,
        topic: str,
        payload: bytes,
        content_type: str | None,
        received_us: int,
        receipt: Receipt | None = None,
    ) -> None:
        """`received_us`: Unix microseconds by our clock."""
        self.topic = topic
        self.payload = payload
        self.content_type = content_type
        self.received_us = received_us
        self.receipt = receipt
        self.unstorable = ""  # what the database said when this message was alone in its batch

    def reset(self) -> None:
        """As it came from the broker; the stages may run again on a retry."""
        self.kind = self.device_id = self.stream = ""
        self.message: Numbered | None = None
        self.known: DeviceEntry | None = None  # whom the topic names
        self.device: DeviceEntry | None = None  # accepted as the sender
        self.time_us = 0  # Unix microseconds, device clock
        self.digest = 0
        self.values: Sequence[float | None] = ()
        self.faults: tuple[Rejection, ...] = ()
        self.rejection: Rejection | None = None
        self.duplicate = False

    def fault(self, reason: Reason, detail: str) -> None:
        """Sets one bad reading aside; the message goes on without it."""
        self.faults = (*self.faults, Rejection(reason, detail))

    def reject(self, reason: Reason, detail: str) -> None:
        """Ends the delivery as a dead letter; later stages pass it by."""
        self.rejection = Rejection(reason, detail)
