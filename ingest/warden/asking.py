"""Which devices have been asked for their newest number since the broker may have forgotten."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from ingest.commands.handover import Outcome

NEVER_AGAIN = datetime.max.replace(tzinfo=UTC)
# A device that speaks and never listens is asked ever more seldom; one that comes back is asked at
# once, when it says so (`forget`).
FIRST_PAUSE = timedelta(seconds=20)
MOST_DOUBLINGS = 8


class Asking:
    """What is known of the newest request; a device is asked once, or again when it comes back.

    A device that could not be reached is asked when it has been heard after that: `told` says
    since when.
    """

    def __init__(self) -> None:
        self.request = 0
        self._numbers: dict[str, int] = {}  # device id -> its number in the register
        self._told: dict[int, datetime] = {}
        self._refusals: Counter[int] = Counter()

    def begin(self, request: int) -> None:
        """A later request answers every earlier one, and every device is asked anew."""
        if request != self.request:
            self.request = request
            self._numbers.clear()
            self._told.clear()
            self._refusals.clear()

    @property
    def command(self) -> str:
        """The id under which this request is asked."""
        return f"report-{self.request}"

    @property
    def told(self) -> dict[int, datetime]:
        """Device number -> the moment after which it must be heard to be asked again."""
        return self._told

    def handed(self, device: int, device_id: str) -> None:
        """The question is on its way."""
        self._numbers[device_id] = device
        self._told[device] = NEVER_AGAIN

    def settle(self, outcomes: Iterable[Outcome], moment: datetime) -> None:
        """Those whose question the broker has not taken are asked when they are heard again."""
        for outcome in outcomes:
            device = self._numbers.get(outcome.device_id)
            if outcome.command == self.command and device is not None and not outcome.is_taken:
                doublings = min(self._refusals[device], MOST_DOUBLINGS)
                self._told[device] = moment + FIRST_PAUSE * 2**doublings
                self._refusals[device] += 1

    def forget(self, devices: Iterable[int]) -> None:
        """These came back: what they were told before may have been lost with their session."""
        for device in devices:
            self._told.pop(device, None)
            self._refusals.pop(device, None)
