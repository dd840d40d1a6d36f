-- Of each place the finest of what it lies in. A grid tells its community, that its street and
-- district: at a border the codes of one place never disagree.
SELECT here.number,
       coalesce(grid.code, '') AS grid,
       coalesce(grid.community, division.code) AS division
FROM unnest(CAST(:lons AS float8[]), CAST(:lats AS float8[])) WITH ORDINALITY
     AS here (lon, lat, number)
CROSS JOIN LATERAL (SELECT ST_SetSRID(ST_MakePoint(here.lon, here.lat), 4326) AS point) AS made
LEFT JOIN LATERAL (
    SELECT g.code, g.community FROM unit_grids g
    WHERE ST_Intersects(g.geom, made.point) ORDER BY g.code LIMIT 1) AS grid ON true
LEFT JOIN LATERAL (
    SELECT d.code FROM divisions d
    WHERE grid.code IS NULL AND d.level > 1 AND ST_Intersects(d.geom, made.point)
    ORDER BY d.level DESC, d.code LIMIT 1) AS division ON true
ORDER BY here.number
