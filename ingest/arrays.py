"""Columns of a batch as array literals: psycopg's list dumper costs more than the statement."""

from collections.abc import Iterable


def numbers(values: Iterable[float | None]) -> str:
    """`{1,2.5,NULL}`: for `::bigint[]`, `::float8[]` and the like."""
    return "{" + ",".join(["NULL" if value is None else repr(value) for value in values]) + "}"


def integers(values: Iterable[int]) -> str:
    """`{1,2}`: for `::int[]` and `::bigint[]`."""
    return "{" + ",".join(map(str, values)) + "}"


def literals(values: Iterable[str]) -> str:
    """`{"{1,2}","[3,3]"}`: for `::text[]` of literals of ours, which hold no quote or backslash."""
    return '{"' + '","'.join(values) + '"}'
