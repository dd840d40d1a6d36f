-- Unit grids have a few corners each and are drawn from near only: as they are.
INSERT INTO map_shapes (layer, ref, min_zoom, max_zoom, attributes, geom)
SELECT 'grids', code, 15, 24, jsonb_build_object('code', code, 'community', community),
       ST_Transform(geom, 3857)
FROM unit_grids
