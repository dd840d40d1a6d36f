"""One viewer as the hub knows it."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from center.identity.caller import Caller
from server.live.cursor import Cursor
from server.live.outbox import Outbox
from server.live.protocol import PERMISSIONS, TOPICS, States, Topic, Topics
from server.live.view import View, view_of


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a line is cut."""

    code: int
    reason: str


@dataclass(eq=False)
class Viewer:
    """Who watches, what is wanted, and what waits to be sent. Of the event loop alone."""

    caller: Caller
    token_ends: datetime
    outbox: Outbox = field(default_factory=Outbox)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    wanted: Topics = field(default_factory=Topics)
    cursor: Cursor | None = None  # of the line before; good for the first subscription
    begun: set[Topic] = field(default_factory=set)  # topics of which a snapshot was told
    view: View | None = None
    crowd: States | None = None  # the viewport holds more devices than are told: so many
    ending: "asyncio.Future[Ending]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def end(self, code: int, reason: str) -> None:
        """Has the line cut."""
        if not self.ending.done():
            self.ending.set_result(Ending(code, reason))

    def topics(self) -> list[Topic]:
        """What is wanted and permitted."""
        return [topic for topic in self.asked() if not self.missing(topic)]

    def asked(self) -> list[Topic]:
        """What is wanted, permitted or not."""
        return [topic for topic in TOPICS if getattr(self.wanted, topic) is not None]

    def missing(self, topic: Topic) -> list[str]:
        """The permissions that the caller lacks for a topic."""
        return sorted(PERMISSIONS[topic] - self.caller.permissions)

    def new_view(self) -> View | None:
        """The view that is wanted, with the rights of this moment."""
        if self.wanted.devices is None or self.missing("devices"):
            return None
        return view_of(self.wanted.devices.bbox, self.caller)
