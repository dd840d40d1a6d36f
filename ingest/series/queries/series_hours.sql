-- Hours from the rollup where it holds, else from the readings: those with a mark, and those from
-- the edge on. One statement, so one snapshot: marks, edge, rollups and readings fit together.
WITH edge AS MATERIALIZED (
    SELECT greatest(rolled_upto, %(start)s) AS edge FROM rollup_progress
), marked AS MATERIALIZED (
    SELECT bucket FROM rollup_dirty
    WHERE device = %(device)s AND bucket >= %(start)s AND bucket < %(end)s
), counted AS (
    SELECT date_trunc('hour', time) AS bucket, "values"[%(place)s] AS value
    FROM readings
    WHERE device = %(device)s AND time >= (SELECT edge FROM edge) AND time < %(end)s
    UNION ALL
    SELECT marked.bucket, r."values"[%(place)s]
    FROM marked JOIN readings r ON r.device = %(device)s
        AND r.time >= marked.bucket AND r.time < marked.bucket + INTERVAL '1 hour'
        AND r.time >= %(start)s AND r.time < %(end)s
    WHERE marked.bucket < (SELECT edge FROM edge)
)
SELECT bucket AS time, count, sum / count AS mean, min, max
FROM rollups_hour
WHERE device = %(device)s AND quantity = %(quantity)s
  AND bucket >= %(start)s AND bucket < %(end)s AND bucket < (SELECT edge FROM edge)
  AND bucket NOT IN (SELECT bucket FROM marked)
UNION ALL
SELECT bucket, count(*), avg(value), min(value), max(value)
FROM counted WHERE value IS NOT NULL GROUP BY bucket
ORDER BY time
