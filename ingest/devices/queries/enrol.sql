-- Registers many devices in one statement: the register's revision grows once, not 25,000 times.
INSERT INTO devices (device_id, kind, model, name, owner, division_code, place, component_code,
                     camera_number, expected_interval_seconds, credential_hash,
                     credential_rotated_at)
SELECT t.device_id, m.kind, m.id, t.name, t.owner, t.division,
       CASE WHEN t.lon IS NOT NULL THEN ST_SetSRID(ST_MakePoint(t.lon, t.lat), 4326) END,
       t.component_code, t.camera_number, t.expected_interval_seconds, t.credential_hash, now()
FROM unnest(
         CAST(:device_id AS text[]), CAST(:name AS text[]), CAST(:model AS text[]),
         CAST(:owner AS text[]), CAST(:division AS text[]), CAST(:lon AS double precision[]),
         CAST(:lat AS double precision[]), CAST(:component_code AS text[]),
         CAST(:camera_number AS text[]), CAST(:expected_interval_seconds AS integer[]),
         CAST(:credential_hash AS text[])
     ) AS t (device_id, name, model, owner, division, lon, lat, component_code, camera_number,
             expected_interval_seconds, credential_hash)
JOIN device_models m ON m.name = t.model
