"""The pictures of a fleet's cameras: made by a process of their own, spoiled on command."""

from pathlib import Path

from simulators.cameras.crew import Crew
from simulators.cameras.plan import Plan


class Pictures:
    """None until `open`; a fault that comes earlier is not seen. Safe from any thread."""

    def __init__(self) -> None:
        self._crew: Crew | None = None

    def open(self, folder: Path, plan: Plan) -> None:
        """Starts the cameras."""
        self._crew = Crew(folder, plan)

    def spoil(self, device_id: str, flaw: str, seconds: float) -> None:
        """A camera gets a picture fault for so long; 0 seconds end it."""
        if self._crew is not None:
            self._crew.flaw(device_id, flaw, seconds)

    def close(self) -> None:
        """All streams end."""
        if self._crew is not None:
            self._crew.close()
