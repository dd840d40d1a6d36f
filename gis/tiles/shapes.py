"""The base map simplified ahead of time: made again, a source at a time, when that has changed."""

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.database import sql, transaction
from center.logs import logger

log = logger(__name__)

LOCK = 0x6D61_7073  # advisory: one process makes shapes at a time
SECONDS = 300  # a real map of all roads takes far longer than a statement of the API may

# Table, and the layers that are made of it by `queries/shape_TABLE.sql`. Unit grids are drawn as
# they are (`queries/base.sql`).
SOURCES = {
    "divisions": ("districts", "streets", "communities", "labels"),
    "roads": ("roads",),
    "waters": ("waters",),
}
# Ranges of zooms with one simplification each, from the first zoom to the last. Its tolerance is
# a pixel of the last zoom on a map of 512-pixel tiles; beyond 14 shapes are as they are.
RANGES = ((0, 6), (7, 8), (9, 10), (11, 12), (13, 14), (15, 24))
WORLD_METRES = 2 * 20_037_508.342789244
PIXELS = 512


class State(NamedTuple):
    """Of a source: its revision now, and the one its shapes are of."""

    source: str
    revision: int
    built: int | None


def tolerance(last_zoom: int) -> float:
    """Metres of Web Mercator that a border may move by in a range of zooms; 0: not at all."""
    return 0.0 if last_zoom > 14 else WORLD_METRES / PIXELS / (1 << last_zoom)


def state(session: Session) -> Sequence[State]:
    """How new the shapes are."""
    rows = session.connection().exec_driver_sql(
        sql("gis.tiles", "shape_state"), {"sources": list(SOURCES)}
    )
    return [State(*row) for row in rows]


def current(session: Session) -> Sequence[State]:
    """The same, once what is old has been made again.

    While another process does so, what is there is served; only where nothing is there yet
    everybody waits.
    """
    known = state(session)
    if all(one.built == one.revision for one in known):
        return known
    with transaction() as writing:
        refresh(writing, wait=any(one.built is None for one in known))
    return state(session)


def refresh(session: Session, *, wait: bool = True) -> None:
    """Makes the shapes of each source that has changed; nothing where another is at it."""
    _say(session, f"SET LOCAL statement_timeout = '{SECONDS}s'")
    if wait:
        _say(session, f"SELECT pg_advisory_xact_lock({LOCK})")
    elif not session.scalar(sa.text(f"SELECT pg_try_advisory_xact_lock({LOCK})")):
        return
    for one in state(session):
        if one.built != one.revision:
            _make(session, one)


def _make(session: Session, one: State) -> None:
    session.execute(
        sa.text("DELETE FROM map_shapes WHERE layer = ANY (:layers)"),
        {"layers": list(SOURCES[one.source])},
    )
    made = session.connection().exec_driver_sql(
        sql("gis.tiles", f"shape_{one.source}"),
        {
            "min_zooms": [first for first, _ in RANGES],
            "max_zooms": [last for _, last in RANGES],
            "tolerances": [tolerance(last) for _, last in RANGES],
        },
    )
    session.execute(
        sa.text(
            "INSERT INTO map_shapes_built AS b (source, revision) VALUES (:source, :revision)"
            " ON CONFLICT (source) DO UPDATE SET revision = EXCLUDED.revision"
        ),
        {"source": one.source, "revision": one.revision},
    )
    log.info("map_shapes_made", source=one.source, revision=one.revision, shapes=made.rowcount)


def _say(session: Session, statement: str) -> None:
    session.execute(sa.text(statement))
