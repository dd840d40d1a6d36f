-- Days of Asia/Shanghai: from the rollup by day where it holds, else from hours, and hours as in
-- series_hours.sql.
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
), hours AS (
    SELECT bucket, count, sum, min, max FROM rollups_hour
    WHERE device = %(device)s AND quantity = %(quantity)s
      AND bucket >= %(day_edge)s AND bucket < %(hour_edge)s
      AND bucket <> ALL (%(marked)s::timestamptz[])
    UNION ALL
    SELECT h.bucket, h.count, h.sum, h.min, h.max
    FROM unnest(%(unsettled)s::timestamptz[]) AS unsettled (day)
    JOIN rollups_hour h ON h.device = %(device)s AND h.quantity = %(quantity)s
        AND h.bucket >= unsettled.day AND h.bucket < unsettled.day + INTERVAL '1 day'
        AND h.bucket >= %(start)s AND h.bucket < %(day_edge)s
    WHERE h.bucket <> ALL (%(marked)s::timestamptz[])
    UNION ALL
    SELECT bucket, count(*), sum(value), min(value), max(value)
    FROM counted WHERE value IS NOT NULL GROUP BY bucket
)
SELECT day AS time, count, sum / count AS mean, min, max
FROM rollups_day
WHERE device = %(device)s AND quantity = %(quantity)s
  AND day >= %(start)s AND day < %(day_edge)s
  AND day <> ALL (%(unsettled)s::timestamptz[])
UNION ALL
SELECT date_trunc('day', bucket, 'Asia/Shanghai'), sum(count), sum(sum) / sum(count),
       min(min), max(max)
FROM hours GROUP BY 1
ORDER BY time
