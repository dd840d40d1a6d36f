"""What the worker does about commands by the clock."""

from datetime import timedelta

from center.database import transaction
from ingest.commands import repository

KEPT = timedelta(days=180)  # closed ones; as long as the audit trail must be at hand


def forget_closed() -> None:
    """Deletes commands that were closed long ago."""
    with transaction() as session:
        connection = session.connection().connection.driver_connection
        assert connection is not None  # a checked-out connection has its driver's
        repository.forget(connection, KEPT)
