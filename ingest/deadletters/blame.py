"""Which errors can be the fault of one message, so that it is set aside and the rest goes on."""

import struct
from typing import Final

import psycopg

# The database's word, or a value that a stage or COPY's packing cannot take. Anything else is the
# server's or ours, and is repeated.
BLAMES_CONTENT: Final = (
    psycopg.DataError, psycopg.IntegrityError, psycopg.NotSupportedError,
    ValueError, TypeError, ArithmeticError, struct.error,
)  # fmt: skip
