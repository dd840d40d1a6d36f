-- Counts of a site by lane, in one snapshot: what is counted (`{rolled}`: minutes or quarters), and
-- the passes of batches that are not yet, each as a count of one.
WITH progress AS (
    SELECT commit_no, received_upto - INTERVAL '1 day' AS horizon FROM traffic_progress
), fresh AS MATERIALIZED (
    SELECT b.id, b.min_time, b.max_time FROM batches b, progress
    WHERE b.commit_no > progress.commit_no AND b.received_to >= progress.horizon
      AND b.max_time >= %(start)s AND b.min_time < %(end)s
), counted AS (
    SELECT bucket, lane, count, unreadable, speed_count, speed_sum, classes FROM {rolled}
    WHERE device = %(device)s AND bucket >= %(start)s AND bucket < %(end)s
    UNION ALL
    SELECT p.time, p.lane, 1, (p.plate = '')::int, (p.speed_mps IS NOT NULL)::int,
           coalesce(p.speed_mps, 0)::double precision, jsonb_build_object(p.vehicle_class, 1)
    FROM fresh CROSS JOIN LATERAL (
        SELECT * FROM passes
        WHERE batch = fresh.id AND device = %(device)s AND time >= %(start)s AND time < %(end)s
          AND time >= fresh.min_time AND time <= fresh.max_time
    ) AS p
), placed AS (
    SELECT time_bucket(%(width)s::interval, bucket) AS time, * FROM counted
    WHERE %(lane)s::int IS NULL OR lane = %(lane)s::int
), classed AS (
    SELECT time, lane, jsonb_object_agg(key, n) AS classes FROM (
        SELECT time, lane, key, sum(value::bigint) AS n
        FROM placed CROSS JOIN LATERAL jsonb_each_text(classes) GROUP BY time, lane, key
    ) AS by_class GROUP BY time, lane
)
SELECT time, lane, sum(count)::bigint AS count, sum(unreadable)::bigint AS unreadable,
       sum(speed_sum) / nullif(sum(speed_count), 0) AS mean_speed_mps, classed.classes
FROM placed JOIN classed USING (time, lane)
GROUP BY time, lane, classed.classes
ORDER BY time, lane LIMIT %(limit)s
