"""What a device keeps: the last minutes of its numbered messages, waiting or delivered."""

from collections import OrderedDict, deque
from collections.abc import Iterable

from msgspec import Struct

Key = tuple[int, int]  # boot, seq


class Message(Struct, gc=False):
    """One numbered message as it was made; its bytes never change."""

    device_id: str
    boot: int
    seq: int
    stream: str
    payload: bytes
    made_at: float  # seconds of the monotonic clock
    delivered: bool = False

    @property
    def key(self) -> Key:
        return self.boot, self.seq


class Buffer:
    """Messages of the last `max_seconds`, at most `max_messages`; the oldest leave first."""

    def __init__(self, max_messages: int, max_seconds: float) -> None:
        self.max_messages = max_messages
        self.max_seconds = max_seconds
        self._kept: OrderedDict[Key, Message] = OrderedDict()
        self._waiting: deque[Key] = deque()
        self._newest: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def waiting(self) -> int:
        """How many wait to be sent, copies and forgotten ones included."""
        return len(self._waiting)

    def add(self, message: Message) -> list[Message]:
        """Keep a message; gives the undelivered ones that had to leave for it."""
        self._kept[message.key] = message
        self._newest[message.boot] = message.seq
        return self._expire(message.made_at)

    def queue(self, key: Key) -> None:
        """Send it after all that wait."""
        self._waiting.append(key)

    def queue_first(self, keys: Iterable[Key]) -> None:
        """Send these, in this order, before all that wait."""
        self._waiting.extendleft(reversed(list(keys)))

    def take(self) -> Message | None:
        """The next message to send; those that have left meanwhile are passed over."""
        while self._waiting:
            message = self._kept.get(self._waiting.popleft())
            if message is not None:
                return message
        return None

    def delivered(self, key: Key) -> None:
        """The broker has it; it stays for a resend until its time is over."""
        message = self._kept.get(key)
        if message is not None:
            message.delivered = True

    def find(self, boot: int, first: int, last: int) -> list[Key]:
        """Keys still kept in a range of numbers, ends included."""
        if last - first > len(self._kept):
            return [key for key in self._kept if key[0] == boot and first <= key[1] <= last]
        return [(boot, seq) for seq in range(first, last + 1) if (boot, seq) in self._kept]

    def newest(self) -> dict[int, int]:
        """The newest number of each boot that is kept, and of the newest boot in any case."""
        boots = {boot for boot, _ in self._kept} | set(list(self._newest)[-1:])
        self._newest = {boot: seq for boot, seq in self._newest.items() if boot in boots}
        return dict(self._newest)

    def lose(self) -> list[Message]:
        """Forget everything; gives what was not delivered."""
        lost = [message for message in self._kept.values() if not message.delivered]
        self._kept.clear()
        self._waiting.clear()
        return lost

    def _expire(self, now: float) -> list[Message]:
        dropped = []
        while self._kept:
            oldest = next(iter(self._kept.values()))
            too_old = now - oldest.made_at > self.max_seconds
            if not too_old and len(self._kept) <= self.max_messages:
                break
            self._kept.popitem(last=False)
            if not oldest.delivered:
                dropped.append(oldest)
        return dropped
