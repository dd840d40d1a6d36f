-- Adds the passes of these batches to the counts and moves on, in one statement. A fact commits once
-- and never changes, so sums need no second look, however late it came.
WITH seen AS (
    SELECT device, lane, date_trunc('minute', time) AS bucket, vehicle_class,
           count(*) AS count, count(*) FILTER (WHERE plate = '') AS unreadable,
           count(speed_mps) AS speed_count, coalesce(sum(speed_mps::double precision), 0) AS speed_sum
    FROM passes
    WHERE batch = ANY (%(batches)s::bigint[]) AND time >= %(low)s AND time <= %(high)s
    GROUP BY 1, 2, 3, 4
), counted AS MATERIALIZED (
    SELECT device, bucket, lane, sum(count) AS count, sum(unreadable) AS unreadable,
           sum(speed_count) AS speed_count, sum(speed_sum) AS speed_sum,
           jsonb_object_agg(vehicle_class, count) AS classes
    FROM seen GROUP BY device, bucket, lane
), minutes AS (
    INSERT INTO traffic_minutes AS m
        (device, bucket, lane, count, unreadable, speed_count, speed_sum, classes)
    SELECT * FROM counted ORDER BY device, bucket, lane
    ON CONFLICT (device, bucket, lane) DO UPDATE SET
        count = m.count + excluded.count, unreadable = m.unreadable + excluded.unreadable,
        speed_count = m.speed_count + excluded.speed_count,
        speed_sum = m.speed_sum + excluded.speed_sum,
        classes = add_counts(m.classes, excluded.classes)
), quarters AS (
    INSERT INTO traffic_quarters AS q
        (device, bucket, lane, count, unreadable, speed_count, speed_sum, classes)
    SELECT device, time_bucket(INTERVAL '15 minutes', time) AS bucket, lane, sum(classed.count),
           sum(unreadable), sum(speed_count), sum(speed_sum),
           jsonb_object_agg(vehicle_class, classed.count)
    FROM (
        SELECT device, time_bucket(INTERVAL '15 minutes', bucket) AS time, lane, vehicle_class,
               sum(count) AS count, sum(unreadable) AS unreadable,
               sum(speed_count) AS speed_count, sum(speed_sum) AS speed_sum
        FROM seen GROUP BY 1, 2, 3, 4
    ) AS classed
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (device, bucket, lane) DO UPDATE SET
        count = q.count + excluded.count, unreadable = q.unreadable + excluded.unreadable,
        speed_count = q.speed_count + excluded.speed_count,
        speed_sum = q.speed_sum + excluded.speed_sum,
        classes = add_counts(q.classes, excluded.classes)
), lanes AS (
    INSERT INTO traffic_lanes_seen AS l (device, lane, last_seen)
    SELECT device, lane, max(bucket) FROM counted GROUP BY device, lane ORDER BY device, lane
    ON CONFLICT (device, lane) DO UPDATE SET last_seen = excluded.last_seen
    WHERE l.last_seen < excluded.last_seen - INTERVAL '1 hour'
), moved AS (
    UPDATE traffic_progress SET commit_no = %(commit_no)s,
        received_upto = greatest(received_upto, %(received_upto)s)
)
SELECT coalesce(sum(count), 0)::bigint AS passes FROM counted
