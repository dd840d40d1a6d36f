"""What the worker does for the processes' table: it forgets those long gone."""

from center.database import transaction
from center.processes.service import forget


def forget_lost() -> None:
    """Removes the rows of processes silent for a day."""
    with transaction() as session:
        forget(session)
