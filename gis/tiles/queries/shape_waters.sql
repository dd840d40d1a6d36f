-- Waters that are at least some pixels large in the range of zooms.
INSERT INTO map_shapes (layer, ref, min_zoom, max_zoom, attributes, geom)
SELECT 'waters', w.id::text, greatest(b.min_zoom, 8), b.max_zoom,
       jsonb_strip_nulls(jsonb_build_object(
           'class', w.class, 'name_zh', nullif(w.name_zh, ''), 'name_en', nullif(w.name_en, ''))),
       ST_SimplifyPreserveTopology(w.flat, b.tolerance)
FROM (SELECT id, class, name_zh, name_en, ST_Transform(geom, 3857) AS flat FROM waters) AS w
JOIN unnest(%(min_zooms)s::integer[], %(max_zooms)s::integer[], %(tolerances)s::float8[])
     AS b (min_zoom, max_zoom, tolerance)
     ON b.max_zoom >= 8 AND ST_Area(w.flat) >= 16 * b.tolerance * b.tolerance
