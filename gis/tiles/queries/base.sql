-- The base map of a tile, one MVT layer after the other. `detail` is the zoom whose simplification
-- is taken; it is lower than the tile's own where that would be too large. Unit grids have a few
-- corners each and are drawn from near only: as they are.
WITH bounds AS MATERIALIZED (
    SELECT tile, wide, ST_Transform(wide, 4326) AS wide_degrees
    FROM (SELECT ST_TileEnvelope(%(z)s::integer, %(x)s::integer, %(y)s::integer) AS tile,
                 ST_TileEnvelope(%(z)s::integer, %(x)s::integer, %(y)s::integer,
                                 margin => 64.0 / 4096) AS wide) AS t
), shapes AS MATERIALIZED (
    SELECT s.layer, s.ref, s.attributes, ST_AsMVTGeom(s.geom, b.tile, 4096, 64, true) AS geom
    FROM bounds b
    JOIN map_shapes s ON s.geom && b.wide
    WHERE %(detail)s::integer BETWEEN s.min_zoom AND s.max_zoom
    UNION ALL
    SELECT 'grids', g.code, jsonb_build_object('code', g.code, 'community', g.community),
           ST_AsMVTGeom(ST_Transform(g.geom, 3857), b.tile, 4096, 64, true)
    FROM bounds b
    JOIN unit_grids g ON g.geom && b.wide_degrees
    WHERE %(detail)s::integer >= 15
)
SELECT coalesce(string_agg(made.part, ''::bytea ORDER BY wanted.number), ''::bytea)
FROM unnest(%(layers)s::text[]) WITH ORDINALITY AS wanted (layer, number)
CROSS JOIN LATERAL (
    SELECT ST_AsMVT(feature, wanted.layer, 4096, 'geom') AS part
    FROM (
        SELECT s.geom, s.attributes
        FROM shapes s
        WHERE s.layer = wanted.layer AND s.geom IS NOT NULL
        ORDER BY s.ref
    ) AS feature
) AS made
