-- What devices and their last wills say of themselves. What is said anew counts from now, also when
-- it says the same: a device that died twice has two wills. What the broker gives out again as
-- retained was said before.
INSERT INTO device_status AS s (device, will_state, will_at, boot)
SELECT d.id, t.state, t.at, t.boot
FROM unnest(%(device_id)s::text[], %(state)s::text[], %(at)s::timestamptz[], %(boot)s::bigint[])
         AS t(device_id, state, at, boot)
JOIN devices d USING (device_id)
ORDER BY d.id
ON CONFLICT (device) DO UPDATE SET
    will_state = excluded.will_state, will_at = excluded.will_at,
    boot = coalesce(excluded.boot, s.boot)
WHERE (s.will_state, s.boot) IS DISTINCT FROM (excluded.will_state, excluded.boot)
   OR excluded.device IN (
       SELECT d.id FROM unnest(%(device_id)s::text[], %(live)s::bool[]) AS t(device_id, live)
       JOIN devices d USING (device_id) WHERE t.live)
