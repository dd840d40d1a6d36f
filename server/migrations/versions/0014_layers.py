"""What the map is served from: revisions of layers, points of tiles, shapes, names to search."""

import unicodedata

from alembic import op
from pypinyin import lazy_pinyin

revision = "0014_layers"
down_revision = "0013_gis"
branch_labels = None
depends_on = None

# What a layer is made of; a change in one of these tables counts its revision up.
SOURCES = ("divisions", "unit_grids", "roads", "waters", "places", "components", "devices")
SHAPED = ("divisions", "unit_grids", "roads", "waters", "places")  # all that are no points of tiles

DEFINER = "LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp"
ANY_CHANGE = "INSERT OR UPDATE OR DELETE OR TRUNCATE"

# The row's lock is held to the commit: it puts the writers of a layer in a line, so that the
# upserts of its blocks never wait for each other crosswise.
REVISIONS = f"""
CREATE TABLE layer_revisions (
    layer text CONSTRAINT pk_layer_revisions PRIMARY KEY,
    revision bigint NOT NULL DEFAULT 1
);
COMMENT ON TABLE layer_revisions IS 'Counted up in the transaction that changes what a layer shows';
CREATE FUNCTION layer_changed() RETURNS trigger {DEFINER} AS $$
BEGIN
    UPDATE layer_revisions SET revision = revision + 1 WHERE layer = TG_TABLE_NAME;
    RETURN NULL;
END $$;
"""

# Web Mercator in 2^30 units from the north-west corner of the world: 3 cm at our latitude. `cell`
# is the Morton code of both: the tile (z, x, y) is one range of it, and a cell of a pixel grid is
# its upper bits, whatever the zoom.
CELLS = """
CREATE FUNCTION mercator_x(lon double precision) RETURNS integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT greatest(0, least(1073741823, floor((lon + 180) / 360 * 1073741824)))::integer
$$;
CREATE FUNCTION mercator_y(lat double precision) RETURNS integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT greatest(0, least(1073741823, floor(
        (0.5 - ln(tan(pi() / 4 + radians(greatest(-85.05, least(85.05, lat))) / 2)) / (2 * pi()))
        * 1073741824)))::integer
$$;
CREATE FUNCTION spread_bits(number bigint) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    number := (number | (number << 16)) & 0x0000FFFF0000FFFF;
    number := (number | (number << 8)) & 0x00FF00FF00FF00FF;
    number := (number | (number << 4)) & 0x0F0F0F0F0F0F0F0F;
    number := (number | (number << 2)) & 0x3333333333333333;
    RETURN (number | (number << 1)) & 0x5555555555555555;
END $$;
CREATE FUNCTION map_cell(x bigint, y bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT spread_bits(x) | (spread_bits(y) << 1)
$$;
"""

