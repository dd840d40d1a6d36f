"""One message on its way from the broker to the store."""

from dataclasses import dataclass, field
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


@dataclass(slots=True, eq=False)
class Delivery:
    """What the broker handed over, filled in stage by stage.

    A delivery ends as exactly one of: stored, duplicate, dead letter.
    """

    topic: str
    payload: bytes
    content_type: str | None
    received_us: int  # Unix microseconds, our clock
    receipt: Receipt | None = None

    kind: str = ""
    device_id: str = ""
    stream: str = ""
    message: Numbered | None = None
    device: DeviceEntry | None = None
    time_us: int = 0  # Unix microseconds, device clock
    digest: int = 0
    values: list[float | None] = field(default_factory=list)
    faults: list[Rejection] = field(default_factory=list)
    rejection: Rejection | None = None
    duplicate: bool = False
    unstorable: str = ""  # what the database said when this message was alone in its batch

    def reset(self) -> None:
        """As it came from the broker: the stages may run again on a retry."""
        self.message = None
        self.device = None
        self.values = []
        self.faults = []
        self.rejection = None
        self.duplicate = False

    def reject(self, reason: Reason, detail: str) -> None:
        """Ends the delivery as a dead letter; later stages pass it by."""
        self.rejection = Rejection(reason, detail)
