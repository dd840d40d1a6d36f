"""What the rest of the system hears of the broker."""

from typing import Annotated

from msgspec import Meta

from center.events import Event, published


@published(stream="broker")
class BrokerFilling(Event, frozen=True, kw_only=True, tag="broker.filling/1"):
    """The broker holds half of what it may, or much less again: when it is full it drops."""

    filling: Annotated[bool, Meta(description="False when it has emptied again.")]
    bytes_held: int
    limit: int


@published(stream="broker")
class BrokerDropped(Event, frozen=True, kw_only=True, tag="broker.dropped/1"):
    """The broker has dropped messages of which it told the publisher that they are delivered."""

    messages: Annotated[int, Meta(description="How many since it was last told.")]
    total: Annotated[int, Meta(description="How many since the broker started.")]
