-- Latest positions, as in readings.sql.
SELECT device, xmin::text::bigint, time, lon, lat, heading_deg, speed_mps FROM latest_positions
WHERE age(xmin) <= coalesce(age(%(since)s::text::xid), 2147483647)
