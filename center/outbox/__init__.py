"""Events that commit with what they tell of, numbered and sent afterwards; none is ever skipped."""

from center.outbox.emit import emit, emit_on
from center.outbox.follower import Follower
from center.outbox.replay import Recorded, ReplayLost, replay

__all__ = ["Follower", "Recorded", "ReplayLost", "emit", "emit_on", "replay"]