# Blocks are the points of a cell of zoom `level`, counted: tiles up to that zoom are made of them.
POINTS = f"""
CREATE TABLE map_points (
    layer text NOT NULL,
    ref text NOT NULL,
    kind text NOT NULL,
    class_code text,
    name text NOT NULL,
    division_code text NOT NULL,
    x integer NOT NULL,
    y integer NOT NULL,
    cell bigint NOT NULL,
    CONSTRAINT pk_map_points PRIMARY KEY (layer, ref)
);
CREATE INDEX ix_map_points_cell ON map_points (layer, cell) INCLUDE (kind, division_code, x, y);
COMMENT ON TABLE map_points IS 'Components and devices as tiles count them; triggers write it';
CREATE TABLE point_blocks (
    layer text NOT NULL,
    level smallint NOT NULL,
    cell bigint NOT NULL,
    division_code text NOT NULL,
    kind text NOT NULL,
    n bigint NOT NULL,
    sx bigint NOT NULL,
    sy bigint NOT NULL,
    CONSTRAINT pk_point_blocks PRIMARY KEY (layer, level, cell, division_code, kind)
);
CREATE INDEX ix_point_blocks_empty ON point_blocks (layer) WHERE n = 0;

CREATE FUNCTION map_points_counted() RETURNS trigger {DEFINER} AS $$
DECLARE
    sign integer := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
BEGIN
    UPDATE layer_revisions SET revision = revision + 1
    WHERE layer IN (SELECT layer FROM changed);
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    INSERT INTO point_blocks AS b (layer, level, cell, division_code, kind, n, sx, sy)
    SELECT c.layer, v.level, (c.cell >> v.shift) << v.shift, c.division_code, c.kind,
           sign * count(*), sign * sum(c.x), sign * sum(c.y)
    FROM changed c
    -- A cell of zoom z is a tile of zoom z + 4 (gis/tiles/grid.py).
    CROSS JOIN (VALUES (10, 2 * (30 - 14)), (12, 2 * (30 - 16)), (13, 2 * (30 - 17)))
               AS v (level, shift)
    GROUP BY 1, 2, 3, 4, 5
    ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT (layer, level, cell, division_code, kind)
    DO UPDATE SET n = b.n + EXCLUDED.n, sx = b.sx + EXCLUDED.sx, sy = b.sy + EXCLUDED.sy;
    DELETE FROM point_blocks WHERE n = 0;
    RETURN NULL;
END $$;
CREATE TRIGGER count_made AFTER INSERT ON map_points REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION map_points_counted();
CREATE TRIGGER count_gone AFTER DELETE ON map_points REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION map_points_counted();

CREATE FUNCTION map_points_cleared() RETURNS trigger {DEFINER} AS $$
BEGIN
    DELETE FROM map_points WHERE layer = TG_TABLE_NAME;
    RETURN NULL;
END $$;
"""

# Per table: how a row of it becomes a point. Vehicles move: they are in the live feed instead.
POINT_ROWS = {
    "components": (
        "SELECT code AS ref, left(class_code, 2) AS kind, class_code, name_zh AS name,"
        " division_code, place FROM {} WHERE state <> 'removed'"
    ),
    "devices": (
        "SELECT device_id AS ref, kind, NULL::text AS class_code, name, division_code, place"
        " FROM {} WHERE place IS NOT NULL AND retired_at IS NULL AND kind <> 'vehicle'"
    ),
}
ADD_POINTS = """
INSERT INTO map_points (layer, ref, kind, class_code, name, division_code, x, y, cell)
SELECT '{layer}', m.ref, m.kind, m.class_code, m.name, m.division_code, m.x, m.y,
       map_cell(m.x, m.y)
FROM (SELECT r.*, mercator_x(ST_X(r.place)) AS x, mercator_y(ST_Y(r.place)) AS y
      FROM ({rows}) r) m
ORDER BY 9
"""

SHAPES = """
CREATE TABLE map_shapes (
    layer text NOT NULL,
    ref text NOT NULL,
    min_zoom smallint NOT NULL,
    max_zoom smallint NOT NULL,
    attributes jsonb NOT NULL,
    geom geometry(Geometry, 3857) NOT NULL,
    CONSTRAINT pk_map_shapes PRIMARY KEY (layer, min_zoom, ref)
);
CREATE INDEX ix_map_shapes_geom ON map_shapes USING gist (geom);
COMMENT ON TABLE map_shapes IS 'The base map, simplified per range of zooms (gis/tiles/shapes.py)';
CREATE TABLE map_shapes_built (
    source text CONSTRAINT pk_map_shapes_built PRIMARY KEY,
    revision bigint NOT NULL
);
"""

HANZI = """
CREATE TABLE hanzi (ch text CONSTRAINT pk_hanzi PRIMARY KEY, pinyin text NOT NULL);
COMMENT ON TABLE hanzi IS 'The usual reading of each character, for names that triggers enter';
"""

