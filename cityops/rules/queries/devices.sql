-- Devices as rules see them, whose own row or model changed after a revision (-1: all).
SELECT d.id, d.device_id, d.name, d.kind, m.name AS model, d.division_code,
       ST_X(d.place) AS lon, ST_Y(d.place) AS lat, m.quantities,
       d.enabled AND d.retired_at IS NULL AS in_use, greatest(d.revision, m.revision) AS revision
FROM devices d JOIN device_models m ON m.id = d.model
WHERE greatest(d.revision, m.revision) > %(revision)s
