"""One attempt to make a fact of a dead letter, and what is decided about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from ingest import wire
from ingest.deadletters import reasons
from ingest.delivery import Delivery

ALREADY_STORED = "the same message was stored by a later delivery"


class Number(NamedTuple):
    """What names a message: device number, boot, seq."""

    device: int
    boot: int
    seq: int


class StoredFact(NamedTuple):
    """What is stored under a number."""

    digest: int
    batch: int


@dataclass(slots=True)
class Attempt:
    """A dead letter on its way to become a fact.

    It ends stored in `batch` (as one of the batch's facts, or earlier by a later delivery), or
    with its delivery rejected.
    """

    letter: int
    delivery: Delivery
    batch: int | None = None

    @property
    def number(self) -> Number | None:
        """None where the message cannot be read or its device is unknown."""
        device, message = self.delivery.device, self.delivery.message
        return Number(device.number, message.boot, message.seq) if device and message else None

    @property
    def closed_reason(self) -> str | None:
        """What the dead letter says of its end beside its state."""
        return ALREADY_STORED if self.delivery.duplicate else None


def rebuild(topic: str, content_type: str, payload: bytes, received_us: int) -> Delivery:
    """The delivery as the broker handed it over, at the time when it first did."""
    return Delivery(topic, payload, content_type or wire.JSON, received_us)


def decide(attempts: Iterable[Attempt], stored: dict[Number, StoredFact], batch: int) -> None:
    """Settles every attempt that the stages let through; the facts of the rest go into `batch`.

    `stored` holds the facts there are under the numbers of the attempts.
    """
    known = dict(stored)
    for attempt in attempts:
        number, delivery = attempt.number, attempt.delivery
        if number is None or delivery.rejection is not None:
            continue
        before = known.get(number)
        if before is None:
            known[number] = StoredFact(delivery.digest, batch)
            attempt.batch = batch
        elif before.digest == delivery.digest:
            delivery.duplicate = True
            attempt.batch = before.batch
        else:
            delivery.reject(
                reasons.CONFLICT,
                f"boot {number.boot} seq {number.seq} is stored with other content",
            )
