"""The map: divisions, unit grids, roads, waters, dictionary, components, places."""

from alembic import op

revision = "0013_gis"
down_revision = "0012_retention"

# Codes nest: a community's begin with its street's, which begin with its district's.
DIVISIONS = """
CREATE TABLE divisions (
    code text CONSTRAINT pk_divisions PRIMARY KEY,
    level smallint NOT NULL,
    parent text CONSTRAINT fk_divisions_parent_divisions REFERENCES divisions (code),
    name_zh text NOT NULL,
    name_en text NOT NULL,
    pinyin text NOT NULL,
    initials text NOT NULL,
    geom geometry(MultiPolygon, 4326) NOT NULL,
    built_up geometry(MultiPolygon, 4326),
    label geometry(Point, 4326) NOT NULL,
    source text NOT NULL,
    CONSTRAINT ck_divisions_level CHECK (level BETWEEN 1 AND 4),
    CONSTRAINT ck_divisions_code CHECK (
        code ~ '^[0-9]+$' AND length(code) = (ARRAY[4, 6, 9, 12])[level]),
    CONSTRAINT ck_divisions_parent CHECK (
        CASE WHEN level = 1 THEN parent IS NULL
             ELSE starts_with(code, parent) AND length(parent) = (ARRAY[4, 6, 9])[level - 1] END)
);
CREATE INDEX ix_divisions_parent ON divisions (parent);
CREATE INDEX ix_divisions_level ON divisions (level, code);
CREATE INDEX ix_divisions_geom ON divisions USING gist (geom);

CREATE TABLE unit_grids (
    code text CONSTRAINT pk_unit_grids PRIMARY KEY,
    community text NOT NULL
        CONSTRAINT fk_unit_grids_community_divisions REFERENCES divisions (code),
    geom geometry(Polygon, 4326) NOT NULL,
    area_m2 real NOT NULL,
    CONSTRAINT ck_unit_grids_code CHECK (code ~ '^[0-9]{14,15}$' AND starts_with(code, community)),
    CONSTRAINT ck_unit_grids_area CHECK (area_m2 > 0)
);
CREATE INDEX ix_unit_grids_community ON unit_grids (community);
CREATE INDEX ix_unit_grids_geom ON unit_grids USING gist (geom);
"""

LINES = """
CREATE TABLE roads (
    id bigint CONSTRAINT pk_roads PRIMARY KEY,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    class text NOT NULL,
    division_code text,
    geom geometry(LineString, 4326) NOT NULL,
    source text NOT NULL,
    CONSTRAINT ck_roads_class CHECK (class IN ('expressway', 'main', 'secondary', 'branch'))
);
CREATE INDEX ix_roads_geom ON roads USING gist (geom);

CREATE TABLE waters (
    id bigint CONSTRAINT pk_waters PRIMARY KEY,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    class text NOT NULL,
    geom geometry(MultiPolygon, 4326) NOT NULL,
    source text NOT NULL
);
CREATE INDEX ix_waters_geom ON waters USING gist (geom);
"""

# A city loads its own list beside the standard's: nothing here is an enumeration in code.
DICTIONARY = """
CREATE TABLE dictionary (
    standard text NOT NULL,
    version text NOT NULL,
    kind text NOT NULL,
    class_code text NOT NULL,
    subclass_code text NOT NULL,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    CONSTRAINT pk_dictionary PRIMARY KEY (standard, version, kind, class_code, subclass_code),
    CONSTRAINT ck_dictionary_kind CHECK (kind IN ('component', 'event')),
    CONSTRAINT ck_dictionary_class_code CHECK (class_code ~ '^[0-9]{2}$'),
    CONSTRAINT ck_dictionary_subclass_code CHECK (subclass_code ~ '^([0-9]{2})?$'),
    CONSTRAINT ck_dictionary_valid CHECK (valid_to > valid_from)
);
COMMENT ON COLUMN dictionary.subclass_code IS 'Empty: the row names the class itself';
"""

COMPONENTS = """
CREATE TABLE components (
    code text CONSTRAINT pk_components PRIMARY KEY,
    class_code text NOT NULL,
    name_zh text NOT NULL,
    division_code text NOT NULL,
    grid_code text,
    authority_code text NOT NULL DEFAULT '',
    authority text NOT NULL DEFAULT '',
    owner_code text NOT NULL DEFAULT '',
    owner text NOT NULL DEFAULT '',
    maintainer_code text NOT NULL DEFAULT '',
    maintainer text NOT NULL DEFAULT '',
    state text NOT NULL,
    place geometry(Point, 4326) NOT NULL,
    place_description text NOT NULL DEFAULT '',
    started_on date NOT NULL,
    changed_on date NOT NULL,
    source text NOT NULL,
    note text NOT NULL DEFAULT '',
    CONSTRAINT ck_components_code CHECK (code ~ '^[0-9]{16}$'),
    CONSTRAINT ck_components_class_code CHECK (class_code = substr(code, 7, 4)),
    CONSTRAINT ck_components_division_code CHECK (division_code ~ '^[0-9]{6,12}$'),
    CONSTRAINT ck_components_state CHECK (
        state IN ('intact', 'damaged', 'lost', 'disused', 'removed')),
    CONSTRAINT ck_components_dates CHECK (changed_on >= started_on)
);
CREATE INDEX ix_components_division_code ON components (division_code text_pattern_ops);
CREATE INDEX ix_components_class_code ON components (class_code, code);
CREATE INDEX ix_components_grid_code ON components (grid_code);
CREATE INDEX ix_components_place ON components USING gist (place);

CREATE TABLE places (
    id bigint CONSTRAINT pk_places PRIMARY KEY,
    kind text NOT NULL,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    address text NOT NULL DEFAULT '',
    division_code text,
    place geometry(Point, 4326) NOT NULL,
    source text NOT NULL
);
CREATE INDEX ix_places_place ON places USING gist (place);
"""

# What has been put on the map, so that a second start sees it without looking at the map itself.
STATE = """
CREATE TABLE city_parts (
    part text CONSTRAINT pk_city_parts PRIMARY KEY,
    fingerprint text NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    counts jsonb NOT NULL DEFAULT '{}'
);
"""

TABLES = ("divisions", "unit_grids", "roads", "waters", "dictionary", "components", "places")


def upgrade() -> None:
    for statements in (DIVISIONS, LINES, DICTIONARY, COMPONENTS, STATE):
        op.execute(statements)
    op.execute(
        f"GRANT SELECT, INSERT, UPDATE, DELETE, MAINTAIN ON {', '.join(TABLES)}, city_parts"
        " TO hengyang_app"
    )
    op.execute(f"GRANT SELECT ON {', '.join(TABLES)} TO hengyang_ingest")


def downgrade() -> None:
    op.execute(
        "DROP TABLE city_parts, places, components, dictionary, waters, roads, unit_grids,"
        " divisions"
    )
