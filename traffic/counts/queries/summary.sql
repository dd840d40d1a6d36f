-- Passes since two moments over sites in the caller's divisions, or one of them; in one snapshot.
-- `today` begins with a quarter, `since` with a minute.
WITH progress AS (
    SELECT commit_no, received_upto - INTERVAL '1 day' AS horizon FROM traffic_progress
), sites AS MATERIALIZED (
    SELECT id FROM devices
    WHERE kind = 'epolice' AND division_code LIKE ANY (%(divisions)s)
      AND (%(device)s::text IS NULL OR device_id = %(device)s)
), fresh AS MATERIALIZED (
    SELECT b.id, b.min_time, b.max_time FROM batches b, progress
    WHERE b.commit_no > progress.commit_no AND b.received_to >= progress.horizon
      AND b.max_time >= least(%(since)s::timestamptz, %(today)s::timestamptz)
), tail AS MATERIALIZED (
    SELECT p.time FROM fresh CROSS JOIN LATERAL (
        SELECT device, time FROM passes
        WHERE batch = fresh.id AND time >= fresh.min_time AND time <= fresh.max_time
          AND time >= least(%(since)s::timestamptz, %(today)s::timestamptz)
    ) AS p WHERE p.device IN (SELECT id FROM sites)
)
SELECT
    (SELECT coalesce(sum(count), 0) FROM traffic_minutes
     WHERE bucket >= %(since)s AND device IN (SELECT id FROM sites))
    + (SELECT count(*) FROM tail WHERE time >= %(since)s) AS last_hour,
    (SELECT coalesce(sum(count), 0) FROM traffic_quarters
     WHERE bucket >= %(today)s AND device IN (SELECT id FROM sites))
    + (SELECT count(*) FROM tail WHERE time >= %(today)s) AS today,
    (SELECT count(*) FROM sites) AS sites
