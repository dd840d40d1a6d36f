-- Newest readings of each device; an older message never replaces a newer one.
INSERT INTO latest_readings AS l (device, time, received_at, "values", times)
SELECT device, time, received_at, "values"::float8[], NULL
FROM unnest(%(device)s::int[], %(time)s::timestamptz[], %(received_at)s::timestamptz[],
            %(values)s::text[]) AS t(device, time, received_at, "values")
ORDER BY device
ON CONFLICT (device) DO UPDATE SET
    time = excluded.time, received_at = excluded.received_at, "values" = excluded."values",
    times = NULL
WHERE excluded.time >= l.time
