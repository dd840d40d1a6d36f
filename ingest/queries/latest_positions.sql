-- Newest position of each vehicle; an older fix never replaces a newer one.
INSERT INTO latest_positions AS l
    (device, time, received_at, lon, lat, speed_mps, heading_deg, accuracy_m)
SELECT device, 'epoch'::timestamptz + time_us * interval '1 microsecond',
       'epoch'::timestamptz + received_us * interval '1 microsecond',
       lon, lat, speed_mps, heading_deg, accuracy_m
FROM unnest(%(device)s::int[], %(time_us)s::bigint[], %(received_us)s::bigint[],
    %(lon)s::float8[], %(lat)s::float8[], %(speed_mps)s::real[], %(heading_deg)s::real[],
    %(accuracy_m)s::real[]) AS t(device, time_us, received_us, lon, lat, speed_mps, heading_deg,
                                 accuracy_m)
ORDER BY device
ON CONFLICT (device) DO UPDATE SET
    time = excluded.time, received_at = excluded.received_at, lon = excluded.lon,
    lat = excluded.lat, speed_mps = excluded.speed_mps, heading_deg = excluded.heading_deg,
    accuracy_m = excluded.accuracy_m
WHERE excluded.time >= l.time
