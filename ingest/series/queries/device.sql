-- A device as the reading side needs it, by its name on the wire.
SELECT d.id AS number, d.device_id, d.kind, d.division_code, d.expected_interval_seconds,
       m.quantities,
       ARRAY(SELECT q.unit FROM unnest(m.quantities) WITH ORDINALITY AS measured (key, place)
             JOIN quantities q USING (key) ORDER BY measured.place) AS units
FROM devices d JOIN device_models m ON m.id = d.model
WHERE d.device_id = %(device_id)s
