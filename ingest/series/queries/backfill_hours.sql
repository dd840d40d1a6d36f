-- All hours of all devices between two moments in one pass over their chunks.
INSERT INTO rollups_hour (device, quantity, bucket, count, sum, min, max)
SELECT rolled.device, m.quantities[rolled.place] AS quantity, rolled.bucket,
       rolled.count, rolled.sum, rolled.min, rolled.max
FROM (
    SELECT r.device, date_trunc('hour', r.time) AS bucket, v.place,
           count(*) AS count, sum(v.value) AS sum, min(v.value) AS min, max(v.value) AS max
    FROM readings r CROSS JOIN LATERAL unnest(r."values") WITH ORDINALITY AS v (value, place)
    WHERE r.time >= %(start)s AND r.time < %(end)s AND v.value IS NOT NULL
    GROUP BY r.device, date_trunc('hour', r.time), v.place
) AS rolled
JOIN devices d ON d.id = rolled.device
JOIN device_models m ON m.id = d.model
WHERE m.quantities[rolled.place] IS NOT NULL
ORDER BY device, quantity, bucket
ON CONFLICT (device, quantity, bucket) DO UPDATE SET
    count = EXCLUDED.count, sum = EXCLUDED.sum, min = EXCLUDED.min, max = EXCLUDED.max
