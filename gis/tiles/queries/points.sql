-- The points of a tile, clustered: one feature a cell, at the middle of its points. Low zooms are
-- made of counted blocks (level > 0), high ones of points. Only what lies in the caller's divisions
-- is looked at, so counts and places tell nothing of what lies beyond.
WITH counted AS (
    SELECT s.cell >> %(shift)s AS cell, s.kind,
           sum(s.n)::bigint AS n, sum(s.sx)::bigint AS sx, sum(s.sy)::bigint AS sy
    FROM (
        SELECT b.cell, b.kind, b.n, b.sx, b.sy
        FROM point_blocks b
        WHERE b.layer = %(layer)s AND b.level = %(level)s
          AND b.cell >= %(first)s::bigint AND b.cell < %(last)s::bigint
          AND b.division_code LIKE ANY (%(patterns)s::text[])
        UNION ALL
        SELECT p.cell, p.kind, 1, p.x, p.y
        FROM map_points p
        WHERE %(level)s = 0 AND p.layer = %(layer)s
          AND p.cell >= %(first)s::bigint AND p.cell < %(last)s::bigint
          AND p.division_code LIKE ANY (%(patterns)s::text[])
    ) AS s
    GROUP BY 1, 2
), clusters AS (
    SELECT cell, sum(n)::bigint AS n, sum(sx)::bigint AS sx, sum(sy)::bigint AS sy,
           jsonb_object_agg(kind, n) AS kinds
    FROM counted
    GROUP BY cell
)
SELECT ST_AsMVT(feature, %(layer)s, 4096, 'geom')
FROM (
    SELECT ST_MakePoint(
               -- Rounded down, a middle never leaves its tile.
               floor((c.sx::float8 / c.n - %(west)s::float8) * %(scale)s::float8)::integer,
               floor((c.sy::float8 / c.n - %(north)s::float8) * %(scale)s::float8)::integer
           ) AS geom,
           CASE WHEN c.n > 1 THEN c.kinds || jsonb_build_object('n', c.n)
                ELSE jsonb_strip_nulls(jsonb_build_object(
                    'n', 1, 'id', one.ref, 'name', one.name, 'class_code', one.class_code,
                    'kind', one.kind))
           END AS attributes
    FROM clusters c
    LEFT JOIN LATERAL (
        SELECT p.ref, p.name, p.class_code,
               CASE WHEN p.class_code IS NULL THEN p.kind END AS kind
        FROM map_points p
        WHERE c.n = 1 AND p.layer = %(layer)s AND p.cell = map_cell(c.sx, c.sy)
          AND p.division_code LIKE ANY (%(patterns)s::text[])
        LIMIT 1
    ) AS one ON true
    ORDER BY c.cell
) AS feature
