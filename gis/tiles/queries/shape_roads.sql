-- Roads by class, from the zoom on at which a map can hold them; names where they can be read.
INSERT INTO map_shapes (layer, ref, min_zoom, max_zoom, attributes, geom)
SELECT 'roads', r.id::text, greatest(b.min_zoom, c.min_zoom), b.max_zoom,
       jsonb_strip_nulls(jsonb_build_object(
           'class', r.class,
           'name_zh', CASE WHEN b.max_zoom > 12 THEN nullif(r.name_zh, '') END,
           'name_en', CASE WHEN b.max_zoom > 12 THEN nullif(r.name_en, '') END)),
       ST_Simplify(r.flat, b.tolerance, true)
FROM (SELECT id, class, name_zh, name_en, ST_Transform(geom, 3857) AS flat FROM roads) AS r
JOIN (VALUES ('expressway', 7), ('main', 9), ('secondary', 11), ('branch', 13))
     AS c (class, min_zoom) USING (class)
JOIN unnest(%(min_zooms)s::integer[], %(max_zooms)s::integer[], %(tolerances)s::float8[])
     AS b (min_zoom, max_zoom, tolerance) ON b.max_zoom >= c.min_zoom
