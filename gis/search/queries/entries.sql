-- In the order of names, so that the entries of one lie together.
INSERT INTO search_entries (kind, ref, name, division_code, place, bbox)
SELECT g.kind, g.ref, n.id, g.division_code, g.place, g.bbox
FROM gathered g
JOIN search_names n USING (kind, name_zh, name_en)
ORDER BY n.id, g.division_code, g.ref
