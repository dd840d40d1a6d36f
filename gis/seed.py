"""What `hengyang seed` puts on the map: outlines, dictionary, and a generated city."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.settings import settings
from gis.city import state
from gis.dictionary import service as dictionary
from gis.loading import at_leisure
from gis.search import index
from gis.settings import CitySettings
from gis.tiles.shapes import refresh

OUTLINES, DICTIONARY, CITY = "outlines", "dictionary", "city"
_OUTLINES_VERSION = "cnmaps-1"
GENERATOR_VERSION = 1  # another one has every city generated anew
NONE = "none"
LOCK = 0x6879_6369_7479  # "hycity": one process puts in a city, another then finds it there


def seed(session: Session) -> None:
    """Puts in what is missing, or was made by other settings; a whole city takes half a minute."""
    config = settings(CitySettings)
    if _is_there(session, config):
        return
    session.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    at_leisure(session)
    _put_in(session, config)
    renew_index(session)


def fingerprint(config: CitySettings) -> str:
    """What a generated city depends on."""
    if config.city == NONE:
        return NONE
    return f"{config.city} {config.city_seed} {config.unit_grid_digits} v{GENERATOR_VERSION}"


def dictionary_fingerprint() -> str:
    """Standards and their versions, and how many rows."""
    rows = dictionary.standard()
    names = sorted({f"{row['standard']} {row['version']}" for row in rows})
    return f"{', '.join(names)} {len(rows)}"


def renew_index(session: Session) -> None:
    """Search and tiles show what is on the map now; the last act of a seed and of an import."""
    index.rebuild(session)
    refresh(session)


def _is_there(session: Session, config: CitySettings) -> bool:
    wanted = {
        OUTLINES: _OUTLINES_VERSION,
        DICTIONARY: dictionary_fingerprint(),
        CITY: fingerprint(config),
    }
    return wanted.items() <= state.parts(session).items()


def _put_in(session: Session, config: CitySettings) -> None:
    # Half a second of imports that the second start and all others do without.
    from gis.city import store  # noqa: PLC0415

    if state.part(session, OUTLINES) is None:
        shapes = store.put_outlines(session)
        state.note(session, OUTLINES, _OUTLINES_VERSION, divisions=len(shapes))
    state.note(session, DICTIONARY, dictionary_fingerprint(), rows=dictionary.seed(session))
    if state.part(session, CITY) != fingerprint(config):
        store.take_out(session)
        made = store.make(session, config)
        state.note(session, CITY, fingerprint(config), **made)
