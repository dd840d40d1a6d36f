-- All that can be found, each thing once. A road is one entry in each district, however many pieces
-- it is drawn in. Devices come by the name of their table: `gis` lies below `ingest`.
CREATE TEMPORARY TABLE gathered ON COMMIT DROP AS
SELECT 'division' AS kind, code AS ref, name_zh, name_en, pinyin, initials, code AS division_code,
       label AS place, (ARRAY[100, 90, 70, 50])[level] AS weight,
       ARRAY[ST_XMin(geom), ST_YMin(geom), ST_XMax(geom), ST_YMax(geom)] AS bbox
FROM divisions
UNION ALL
SELECT 'grid', code, '单元网格', 'Unit grid', NULL, NULL, community, ST_PointOnSurface(geom), 10,
       ARRAY[ST_XMin(geom), ST_YMin(geom), ST_XMax(geom), ST_YMax(geom)]
FROM unit_grids
UNION ALL
SELECT 'road', min(id)::text, name_zh, name_en, NULL, NULL, coalesce(min(division_code), ''),
       (array_agg(ST_LineInterpolatePoint(geom, 0.5) ORDER BY ST_Length(geom) DESC))[1],
       max(CASE class WHEN 'expressway' THEN 65 WHEN 'main' THEN 60 WHEN 'secondary' THEN 55
                      ELSE 45 END),
       ARRAY[min(ST_XMin(geom)), min(ST_YMin(geom)), max(ST_XMax(geom)), max(ST_YMax(geom))]
FROM roads
WHERE name_zh <> ''
GROUP BY name_zh, name_en, left(division_code, 6)
UNION ALL
SELECT 'place', id::text, name_zh, name_en, NULL, NULL, coalesce(division_code, ''), place, 58, NULL
FROM places
UNION ALL
SELECT 'component', c.code, c.name_zh, coalesce(d.name_en, ''), NULL, NULL, c.division_code,
       c.place, 20, NULL
FROM components c
LEFT JOIN (
    SELECT DISTINCT ON (class_code, subclass_code) class_code || subclass_code AS code, name_en
    FROM dictionary
    WHERE kind = 'component'
    ORDER BY class_code, subclass_code, valid_from DESC
) AS d ON d.code = c.class_code
WHERE c.state <> 'removed'
UNION ALL
SELECT 'device', device_id, name, '', NULL, NULL, division_code, place, 30, NULL
FROM devices
WHERE retired_at IS NULL
