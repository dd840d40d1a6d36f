-- Days of Asia/Shanghai: from the rollup by day where it holds, else from hours, and hours as in
-- series_hours.sql. `start` and `end` are midnights. One statement, so one snapshot.
WITH edge AS MATERIALIZED (
    SELECT greatest(rolled_upto, %(start)s) AS hour,
           greatest(date_trunc('day', rolled_upto, 'Asia/Shanghai'), %(start)s) AS day
    FROM rollup_progress
), marked AS MATERIALIZED (
    SELECT bucket FROM rollup_dirty
    WHERE device = %(device)s AND bucket >= %(start)s AND bucket < %(end)s
      AND bucket < (SELECT hour FROM edge)
), unsettled AS MATERIALIZED (
    SELECT day FROM (
        SELECT day FROM rollup_dirty_day
        WHERE device = %(device)s AND day >= %(start)s AND day < %(end)s
        UNION SELECT date_trunc('day', bucket, 'Asia/Shanghai') FROM marked
    ) AS days WHERE day < (SELECT day FROM edge)
), hours AS (
    SELECT bucket, count, sum, min, max FROM rollups_hour
    WHERE device = %(device)s AND quantity = %(quantity)s
      AND bucket >= (SELECT day FROM edge) AND bucket < (SELECT hour FROM edge)
      AND bucket < %(end)s AND bucket NOT IN (SELECT bucket FROM marked)
    UNION ALL
    SELECT h.bucket, h.count, h.sum, h.min, h.max
    FROM unsettled JOIN rollups_hour h
        ON h.device = %(device)s AND h.quantity = %(quantity)s
        AND h.bucket >= unsettled.day AND h.bucket < unsettled.day + INTERVAL '1 day'
        AND h.bucket >= %(start)s AND h.bucket < %(end)s
    WHERE h.bucket NOT IN (SELECT bucket FROM marked)
    UNION ALL
    SELECT bucket, count(*), sum(value), min(value), max(value) FROM (
        SELECT date_trunc('hour', time) AS bucket, "values"[%(place)s] AS value FROM readings
        WHERE device = %(device)s AND time >= (SELECT hour FROM edge) AND time < %(end)s
        UNION ALL
        SELECT marked.bucket, r."values"[%(place)s]
        FROM marked JOIN readings r ON r.device = %(device)s
            AND r.time >= marked.bucket AND r.time < marked.bucket + INTERVAL '1 hour'
            AND r.time >= %(start)s AND r.time < %(end)s
    ) AS counted WHERE value IS NOT NULL GROUP BY bucket
)
SELECT day AS time, count, sum / count AS mean, min, max
FROM rollups_day
WHERE device = %(device)s AND quantity = %(quantity)s
  AND day >= %(start)s AND day < %(end)s AND day < (SELECT day FROM edge)
  AND day NOT IN (SELECT day FROM unsettled)
UNION ALL
SELECT date_trunc('day', bucket, 'Asia/Shanghai'), sum(count), sum(sum) / sum(count),
       min(min), max(max)
FROM hours GROUP BY 1
ORDER BY time
