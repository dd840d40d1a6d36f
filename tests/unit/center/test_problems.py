"""Every error of a library has one of ours, or is our own fault."""

import errno

import psycopg
import pytest
import redis.exceptions
import sqlalchemy as sa
from sqlalchemy.orm.exc import StaleDataError

from center.errors import Conflict, HengyangError, Invalid, Stale, Unavailable
from center.problems import DiskRefuses, Repeat, RequestFailed, TooSlow, translate


def wrapped(cause: Exception) -> sa.exc.DBAPIError:
    """As SQLAlchemy hands it on."""
    return sa.exc.DBAPIError("SELECT 1", {}, cause)


@pytest.mark.parametrize(
    ("error", "ours"),
    [
        (wrapped(psycopg.errors.SerializationFailure()), Repeat),
        (wrapped(psycopg.errors.DeadlockDetected()), Repeat),
        (wrapped(psycopg.errors.QueryCanceled()), TooSlow),
        (wrapped(psycopg.errors.UniqueViolation()), Conflict),
        (wrapped(psycopg.errors.CheckViolation()), Invalid),
        (wrapped(psycopg.DataError("NUL (0x00) bytes")), Invalid),
        (wrapped(psycopg.errors.NumericValueOutOfRange()), Invalid),
        (wrapped(psycopg.OperationalError("server closed the connection")), Unavailable),
        (wrapped(psycopg.errors.DiskFull()), Unavailable),
        (wrapped(psycopg.errors.UndefinedTable()), RequestFailed),
        (psycopg.OperationalError("no route"), Unavailable),
        (sa.exc.TimeoutError("pool"), Unavailable),
        (redis.exceptions.ConnectionError(), Unavailable),
        (redis.exceptions.ResponseError(), RequestFailed),
        (StaleDataError(), Stale),
        (UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates"), Invalid),
        (OSError(errno.ENOSPC, "No space left on device"), DiskRefuses),
        (PermissionError(errno.EACCES, "Permission denied"), DiskRefuses),
        (ConnectionResetError(), Unavailable),
        (KeyError("ours"), RequestFailed),
    ],
)
def test_a_foreign_error_becomes_one_of_ours(error: Exception, ours: type[HengyangError]) -> None:
    assert type(translate(error)) is ours
