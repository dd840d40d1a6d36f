"""Filling the index: what seeding and imports call last; devices keep theirs by trigger."""

from typing import Any

from sqlalchemy.orm import Session

from center.database import sql
from center.logs import logger
from gis.names import romanised

log = logger(__name__)

SECONDS = 300  # far more than a whole city takes

# Readers go on with the old index to the commit; a device that is enrolled meanwhile waits.
_LOCK = "LOCK TABLE search_entries, search_names IN SHARE ROW EXCLUSIVE MODE"
_UNREAD = "SELECT DISTINCT name_zh FROM gathered WHERE pinyin IS NULL AND kind <> 'device'"


def rebuild(session: Session) -> int:
    """Makes the index anew from all tables, in the caller's transaction; gives its entries.

    100,000 components take a few seconds: pinyin is computed once for each distinct name.
    """

    def run(statement: str, **values: Any) -> Any:
        return session.connection().exec_driver_sql(statement, values)

    run(f"SET LOCAL statement_timeout = '{SECONDS}s'")
    run(_LOCK)
    run("DROP TABLE IF EXISTS pg_temp.gathered")
    run(sql("gis.search", "gather"))
    names = [name for (name,) in run(_UNREAD)]
    read = [romanised(name) for name in names]
    run("DELETE FROM search_entries")
    run("DELETE FROM search_names")
    run(
        sql("gis.search", "names"),
        names=names,
        pinyins=[pinyin for pinyin, _ in read],
        initials=[initials for _, initials in read],
    )
    entries = int(run(sql("gis.search", "entries")).rowcount)
    log.info("search_index_made", names=len(names), entries=entries)
    return entries
