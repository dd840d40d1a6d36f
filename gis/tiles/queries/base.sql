-- The base map of a tile, one MVT layer after the other. `detail` is the zoom whose simplification
-- is taken; it is lower than the tile's own where that would be too large.
WITH bounds AS (
    SELECT ST_TileEnvelope(%(z)s::integer, %(x)s::integer, %(y)s::integer) AS tile,
           ST_TileEnvelope(%(z)s::integer, %(x)s::integer, %(y)s::integer,
                           margin => 64.0 / 4096) AS wide
)
SELECT coalesce(string_agg(made.part, ''::bytea ORDER BY wanted.number), ''::bytea)
FROM unnest(%(layers)s::text[]) WITH ORDINALITY AS wanted (layer, number)
CROSS JOIN LATERAL (
    SELECT ST_AsMVT(feature, wanted.layer, 4096, 'geom') AS part
    FROM (
        SELECT ST_AsMVTGeom(s.geom, b.tile, 4096, 64, true) AS geom, s.attributes
        FROM bounds b
        JOIN map_shapes s ON s.geom && b.wide
        WHERE s.layer = wanted.layer
          AND %(detail)s::integer BETWEEN s.min_zoom AND s.max_zoom
        ORDER BY s.ref
    ) AS feature
    WHERE feature.geom IS NOT NULL
) AS made
