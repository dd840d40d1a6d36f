-- Districts, streets and communities of every range of zooms, and their names. A level of divisions
-- is one coverage: it is simplified as a whole, so that neighbours keep the border they share.
INSERT INTO map_shapes (layer, ref, min_zoom, max_zoom, attributes, geom)
SELECT l.layer, d.code, greatest(b.min_zoom, l.min_zoom), b.max_zoom,
       jsonb_build_object('code', d.code, 'level', d.level, 'name_zh', d.name_zh,
                          'name_en', d.name_en),
       CASE WHEN b.tolerance = 0 THEN d.flat
            ELSE ST_CoverageSimplify(d.flat, b.tolerance) OVER (PARTITION BY d.level, b.min_zoom)
       END
FROM (SELECT code, level, name_zh, name_en, ST_Transform(geom, 3857) AS flat FROM divisions) AS d
JOIN (VALUES (2, 'districts', 0), (3, 'streets', 10), (4, 'communities', 13))
     AS l (level, layer, min_zoom) USING (level)
JOIN unnest(%(min_zooms)s::integer[], %(max_zooms)s::integer[], %(tolerances)s::float8[])
     AS b (min_zoom, max_zoom, tolerance) ON b.max_zoom >= l.min_zoom
UNION ALL
SELECT 'labels', d.code, l.min_zoom, l.max_zoom,
       jsonb_build_object('code', d.code, 'level', d.level, 'name_zh', d.name_zh,
                          'name_en', d.name_en),
       ST_Transform(d.label, 3857)
FROM divisions d
JOIN (VALUES (1, 0, 7), (2, 7, 13), (3, 11, 15), (4, 13, 24)) AS l (level, min_zoom, max_zoom)
     USING (level)
