-- Whole hours of single devices, each quantity by its place in the values of the device's model.
INSERT INTO rollups_hour (device, quantity, bucket, count, sum, min, max)
SELECT rolled.device, m.quantities[rolled.place] AS quantity, rolled.bucket,
       rolled.count, rolled.sum, rolled.min, rolled.max
FROM (
    SELECT hour.device, hour.bucket, v.place,
           count(*) AS count, sum(v.value) AS sum, min(v.value) AS min, max(v.value) AS max
    FROM unnest(%(devices)s::int[], %(buckets)s::timestamptz[]) AS hour (device, bucket)
    JOIN readings r ON r.device = hour.device
        AND r.time >= hour.bucket AND r.time < hour.bucket + INTERVAL '1 hour'
        -- The bounds of all hours together let the planner leave out chunks.
        AND r.time >= %(low)s AND r.time < %(high)s
    CROSS JOIN LATERAL unnest(r."values") WITH ORDINALITY AS v (value, place)
    WHERE v.value IS NOT NULL
    GROUP BY hour.device, hour.bucket, v.place
) AS rolled
JOIN devices d ON d.id = rolled.device
JOIN device_models m ON m.id = d.model
WHERE m.quantities[rolled.place] IS NOT NULL
ORDER BY device, quantity, bucket
ON CONFLICT (device, quantity, bucket) DO UPDATE SET
    count = EXCLUDED.count, sum = EXCLUDED.sum, min = EXCLUDED.min, max = EXCLUDED.max
