"""What has been put on the map, and how much is there; imports little, for each start asks it."""

import json

import sqlalchemy as sa
from sqlalchemy.orm import Session

_COUNTED = (
    "divisions", "unit_grids", "roads", "waters", "dictionary", "components", "places",
    "road_nodes", "road_edges",
)  # fmt: skip


def part(session: Session, name: str) -> str | None:
    """Fingerprint of a part of the map that has been put in; None: it has not."""
    chosen = sa.text("SELECT fingerprint FROM city_parts WHERE part = :part")
    found: str | None = session.scalar(chosen, {"part": name})
    return found


def note(session: Session, name: str, fingerprint: str, **counts: int) -> None:
    """Remembers that a part of the map is in."""
    session.execute(
        sa.text(
            "INSERT INTO city_parts (part, fingerprint, counts)"
            " VALUES (:part, :fingerprint, CAST(:counts AS jsonb)) ON CONFLICT (part) DO UPDATE"
            " SET fingerprint = excluded.fingerprint, counts = excluded.counts, made_at = now()"
        ),
        {"part": name, "fingerprint": fingerprint, "counts": json.dumps(counts)},
    )


def counts(session: Session) -> dict[str, int]:
    """Rows of each table of the map."""
    one = "SELECT '{0}' AS name, count(*) AS rows FROM {0}"
    tables = " UNION ALL ".join(one.format(table) for table in _COUNTED)
    return {row.name: row.rows for row in session.execute(sa.text(tables))}


def parts(session: Session) -> dict[str, str]:
    """Fingerprint of every part that is in."""
    found = session.execute(sa.text("SELECT part, fingerprint FROM city_parts ORDER BY part"))
    return {row.part: row.fingerprint for row in found}
