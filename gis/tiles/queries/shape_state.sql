-- Which revision of each source the shapes were made from; null: never made.
SELECT r.layer AS source, r.revision, b.revision AS built
FROM layer_revisions r
LEFT JOIN map_shapes_built b ON b.source = r.layer
WHERE r.layer = ANY (%(sources)s::text[])
ORDER BY r.layer
