"""What waits to be sent to one viewer: of each thing only its newest state, so it is bounded."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import msgspec
from msgspec import Raw

from server.live.protocol import Delta, Snapshot, States, Topic, encode

Key = str | int


@dataclass(slots=True)
class _Waiting:
    cursor: str
    snapshot: bytes | None = None
    changes: dict[Key, bytes | None] = field(default_factory=dict)  # None: removed
    due: bool = False  # a delta is to be sent, be it empty


class Outbox:
    """Frames in the order of their meaning: words of the server, then each topic's snapshot, then
    what has changed since."""

    def __init__(self) -> None:
        self._words: list[bytes] = []
        self._topics: dict[Topic, _Waiting] = {}

    def __len__(self) -> int:
        return len(self._words) + sum(len(waiting.changes) for waiting in self._topics.values())

    def say(self, frame: msgspec.Struct) -> None:
        """A frame of no topic."""
        self._words.append(encode(frame))

    def snapshot(
        self,
        topic: Topic,
        cursor: str,
        items: Iterable[bytes],
        *,
        too_many: bool = False,
        states: States | None = None,
    ) -> None:
        """All there is of a topic: what waited of it is no news any more."""
        frame = Snapshot(
            topic=topic,
            cursor=cursor,
            items=[Raw(item) for item in items],
            too_many=too_many,
            states=states,
        )
        self._topics[topic] = _Waiting(cursor, encode(frame))

    def delta(
        self,
        topic: Topic,
        cursor: str,
        items: Mapping[Key, bytes] | Mapping[str, bytes] | Mapping[int, bytes] = {},
        removed: Iterable[Key] = (),
    ) -> None:
        """What has changed of a topic, or, empty, that it is still true."""
        waiting = self._topics.setdefault(topic, _Waiting(cursor))
        waiting.cursor, waiting.due = cursor, True
        waiting.changes.update(items)  # type: ignore[arg-type]  # either kind of key is one
        waiting.changes.update(dict.fromkeys(removed))

    def drop(self, topic: Topic) -> None:
        """Nothing of this topic is wanted any more."""
        self._topics.pop(topic, None)

    def take(self) -> list[bytes]:
        """The frames to send now; empty when nothing waits."""
        frames, self._words = self._words, []
        topics, self._topics = self._topics, {}
        for topic, waiting in topics.items():
            if waiting.snapshot is not None:
                frames.append(waiting.snapshot)
            if waiting.due:
                frames.append(_delta(topic, waiting))
        return frames


def _delta(topic: Topic, waiting: _Waiting) -> bytes:
    changes = waiting.changes
    return encode(
        Delta(
            topic=topic,
            cursor=waiting.cursor,
            items=[Raw(body) for body in changes.values() if body is not None],
            removed=[key for key, body in changes.items() if body is None],
        )
    )
