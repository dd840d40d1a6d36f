-- The newest fact of each device among those that are judged: that of the latest values, where no
-- batch ahead has touched it, else the newest of no batch ahead. Null, so that nothing is left out,
-- where the watch was away for long: what lies ahead is then too much to look through.
WITH ahead AS MATERIALIZED (
    SELECT id, min_time, max_time FROM batches
    WHERE commit_no > %(commit_no)s AND received_to >= %(horizon)s ORDER BY commit_no LIMIT 2001
), few AS (
    SELECT count(*) < 2001 AS is_few, min(min_time) AS first, max(max_time) AS last FROM ahead
), moved AS MATERIALIZED (
    SELECT DISTINCT device FROM readings
    WHERE (SELECT is_few FROM few)
      AND batch = ANY (ARRAY(SELECT id FROM ahead))
      AND time >= (SELECT first FROM few) AND time <= (SELECT last FROM few)
)
SELECT l.device, (extract(epoch FROM CASE
    WHEN NOT (SELECT is_few FROM few) THEN NULL
    WHEN m.device IS NULL THEN l.time
    ELSE (SELECT r.time FROM readings r
          WHERE r.device = l.device AND r.time > l.time - interval '1 day' AND r.time <= l.time
            AND NOT r.batch = ANY (ARRAY(SELECT id FROM ahead))
          ORDER BY r.time DESC LIMIT 1)
    END) * 1000000)::bigint AS time_us
FROM latest_readings l LEFT JOIN moved m USING (device)
WHERE l.device = ANY (%(devices)s::int[])