# `words` are the fields by which a name is found: small letters, no spaces, one a line. `grams`
# are their pairs of neighbouring characters, each single one that is not ASCII (a search for one
# character), and each beginning marked by `^` (a search for one letter).
SEARCH = """
CREATE FUNCTION search_words(VARIADIC fields text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(string_agg(tight.word, E'\\n' ORDER BY f.number), '')
    FROM unnest(fields) WITH ORDINALITY AS f (field, number)
    CROSS JOIN LATERAL (
        SELECT regexp_replace(lower(normalize(f.field, NFKC)), '\\s+', '', 'g') AS word) AS tight
    WHERE tight.word <> ''
$$;
CREATE FUNCTION search_grams(words text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT g.gram), '{}')
    FROM string_to_table(words, E'\\n') AS w (word)
    CROSS JOIN LATERAL (
        SELECT substr(w.word, i, 2) FROM generate_series(1, length(w.word) - 1) AS i
        UNION ALL
        SELECT substr(w.word, i, 1) FROM generate_series(1, length(w.word)) AS i
        WHERE substr(w.word, i, 1) > '~' COLLATE "C"
        UNION ALL
        SELECT '^' || left(w.word, 1)
    ) AS g (gram)
$$;
CREATE TABLE search_names (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_search_names PRIMARY KEY,
    kind text NOT NULL,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    initials text NOT NULL,
    pinyin text NOT NULL,
    weight smallint NOT NULL,
    words text NOT NULL,
    grams text[] NOT NULL GENERATED ALWAYS AS (search_grams(words)) STORED,
    CONSTRAINT uq_search_names_name UNIQUE (kind, name_zh, name_en)
);
CREATE INDEX ix_search_names_grams ON search_names USING gin (grams);
CREATE INDEX ix_search_names_whole ON search_names (split_part(words, E'\\n', 1));
CREATE TABLE search_entries (
    kind text NOT NULL,
    ref text NOT NULL,
    name bigint NOT NULL,
    division_code text NOT NULL,
    place geometry(Point, 4326),
    bbox double precision[],
    CONSTRAINT pk_search_entries PRIMARY KEY (kind, ref)
);
CREATE INDEX ix_search_entries_name ON search_entries (name, division_code);
CREATE INDEX ix_search_entries_ref ON search_entries (lower(ref) text_pattern_ops);
"""

DEVICE_ENTRIES = "SELECT device_id, name, division_code, place FROM {} WHERE retired_at IS NULL"
ADD_DEVICES = """
INSERT INTO search_names (kind, name_zh, name_en, initials, pinyin, weight, words)
SELECT 'device', n.name, '', n.initials, n.pinyin, 30,
       search_words(n.name, n.initials, n.pinyin)
FROM (
    SELECT d.name,
           string_agg(coalesce(left(h.pinyin, 1), c.ch), '' ORDER BY c.number) AS initials,
           string_agg(coalesce(h.pinyin, c.ch), '' ORDER BY c.number) AS pinyin
    FROM (SELECT DISTINCT name FROM ({rows}) r) d
    CROSS JOIN LATERAL regexp_split_to_table(lower(d.name), '') WITH ORDINALITY AS c (ch, number)
    LEFT JOIN hanzi h ON h.ch = c.ch
    GROUP BY d.name
    ORDER BY d.name
) n
ON CONFLICT (kind, name_zh, name_en) DO NOTHING;
INSERT INTO search_entries (kind, ref, name, division_code, place)
SELECT 'device', r.device_id,
       -- Not a join: by the index, whatever is known of how large the tables are.
       (SELECT n.id FROM search_names n
        WHERE n.kind = 'device' AND n.name_zh = r.name AND n.name_en = ''),
       r.division_code, r.place
FROM ({rows}) r
"""

# Who may write what is made by the program itself, and who only reads what triggers write.
GRANTS = """
GRANT SELECT ON layer_revisions, map_points, point_blocks, hanzi TO hengyang_app;
GRANT SELECT, INSERT, UPDATE, DELETE
    ON map_shapes, map_shapes_built, search_names, search_entries TO hengyang_app;
"""


