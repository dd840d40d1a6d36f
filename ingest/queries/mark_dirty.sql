-- Facts older than what is rolled up: their hours must be rolled again. DO UPDATE, not DO NOTHING:
-- the row lock makes the roller wait for this transaction instead of missing its facts.
INSERT INTO rollup_dirty AS d (device, bucket)
SELECT device, date_trunc('hour', time)
FROM unnest(%(device)s::int[], %(time)s::timestamptz[]) AS t(device, time)
GROUP BY 1, 2 ORDER BY 1, 2
ON CONFLICT (device, bucket) DO UPDATE SET marked_at = now()
