-- Newest readings of each device; an older message never replaces a newer one.
INSERT INTO latest_readings AS l (device, time, received_at, "values", times)
SELECT device, 'epoch'::timestamptz + time_us * interval '1 microsecond',
       'epoch'::timestamptz + received_us * interval '1 microsecond', "values"::float8[], NULL
FROM unnest(%(device)s::int[], %(time_us)s::bigint[], %(received_us)s::bigint[],
            %(values)s::text[]) AS t(device, time_us, received_us, "values")
ORDER BY device
ON CONFLICT (device) DO UPDATE SET
    time = excluded.time, received_at = excluded.received_at, "values" = excluded."values",
    times = NULL
WHERE excluded.time >= l.time
