-- What workers found of cameras, one row a camera. Who takes over a camera that is as it was keeps
-- its `since`; history and events are of changes only.
WITH given AS (
    SELECT * FROM json_to_recordset(%(rows)s::json) AS g (
        device integer, state text, reason text, since timestamptz,
        width integer, height integer, codec text, device_state text)
), before AS (
    SELECT device, state, since FROM camera_states
    WHERE device IN (SELECT device FROM given) ORDER BY device FOR UPDATE
), judged AS (
    SELECT g.device, g.state, g.reason, g.width, g.height, g.codec, g.device_state,
           b.state AS before,
           CASE WHEN b.state = g.state THEN b.since ELSE g.since END AS since
    FROM given g LEFT JOIN before b ON b.device = g.device
), kept AS (
    INSERT INTO camera_states AS s
        (device, state, reason, since, width, height, codec, watcher)
    SELECT device, state, reason, since, width, height, codec, %(watcher)s
    FROM judged ORDER BY device
    ON CONFLICT (device) DO UPDATE SET
        state = excluded.state, reason = excluded.reason, since = excluded.since,
        width = coalesce(excluded.width, s.width), height = coalesce(excluded.height, s.height),
        codec = coalesce(excluded.codec, s.codec), watcher = excluded.watcher
), watched AS (
    INSERT INTO watched_devices AS w (device, state, reason, since, watcher)
    SELECT device, device_state, state, since, %(watcher)s FROM judged ORDER BY device
    ON CONFLICT (device) DO UPDATE SET
        state = excluded.state, reason = excluded.reason, since = excluded.since,
        watcher = excluded.watcher
), logged AS (
    INSERT INTO camera_state_log (device, time, state, reason)
    SELECT device, since, state, reason FROM judged WHERE before IS DISTINCT FROM state
    ORDER BY device
)
SELECT j.device, d.device_id, d.division_code, j.before, j.state, j.reason, j.since
FROM judged j JOIN devices d ON d.id = j.device
WHERE j.before IS DISTINCT FROM j.state ORDER BY j.device
