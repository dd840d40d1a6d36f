-- Devices whose own row or model changed after a revision of the register (-1: all of them).
SELECT d.id, d.device_id, d.kind, d.name, d.division_code,
       ST_X(d.place) AS lon, ST_Y(d.place) AS lat, m.quantities, d.retired_at IS NOT NULL AS retired
FROM devices d JOIN device_models m ON m.id = d.model
WHERE greatest(d.revision, m.revision) > %(revision)s
