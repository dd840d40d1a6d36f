-- Hours from the rollup where it holds, else from the readings: marked ones, and those from the
-- edge on. Bounds are constants, so that the planner leaves out all other chunks.
WITH counted AS (
    SELECT date_trunc('hour', time) AS bucket, "values"[%(place)s] AS value
    FROM readings
    WHERE device = %(device)s AND time >= %(hour_edge)s AND time < %(end)s
    UNION ALL
    SELECT marked.bucket, r."values"[%(place)s]
    FROM unnest(%(marked)s::timestamptz[]) AS marked (bucket)
    JOIN readings r ON r.device = %(device)s
        AND r.time >= marked.bucket AND r.time < marked.bucket + INTERVAL '1 hour'
        AND r.time >= %(marked_from)s AND r.time < %(marked_to)s
)
SELECT bucket AS time, count, sum / count AS mean, min, max
FROM rollups_hour
WHERE device = %(device)s AND quantity = %(quantity)s
  AND bucket >= %(start)s AND bucket < %(hour_edge)s
  AND bucket <> ALL (%(marked)s::timestamptz[])
UNION ALL
SELECT bucket, count(*), avg(value), min(value), max(value)
FROM counted WHERE value IS NOT NULL GROUP BY bucket
ORDER BY time