def upgrade() -> None:
    for statement in (REVISIONS, CELLS, POINTS, SHAPES, HANZI, SEARCH):
        op.execute(statement)
    for source in SOURCES:
        op.execute(f"INSERT INTO layer_revisions (layer) VALUES ('{source}')")
    for source in SHAPED:
        op.execute(f"CREATE TRIGGER layer_changed AFTER {ANY_CHANGE} ON {source}"
                   " FOR EACH STATEMENT EXECUTE FUNCTION layer_changed()")  # fmt: skip
    _fill_hanzi()
    for layer, rows in POINT_ROWS.items():
        _follow(layer, "mapped", rows, ADD_POINTS.format(layer=layer, rows="{rows}"),
                f"DELETE FROM map_points p USING ({{rows}}) g"
                f" WHERE p.layer = '{layer}' AND p.ref = g.ref")  # fmt: skip
        op.execute(f"CREATE TRIGGER mapped_cleared AFTER TRUNCATE ON {layer}"
                   " FOR EACH STATEMENT EXECUTE FUNCTION map_points_cleared()")  # fmt: skip
    _follow("devices", "named", DEVICE_ENTRIES, ADD_DEVICES,
            "DELETE FROM search_entries e USING ({rows}) g"
            " WHERE e.kind = 'device' AND e.ref = g.device_id")  # fmt: skip
    op.execute(GRANTS)


def _follow(table: str, how: str, rows: str, add: str, remove: str) -> None:
    """Keeps what is derived from a table, by statement: an update touches only what differs."""
    made, gone = rows.format("made"), rows.format("gone")
    op.execute(f"""
        CREATE FUNCTION {table}_{how}() RETURNS trigger {DEFINER} AS $$
        BEGIN
            IF TG_OP = 'UPDATE' THEN
                {remove.format(rows=f"{gone} EXCEPT {made}")};
                {add.format(rows=f"{made} EXCEPT {gone}")};
            ELSIF TG_OP = 'INSERT' THEN
                {add.format(rows=made)};
            ELSE
                {remove.format(rows=gone)};
            END IF;
            RETURN NULL;
        END $$""")
    for event, tables in (
        ("INSERT", "NEW TABLE AS made"),
        ("UPDATE", "OLD TABLE AS gone NEW TABLE AS made"),
        ("DELETE", "OLD TABLE AS gone"),
    ):
        op.execute(f"CREATE TRIGGER {how}_{event.lower()} AFTER {event} ON {table}"
                   f" REFERENCING {tables}"
                   f" FOR EACH STATEMENT EXECUTE FUNCTION {table}_{how}()")  # fmt: skip
    op.execute(add.format(rows=rows.format(table)))


def _fill_hanzi() -> None:
    """The unified ideographs that have a reading."""
    read = [
        (ch, "".join(lazy_pinyin(ch)))
        for ch in map(chr, range(0x4E00, 0xA000))
        if unicodedata.category(ch) == "Lo"
    ]
    known = [(ch, pinyin) for ch, pinyin in read if pinyin.isascii()]
    op.get_bind().exec_driver_sql(
        "INSERT INTO hanzi SELECT * FROM unnest(%(chars)s::text[], %(readings)s::text[])",
        {"chars": [ch for ch, _ in known], "readings": [pinyin for _, pinyin in known]},
    )


def downgrade() -> None:
    for source in SHAPED:
        op.execute(f"DROP TRIGGER layer_changed ON {source}")
    for table, how in (("components", "mapped"), ("devices", "mapped"), ("devices", "named")):
        op.execute(f"DROP FUNCTION {table}_{how} CASCADE")
    op.execute("DROP FUNCTION map_points_cleared CASCADE")
    op.execute("DROP TABLE search_entries, search_names, hanzi, map_shapes, map_shapes_built")
    op.execute("DROP TABLE point_blocks, map_points, layer_revisions")
    op.execute("DROP FUNCTION map_points_counted, layer_changed, map_cell, spread_bits,"
               " mercator_x, mercator_y, search_grams, search_words")  # fmt: skip
