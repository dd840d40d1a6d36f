-- Devices whose own row, model or quantities changed after a revision (-1: all of them).
WITH models AS (
    SELECT m.id, m.quantities,
           coalesce(array_agg(q.plausible_min ORDER BY n.place) FILTER (WHERE n.place > 0), '{}')
               AS plausible_min,
           coalesce(array_agg(q.plausible_max ORDER BY n.place) FILTER (WHERE n.place > 0), '{}')
               AS plausible_max,
           greatest(m.revision, max(q.revision)) AS revision
    FROM device_models m
    LEFT JOIN LATERAL unnest(m.quantities) WITH ORDINALITY AS n(key, place) ON true
    LEFT JOIN quantities q ON q.key = n.key
    GROUP BY m.id
)
SELECT d.id, d.device_id, d.kind, d.enabled AND d.retired_at IS NULL AS enabled, d.division_code,
       d.calibration, models.quantities, models.plausible_min, models.plausible_max,
       greatest(d.revision, models.revision) AS revision
FROM devices d JOIN models ON models.id = d.model
WHERE greatest(d.revision, models.revision) > %(revision)s
